/// One row. It keeps the whole result in memory as long as it lives.
public struct PostgresRow: Sendable {
    let memory: ResultMemory
    public let columns: PostgresColumns
    let index: Int32

    /// The value of a column by position, from 0.
    /// - Throws: ``PostgresError/Code/decoding`` where there is no such column, or its value is not a `Value`.
    @inlinable
    public func decode<Value: PostgresDecodable>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
        do { return try value(column, as: type) } catch { throw decodingError(column, error) }
    }

    /// The value of the first column of that name.
    public func decode<Value: PostgresDecodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        guard let column = columns.position(of: name) else {
            throw PostgresError(
                .decoding, "The result has no column \(name); it has \(columns.names.joined(separator: ", ")).")
        }
        return try decode(column, as: type)
    }

    /// Whether a column, by position, is NULL.
    public func isNull(_ column: Int) -> Bool {
        column < 0 || column >= columns.count || memory.withValue(index, Int32(column)) { $0 == nil }
    }

    /// The value's bytes in PostgreSQL's binary form; nil for NULL.
    public func bytes(_ column: Int) -> [UInt8]? {
        guard columns.names.indices.contains(column) else { return nil }
        return memory.withValue(index, Int32(column)) { bytes in
            if let bytes { bytes.withUnsafeBytes { Array($0) } } else { nil }
        }
    }

    @usableFromInline
    func value<Value: PostgresDecodable>(_ column: Int, as type: Value.Type) throws(PostgresValueError) -> Value {
        guard column >= 0, column < columns.count else { throw .value("is not there") }
        let type = columns.types[column]
        return try memory.withValue(index, Int32(truncatingIfNeeded: column)) {
            (bytes: RawSpan?) throws(PostgresValueError) -> Value in
            if let bytes { try Value(postgres: bytes, type: type) } else { try Value.fromPostgresNull() }
        }
    }

    @usableFromInline
    func decodingError(_ column: Int, _ error: PostgresValueError) -> PostgresError {
        let name = columns.names.indices.contains(column) ? columns.names[column] : "\(column)"
        let message =
            switch error {
            case .null: "Column \(name) is NULL; read it as an Optional."
            case .type(let type): "Column \(name) is of \(type), which the Swift type is not read from; cast it."
            case .value(let rest): "The value of column \(name) \(rest)."
            }
        return PostgresError(.decoding, message)
    }
}

/// COPY's binary form: a header, rows of values with their lengths, an end.
/// <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4>
enum BinaryCopy {
    static let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
    /// The signature, no flags, no extension.
    static let header: [UInt8] = signature + [UInt8](repeating: 0, count: 8)
    static let end: [UInt8] = [0xFF, 0xFF]

    /// The type that a value's binary form is of: strings are text.
    static func type(of type: (some PostgresEncodable).Type) -> PostgresType {
        type.postgresType == .unknown ? .text : type.postgresType
    }
}

extension PostgresBytes {
    /// One row.
    mutating func append<each Value: PostgresEncodable>(row values: repeat each Value) {
        var count: Int16 = 0
        let start = bytes.count
        append(bigEndian: count)
        func write(_ value: some PostgresEncodable) {
            count += 1
            let start = bytes.count
            append(bigEndian: Int32(-1))
            value.encode(into: &self)
            if isNull { isNull = false } else { setLength(at: start) }
        }
        repeat write(each values)
        withUnsafeBytes(of: count.bigEndian) { bytes.replaceSubrange(start..<start + 2, with: $0) }
    }
}

extension PostgresClient {
    /// The rows of a table or query in COPY's binary form.
    ///
    ///     try await db.copyRows("copy users (id, name) to stdout (format binary)") { row in
    ///         let (id, name) = try row.decode((Int, String?).self)
    ///     }
    ///
    /// - Returns: the number of rows.
    @discardableResult
    public func copyRows(
        _ sql: SQL, timeout: Duration? = nil, _ body: (PostgresCopyRow) async throws -> Void
    ) async throws -> Int {
        try await copyOut(sql, timeout: timeout) { parts in
            var (rows, isBegun) = (0, false)
            for try await part in parts {
                var reader = BinaryCopyReader(part)
                if !isBegun { try reader.readHeader() }
                isBegun = true
                while let row = try reader.nextRow() {
                    try await body(row)
                    rows += 1
                }
            }
            return rows
        }
    }
}

/// A row in COPY's binary form, which does not say of which types its columns are: what it is read as must be the
/// column's own type (`Int` is `int8`, `Int32` is `int4`, `String` is `text`); nothing is converted.
public struct PostgresCopyRow: Sendable {
    fileprivate let bytes: [UInt8]
    /// nil: NULL.
    fileprivate let columns: [Range<Int>?]

    public var count: Int { columns.count }

    /// - Throws: ``PostgresError/Code/decoding``.
    public func decode<Value: PostgresCodable>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
        do throws(PostgresValueError) {
            guard columns.indices.contains(column) else { throw .value("is not there") }
            guard let range = columns[column] else { return try Value.fromPostgresNull() }
            return try Value(postgres: bytes.span.bytes.extracting(range), type: BinaryCopy.type(of: type))
        } catch {
            switch error {
            case .null: throw PostgresError(.decoding, "Column \(column) is NULL; read it as an Optional.")
            case .type(let type): throw PostgresError(.decoding, "Column \(column) cannot be read as \(type).")
            case .value(let rest): throw PostgresError(.decoding, "The value of column \(column) \(rest).")
            }
        }
    }

    /// All columns: `row.decode((Int, String?).self)`.
    /// - Throws: ``PostgresError/Code/decoding``.
    public func decode<each Value: PostgresCodable>(_ type: (repeat each Value).Type) throws -> (repeat each Value) {
        var next = -1
        func value<V: PostgresCodable>(_ type: V.Type) throws -> V {
            next += 1
            return try decode(next, as: type)
        }
        let values = (repeat try value((each Value).self))
        guard next + 1 == count else {
            throw PostgresError(.decoding, "A row has \(count) columns, not \(next + 1).")
        }
        return values
    }
}

/// Takes rows out of a part, which holds whole ones.
private struct BinaryCopyReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func readHeader() throws {
        guard bytes.starts(with: BinaryCopy.signature) else {
            throw PostgresError(.misuse, "The statement does not copy in binary form; say (format binary).")
        }
        offset = BinaryCopy.signature.count + 4
        offset += 4 + Int(try number(Int32.self))
    }

    private func number<N: FixedWidthInteger & BitwiseCopyable>(_ type: N.Type) throws -> N {
        do { return try bytes.span.bytes.bigEndian(type, at: offset) } catch { throw Self.cutOff }
    }

    private static let cutOff = PostgresError(.decoding, "COPY's data is cut off.")

    /// nil at the end.
    mutating func nextRow() throws -> PostgresCopyRow? {
        if offset >= bytes.count { return nil }
        let count = try number(Int16.self)
        offset += 2
        if count < 0 { return nil }
        var columns: [Range<Int>?] = []
        columns.reserveCapacity(Int(count))
        for _ in 0..<count {
            let length = Int(try number(Int32.self))
            offset += 4
            guard length >= 0 else {
                columns.append(nil)
                continue
            }
            guard offset + length <= bytes.count else { throw Self.cutOff }
            columns.append(offset..<offset + length)
            offset += length
        }
        return PostgresCopyRow(bytes: bytes, columns: columns)
    }
}

/// A type that is made of a row.
///
///     struct User: PostgresRowDecodable {
///         var id: Int64
///         var name: String
///         init(row: PostgresRow) throws {
///             id = try row.decode(0)
///             name = try row.decode("name")
///         }
///     }
///
/// A `Decodable` type needs not even that: its properties are read from the columns of their names.
public protocol PostgresRowDecodable {
    init(row: PostgresRow) throws
}

extension PostgresRow {
    /// The only column.
    func decodeOnly<Value: PostgresDecodable>() throws -> Value {
        guard columns.count == 1 else {
            throw PostgresError(.decoding, "The row has \(columns.count) columns, read was one.")
        }
        return try decode(0)
    }

    /// The columns from the left, as many as there are types.
    /// - Throws: ``PostgresError/Code/decoding``; also where the row has more columns.
    public func decode<each Value: PostgresDecodable>(_ type: (repeat each Value).Type) throws -> (repeat each Value) {
        var column = -1
        func next<One: PostgresDecodable>(_ one: One.Type) throws -> One {
            column += 1
            return try decode(column, as: one)
        }
        let values = (repeat try next((each Value).self))
        guard column + 1 == columns.count else {
            throw PostgresError(.decoding, "The row has \(columns.count) columns, read were \(column + 1).")
        }
        return values
    }
}

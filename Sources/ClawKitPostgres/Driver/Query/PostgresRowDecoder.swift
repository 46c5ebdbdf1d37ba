extension PostgresRow {
    /// A `Decodable` whose properties are named like the columns. Its own CodingKeys name others; a column that is not
    /// there leaves an Optional nil.
    public func decode<Value: Decodable>(properties type: Value.Type) throws -> Value {
        do {
            return try Value(from: RowDecoder(row: self))
        } catch let error as DecodingError {
            throw PostgresError(.decoding, "A row is no \(Value.self): \(error.sentence)")
        }
    }
}

extension DecodingError {
    fileprivate var sentence: String {
        switch self {
        case .keyNotFound(let key, _): "there is no column \(key.stringValue)."
        case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
            context.debugDescription
        @unknown default: "\(self)"
        }
    }
}

/// Reads a row by property names, one level deep: a nested `Decodable` has no columns of its own.
private struct RowDecoder: Decoder {
    let row: PostgresRow
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Columns<Key>(row: row))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw PostgresError(.decoding, "A row is read by names, not as a list.")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(row: row, column: 0) }
}

private struct Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: PostgresRow
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { row.columns.names.compactMap { Key(stringValue: $0) } }

    private func column(_ key: Key) throws -> Int {
        guard let column = row.columns.position(of: key.stringValue) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [key], debugDescription: ""))
        }
        return column
    }

    func contains(_ key: Key) -> Bool { row.columns.position(of: key.stringValue) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { row.isNull(try column(key)) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try row.decode(column(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try row.decode(column(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try row.decode(column(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try row.decode(column(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try row.decode(column(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try row.decode(column(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try row.decode(column(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try row.decode(column(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try row.integer(column(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try row.integer(column(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try row.integer(column(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try row.integer(column(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try row.integer(column(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try row.integer(column(key)) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let column = try column(key)
        if let decodable = type as? any PostgresDecodable.Type, let value = try row.any(column, decodable) as? Value {
            return value
        }
        return try Value(from: CellDecoder(row: row, column: column))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw PostgresError(.decoding, "Column \(key.stringValue) has no properties of its own.")
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw PostgresError(.decoding, "Column \(key.stringValue) is read as an array type that can be one.")
    }
    func superDecoder() throws -> any Decoder { RowDecoder(row: row) }
    func superDecoder(forKey key: Key) throws -> any Decoder { RowDecoder(row: row) }
}

extension PostgresRow {
    /// Integers that PostgreSQL has not.
    fileprivate func integer<Value: FixedWidthInteger>(_ column: Int) throws -> Value {
        guard let value = Value(exactly: try decode(column, as: Int64.self)) else {
            throw decodingError(column, .value("is out of range of \(Value.self)"))
        }
        return value
    }

    fileprivate func any(_ column: Int, _ type: any PostgresDecodable.Type) throws -> any PostgresDecodable {
        func open<Value: PostgresDecodable>(_ type: Value.Type) throws -> any PostgresDecodable {
            try decode(column, as: type)
        }
        return try open(type)
    }
}

/// One column: for enums with raw values and other types that decode from a single value.
private struct CellDecoder: Decoder {
    let row: PostgresRow
    let column: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw PostgresError(.decoding, "Column \(row.columns.names[column]) has no properties of its own.")
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw PostgresError(.decoding, "Column \(row.columns.names[column]) is no list.")
    }
    func singleValueContainer() -> any SingleValueDecodingContainer { Single(row: row, column: column) }
}

private struct Single: SingleValueDecodingContainer {
    let row: PostgresRow
    let column: Int
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { row.isNull(column) }
    func decode(_ type: Bool.Type) throws -> Bool { try row.decode(column) }
    func decode(_ type: String.Type) throws -> String { try row.decode(column) }
    func decode(_ type: Double.Type) throws -> Double { try row.decode(column) }
    func decode(_ type: Float.Type) throws -> Float { try row.decode(column) }
    func decode(_ type: Int.Type) throws -> Int { try row.decode(column) }
    func decode(_ type: Int16.Type) throws -> Int16 { try row.decode(column) }
    func decode(_ type: Int32.Type) throws -> Int32 { try row.decode(column) }
    func decode(_ type: Int64.Type) throws -> Int64 { try row.decode(column) }
    func decode(_ type: Int8.Type) throws -> Int8 { try row.integer(column) }
    func decode(_ type: UInt.Type) throws -> UInt { try row.integer(column) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try row.integer(column) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try row.integer(column) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try row.integer(column) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try row.integer(column) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let decodable = type as? any PostgresDecodable.Type, let value = try row.any(column, decodable) as? Value {
            return value
        }
        return try Value(from: CellDecoder(row: row, column: column))
    }
}

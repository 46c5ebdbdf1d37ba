extension PostgresEncodable where Self: FixedWidthInteger {
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: self) }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// int2, int4, int8, oid, and numeric without a fraction (such as `sum` of int8), where they fit.
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        let wide: Int64
        switch type {
        case .int8: wide = try bytes.bigEndian()
        case .int4: wide = Int64(try bytes.bigEndian(Int32.self))
        case .int2: wide = Int64(try bytes.bigEndian(Int16.self))
        case .oid: wide = Int64(try bytes.bigEndian(UInt32.self))
        case .numeric:
            guard let whole = Int64(exactly: try PostgresNumeric(postgres: bytes, type: type)) else {
                throw .value("has a fraction or is out of range")
            }
            wide = whole
        default: throw .type(type)
        }
        guard let value = Self(exactly: wide) else { throw .value("\(wide) is out of range of \(Self.self)") }
        self = value
    }
}

extension Int64: PostgresCodable { public static var postgresType: PostgresType { .int8 } }
extension Int32: PostgresCodable { public static var postgresType: PostgresType { .int4 } }
extension Int16: PostgresCodable { public static var postgresType: PostgresType { .int2 } }
extension Int: PostgresCodable {
    public static var postgresType: PostgresType { .int8 }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: Int64(self)) }
}
extension UInt32: PostgresCodable {
    /// PostgreSQL has no unsigned integers.
    public static var postgresType: PostgresType { .int8 }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: Int64(self)) }
}

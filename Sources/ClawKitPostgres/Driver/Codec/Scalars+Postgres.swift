extension Bool: PostgresCodable {
    public static var postgresType: PostgresType { .bool }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(self ? 1 : 0) }
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .bool else { throw .type(type) }
        self = try bytes.bigEndian(UInt8.self) != 0
    }
}

extension Double: PostgresCodable {
    public static var postgresType: PostgresType { .float8 }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: bitPattern) }

    /// float8, float4, and numeric, which is rounded.
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        switch type {
        case .float8: self.init(bitPattern: try bytes.bigEndian())
        case .float4: self.init(Float(bitPattern: try bytes.bigEndian()))
        case .numeric: self = Double(try PostgresNumeric(postgres: bytes, type: type).description) ?? .nan
        default: throw .type(type)
        }
    }
}

extension Float: PostgresCodable {
    public static var postgresType: PostgresType { .float4 }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: bitPattern) }
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .float4 else { throw .type(type) }
        self.init(bitPattern: try bytes.bigEndian())
    }
}

extension String: PostgresCodable {
    /// The server decides: a string can be compared with and stored in anything that has a text form, a uuid or an enum
    /// as well as text. Where nothing tells the type, cast: `\(name)::text`.
    public static var postgresType: PostgresType { .unknown }

    public func encode(into bytes: inout PostgresBytes) {
        // PostgreSQL's text has no NUL, and libpq would send what stands before it only.
        let start = bytes.bytes.count
        bytes.append(contentsOf: utf8)
        if bytes.bytes[start...].contains(0) {
            bytes.refuse("Text with a NUL character cannot be stored; send it as [UInt8] into a bytea column.")
        }
    }

    /// Text of any kind, enums, json and jsonb as they are written, uuid.
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        switch type {
        case .uuid: self = try PostgresUUID.text(bytes)
        case .jsonb: self = try Self(utf8: bytes, from: 1)
        default:
            guard type.isText else { throw .type(type) }
            self = try Self(utf8: bytes, from: 0)
        }
    }

    private init(utf8 bytes: RawSpan, from start: Int) throws(PostgresValueError) {
        guard bytes.byteCount >= start else { throw .value("is cut off") }
        let text = bytes.withUnsafeBytes { String(validating: $0[start...], as: UTF8.self) }
        guard let text else { throw .value("is no text") }
        self = text
    }
}

public import ClawDocuments

extension JSON: PostgresCodable {
    public static var postgresType: PostgresType { .jsonb }

    /// The form's version, 1, before the text.
    public func encode(into bytes: inout PostgresBytes) {
        bytes.append(1)
        bytes.append(contentsOf: self.bytes())
    }

    /// jsonb and json. A number beyond 64 bits, or with a fraction, becomes a double.
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .jsonb || type == .json else { throw .type(type) }
        let start = type == .jsonb ? 1 : 0
        guard bytes.byteCount >= start else { throw .value("is cut off") }
        let text = bytes.withUnsafeBytes { Array($0[start...]) }
        do { self = try JSONParser.parse(text) } catch { throw .value("is \(error)") }
    }
}

extension JSON: PostgresArrayElement { public static var postgresArrayType: PostgresType { .jsonbArray } }

public import FoundationEssentials

extension UUID: PostgresCodable {
    public static var postgresType: PostgresType { .uuid }
    public func encode(into bytes: inout PostgresBytes) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .uuid else { throw .type(type) }
        try bytes.expect(16)
        self.init(uuid: bytes.unsafeLoadUnaligned(as: uuid_t.self))
    }
}

extension UUID: PostgresArrayElement { public static var postgresArrayType: PostgresType { .uuidArray } }

enum PostgresUUID {
    /// In lower case with hyphens, as the server writes it.
    static func text(_ bytes: RawSpan) throws(PostgresValueError) -> String {
        try bytes.expect(16)
        return bytes.withUnsafeBytes { bytes in
            String(unsafeUninitializedCapacity: 36) { text in
                var count = 0
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[count] = UInt8(ascii: "-")
                        count += 1
                    }
                    for digit in [bytes[index] >> 4, bytes[index] & 15] {
                        text[count] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                        count += 1
                    }
                }
                return count
            }
        }
    }
}

/// A value that can be read from a column.
public protocol PostgresDecodable: Sendable {
    /// - Parameters:
    ///   - bytes: the binary form, <https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES>.
    ///   - type: the column's. Types that can be read without loss are accepted, others refused.
    init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError)

    /// What NULL becomes; refused unless the type says otherwise, as Optional does.
    static func fromPostgresNull() throws(PostgresValueError) -> Self
}

extension PostgresDecodable {
    public static func fromPostgresNull() throws(PostgresValueError) -> Self { throw .null }
}

/// Both.
public typealias PostgresCodable = PostgresDecodable & PostgresEncodable

/// Why a column's value is not the Swift type's.
public enum PostgresValueError: Error, Sendable, Hashable {
    case null
    case type(PostgresType)
    /// What is wrong, as the rest of the sentence "The value …".
    case value(String)
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard let value = Self(rawValue: try RawValue(postgres: bytes, type: type)) else {
            throw .value("is none of \(Self.self)'s")
        }
        self = value
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        self = try Wrapped(postgres: bytes, type: type)
    }
    public static func fromPostgresNull() throws(PostgresValueError) -> Self { nil }
}

extension RawSpan {
    /// The number in network byte order at an offset.
    @inline(__always)
    func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type = Number.self, at offset: Int = 0
    ) throws(PostgresValueError) -> Number {
        guard offset >= 0, offset + MemoryLayout<Number>.size <= byteCount else { throw .value("is cut off") }
        return Number(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    func expect(_ count: Int) throws(PostgresValueError) {
        guard byteCount == count else { throw .value("has \(byteCount) bytes instead of \(count)") }
    }
}

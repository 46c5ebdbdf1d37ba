/// A type of which arrays can be bound and read: one-dimensional, with any lower bound.
///
/// `[UInt8]` is `bytea`, all others are PostgreSQL's arrays. `any(\(ids))` compares with each element.
public protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func encode(array: [Self], into bytes: inout PostgresBytes)
    static func decode(array bytes: RawSpan, type: PostgresType) throws(PostgresValueError) -> [Self]
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public static var postgresType: PostgresType { Element.postgresArrayType }
    public func encode(into bytes: inout PostgresBytes) { Element.encode(array: self, into: &bytes) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        self = try Element.decode(array: bytes, type: type)
    }
}

extension PostgresArrayElement where Self: PostgresEncodable {
    /// The element type as it stands in the array: strings are text there.
    private static var elementType: PostgresType { postgresType == .unknown ? .text : postgresType }

    public static func encode(array: [Self], into bytes: inout PostgresBytes) {
        bytes.append(bigEndian: Int32(array.isEmpty ? 0 : 1))
        let flags = bytes.bytes.count
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: elementType.rawValue)
        guard !array.isEmpty else { return }
        bytes.append(bigEndian: Int32(clamping: array.count))
        bytes.append(bigEndian: Int32(1))
        for element in array {
            let start = bytes.bytes.count
            bytes.append(bigEndian: Int32(-1))
            element.encode(into: &bytes)
            if bytes.isNull {
                bytes.isNull = false
                bytes.bytes[flags + 3] = 1
            } else {
                bytes.setLength(at: start)
            }
        }
    }
}

extension PostgresBytes {
    /// Puts the number of bytes written since into the four bytes at `start`.
    mutating func setLength(at start: Int) {
        let length = UInt32(truncatingIfNeeded: bytes.count - start - 4).bigEndian
        withUnsafeBytes(of: length) { bytes.replaceSubrange(start..<start + 4, with: $0) }
    }
}

extension PostgresArrayElement where Self: PostgresDecodable {
    public static func decode(array bytes: RawSpan, type: PostgresType) throws(PostgresValueError) -> [Self] {
        let dimensions: Int32 = try bytes.bigEndian()
        guard dimensions <= 1, bytes.byteCount >= 12 else { throw .value("is no one-dimensional array") }
        let elementType = PostgresType(rawValue: try bytes.bigEndian(at: 8))
        guard dimensions == 1 else { return [] }
        let count = Int(try bytes.bigEndian(Int32.self, at: 12))
        // Each takes four bytes at least, so the count cannot promise more than there is.
        guard count >= 0, count <= bytes.byteCount / 4 else { throw .value("is cut off") }
        var array: [Self] = []
        array.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            let length = Int(try bytes.bigEndian(Int32.self, at: offset))
            offset += 4
            if length < 0 {
                array.append(try fromPostgresNull())
                continue
            }
            guard offset + length <= bytes.byteCount else { throw .value("is cut off") }
            array.append(try Self(postgres: bytes.extracting(offset..<offset + length), type: elementType))
            offset += length
        }
        return array
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresCodable {
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension UInt8: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .bytea }
    public static func encode(array: [UInt8], into bytes: inout PostgresBytes) { bytes.append(contentsOf: array) }
    public static func decode(array bytes: RawSpan, type: PostgresType) throws(PostgresValueError) -> [UInt8] {
        guard type == .bytea else { throw .type(type) }
        return bytes.withUnsafeBytes { Array($0) }
    }
}

/// `[[UInt8]]` is `bytea[]`.
extension Array: PostgresArrayElement where Element == UInt8 {
    public static var postgresArrayType: PostgresType { .byteaArray }
}

extension Bool: PostgresArrayElement { public static var postgresArrayType: PostgresType { .boolArray } }
extension Int16: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int2Array } }
extension Int32: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int4Array } }
extension Int64: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Int: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Float: PostgresArrayElement { public static var postgresArrayType: PostgresType { .float4Array } }
extension Double: PostgresArrayElement { public static var postgresArrayType: PostgresType { .float8Array } }
extension String: PostgresArrayElement { public static var postgresArrayType: PostgresType { .textArray } }

/// A value that can be bound to a parameter.
///
/// A type of yours joins by encoding what it stands for:
///
///     extension TenantID: PostgresEncodable {
///         static var postgresType: PostgresType { .int8 }
///         func encode(into bytes: inout PostgresBytes) { rawValue.encode(into: &bytes) }
///     }
///
/// An enum of strings or integers needs the conformance only.
public protocol PostgresEncodable: Sendable {
    /// What the statement is prepared with. Of ``PostgresType/unknown`` the text form is sent, of others the binary.
    static var postgresType: PostgresType { get }
    func encode(into bytes: inout PostgresBytes)
}

/// What a parameter is written into.
public struct PostgresBytes: Sendable {
    package var bytes: [UInt8]
    var isNull = false
    /// Why what was written cannot be sent.
    var problem: String?

    init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Goes on behind what is there, without a copy of it.
    init(taking bytes: inout [UInt8]) {
        self.bytes = []
        swap(&self.bytes, &bytes)
    }

    public mutating func append(_ byte: UInt8) { bytes.append(byte) }
    public mutating func append(contentsOf more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// In network byte order, as all of PostgreSQL's binary forms are.
    public mutating func append(bigEndian number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The value is NULL; nothing else is written.
    public mutating func setNull() { isNull = true }

    /// The value cannot be sent: the query ends with ``PostgresError/Code/badParameter`` and this sentence.
    public mutating func refuse(_ sentence: String) { if problem == nil { problem = sentence } }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    public static var postgresType: PostgresType { RawValue.postgresType }
    public func encode(into bytes: inout PostgresBytes) { rawValue.encode(into: &bytes) }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
    public func encode(into bytes: inout PostgresBytes) {
        if let self { self.encode(into: &bytes) } else { bytes.setNull() }
    }
}

public import ClawBase
public import ClawDocuments

/// A type that a field of a custom resource can have: it knows its schema and its form in a document.
///
/// Texts, numbers, ``Quantity``, ``IntOrString``, ``Timestamp``, ``JSON``, enums of texts (``SchemaEnum``), structs
/// (``SchemaView``), and optionals, lists and maps of all these. Kubernetes' own types, such as `EnvVar`, need no
/// conformance: ``Property`` takes any ``DocumentView``.
public protocol SchemaValue: Sendable {
    static var schema: FieldSchema { get }
    /// Whether documents may leave the field out without a default: so do optionals, lists and maps.
    static var mayBeAbsent: Bool { get }
    /// What an absent field reads as.
    static var absent: Self { get }
    /// nil for a value of another type.
    init?(json: JSON)
    /// nil where the field is left out.
    var written: JSON? { get }
}

extension SchemaValue {
    public static var mayBeAbsent: Bool { false }
}

/// An enum of texts: its cases are the values allowed. A text that is no case reads as the first case where the field
/// is required, as nil where it is optional.
public protocol SchemaEnum: SchemaValue, RawRepresentable, CaseIterable, Hashable where RawValue == String {
    /// What the cases mean, as far as that is to be told: it stands in the description of each field of the type.
    static var descriptions: [Self: String] { get }
}

extension SchemaEnum {
    public static var descriptions: [Self: String] { [:] }
    public static var schema: FieldSchema {
        let described = descriptions
        return .oneOf(allCases.map(\.rawValue), described: allCases.map { described[$0] })
    }
    public static var absent: Self {
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no case to stand for absence") }
        return first
    }
    public init?(json: JSON) {
        guard let text = json.string else { return nil }
        self.init(rawValue: text)
    }
    public var written: JSON? { .string(rawValue) }
}

extension String: SchemaValue {
    public static var schema: FieldSchema { .string }
    public static var absent: String { "" }
    public init?(json: JSON) {
        guard let text = json.string else { return nil }
        self = text
    }
    public var written: JSON? { .string(self) }
}

extension Bool: SchemaValue {
    public static var schema: FieldSchema { .bool }
    public static var absent: Bool { false }
    public init?(json: JSON) {
        guard let value = json.bool else { return nil }
        self = value
    }
    public var written: JSON? { .bool(self) }
}

extension Int: SchemaValue {
    public static var schema: FieldSchema { .int64 }
    public static var absent: Int { 0 }
    public init?(json: JSON) {
        guard let value = json.integer else { return nil }
        self = Int(value)
    }
    public var written: JSON? { .integer(Int64(self)) }
}

extension Int32: SchemaValue {
    public static var schema: FieldSchema { .int32 }
    public static var absent: Int32 { 0 }
    public init?(json: JSON) {
        guard let value = json.integer.flatMap(Int32.init(exactly:)) else { return nil }
        self = value
    }
    public var written: JSON? { .integer(Int64(self)) }
}

extension Double: SchemaValue {
    public static var schema: FieldSchema { .double }
    public static var absent: Double { 0 }
    public init?(json: JSON) {
        guard let value = json.number else { return nil }
        self = value
    }
    public var written: JSON? { .double(self) }
}

extension Quantity: SchemaValue {
    public static var schema: FieldSchema { .quantity }
    public static var absent: Quantity { .zero }
    public var written: JSON? { json }
}

extension IntOrString: SchemaValue {
    public static var schema: FieldSchema { .intOrString }
    public static var absent: IntOrString { 0 }
    public var written: JSON? { json }
}

extension Timestamp: SchemaValue {
    public static var schema: FieldSchema { .time }
    public static var absent: Timestamp { Timestamp(seconds: 0) }
    public init?(json: JSON) {
        guard let text = json.string else { return nil }
        self.init(rfc3339: text)
    }
    public var written: JSON? { .string(rfc3339()) }
}

extension JSON: SchemaValue {
    public static var schema: FieldSchema { .anything }
    public static var mayBeAbsent: Bool { true }
    public static var absent: JSON { .null }
    public init?(json: JSON) { self = json }
    public var written: JSON? { isNull ? nil : self }
}

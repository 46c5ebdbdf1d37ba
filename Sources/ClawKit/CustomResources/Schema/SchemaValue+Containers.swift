public import ClawDocuments

// Closures: in generic code the runtime makes a key path anew each time, which costs more than what it reads.

extension Optional: SchemaValue where Wrapped: SchemaValue {
    public static var schema: FieldSchema { Wrapped.schema }
    public static var mayBeAbsent: Bool { true }
    public static var absent: Wrapped? { nil }
    public init?(json: JSON) { self = Wrapped(json: json) }
    public var written: JSON? { flatMap { $0.written } }
}

/// Absent reads as empty, and empty is left out. Elements of another type are passed over.
extension Array: SchemaValue where Element: SchemaValue {
    public static var schema: FieldSchema { .list(of: Element.schema) }
    public static var mayBeAbsent: Bool { true }
    public static var absent: [Element] { [] }
    public init?(json: JSON) {
        guard let elements = json.array else { return nil }
        self = elements.compactMap(Element.init(json:))
    }
    public var written: JSON? { isEmpty ? nil : .array(compactMap { $0.written }) }
}

/// Absent reads as empty, and empty is left out. Written sorted by name, so that equal maps write equal bytes.
extension Dictionary: SchemaValue where Key == String, Value: SchemaValue {
    public static var schema: FieldSchema { .map(to: Value.schema) }
    public static var mayBeAbsent: Bool { true }
    public static var absent: [String: Value] { [:] }
    public init?(json: JSON) {
        guard let members = json.object else { return nil }
        self.init()
        for (name, value) in members { self[name] = Value(json: value) }
    }
    public var written: JSON? {
        if isEmpty { return nil }
        let sorted = self.sorted { $0.key < $1.key }
        return .object(JSONObject(sorted.compactMap { name, value in value.written.map { (name, $0) } }))
    }
}

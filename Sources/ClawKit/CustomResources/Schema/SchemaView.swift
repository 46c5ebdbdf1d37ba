public import ClawDocuments

/// A typed struct over a JSON object that knows the schema of its fields.
///
///     struct Limits: SchemaView {
///         var document: JSONObject
///         init(document: JSONObject) { self.document = document }
///
///         static let properties = [
///             Property("replicas", Int.self, "How many run.", default: 1, .range(0...100)),
///             Property("zone", Zone?.self, "Where; anywhere if absent."),
///         ]
///         var replicas: Int { get { self["replicas", default: 1] } set { self["replicas"] = newValue } }
///         var zone: Zone? { get { self["zone"] } set { self["zone"] = newValue } }
///     }
///
/// The macro `@Schema` writes all of it from `var replicas: Int = 1` and `var zone: Zone?`.
public protocol SchemaView: DocumentView, SchemaValue {
    static var properties: [Property] { get }
    /// Rules over the object as a whole.
    static var rules: [SchemaRule] { get }
    /// What `kubectl explain` says of it.
    static var summary: String { get }
}

extension SchemaView {
    public static var rules: [SchemaRule] { [] }
    public static var summary: String { "" }
    public static var schema: FieldSchema { .object(properties, rules: rules, description: summary) }
    public static var absent: Self { Self(document: JSONObject()) }
    public init?(json: JSON) {
        guard let object = json.object else { return nil }
        self.init(document: object)
    }
    public var written: JSON? { .object(document) }

    /// A field; absent reads as ``SchemaValue/absent``: nil, empty, or zero.
    public subscript<V: SchemaValue>(_ key: FieldKey) -> V {
        get { document[key].flatMap(V.init(json:)) ?? V.absent }
        set { document[key] = newValue.written }
    }

    /// A field that its schema gives a default.
    public subscript<V: SchemaValue>(_ key: FieldKey, default value: @autoclosure () -> V) -> V {
        get { document[key].flatMap(V.init(json:)) ?? value() }
        set { document[key] = newValue.written }
    }

    // Kubernetes' own types.

    @_disfavoredOverload
    public subscript<V: DocumentView>(_ key: FieldKey) -> V {
        get { document.viewOrEmpty(key) }
        set { document.set(key, newValue) }
    }

    @_disfavoredOverload
    public subscript<V: DocumentView>(_ key: FieldKey) -> V? {
        get { document.view(key) }
        set { document.set(key, newValue) }
    }

    @_disfavoredOverload
    public subscript<V: DocumentView>(_ key: FieldKey) -> [V] {
        get { document.views(key) }
        set { document.set(key, newValue) }
    }

    @_disfavoredOverload
    public subscript<V: DocumentView>(_ key: FieldKey) -> [String: V] {
        get { document.viewMap(key) }
        set { document.set(key, newValue) }
    }
}

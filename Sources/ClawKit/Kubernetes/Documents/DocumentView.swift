/// A typed struct over a JSON object.
///
/// Generated models and hand-written custom resources conform alike: one stored property, the object; every
/// field a computed property over it (see ``JSONObject``'s accessors). So a view
///
/// - keeps what it does not know, through any number of edits;
/// - never writes what was not set: assigning nil, or an empty list or map, removes the member;
/// - costs nothing to decode beyond the parse.
public protocol DocumentView: Sendable, Hashable, CustomStringConvertible {
    var document: JSONObject { get set }
    init(document: JSONObject)
    /// The type's name in the table of schemas, nil where it has none.
    static var schemaName: String? { get }
}

extension DocumentView {
    public static var schemaName: String? { nil }
    public var description: String { document.description }

    // Here once, so that the compiler does not derive them for each of hundreds of types.
    public static func == (a: Self, b: Self) -> Bool { a.document == b.document }
    public func hash(into hasher: inout Hasher) { hasher.combine(document) }
    public var hashValue: Int { document.hashValue }
}

// The accessors are not generic over the field's meaning, and live here, so that thousands of generated properties
// stay one call each; never inlined, because that doubled the size of the models. A value of another type than asked
// for reads as absent: whoever takes in documents from outside checks them first (``Schema/check(_:)``), with a path
// in the error.
extension JSONObject {
    @inline(never)
    public func string(_ key: FieldKey) -> String? { text(key) }
    @inline(never)
    public func bool(_ key: FieldKey) -> Bool? { self[key]?.bool }
    @inline(never)
    public func int(_ key: FieldKey) -> Int? { self[key]?.integer.map(Int.init) }
    @inline(never)
    public func double(_ key: FieldKey) -> Double? { self[key]?.number }

    @inline(never)
    public mutating func set(_ key: FieldKey, _ value: String?) { self[key] = value.map(JSON.string) }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ value: Bool?) { self[key] = value.map(JSON.bool) }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ value: Int?) { self[key] = value.map { .integer(Int64($0)) } }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ value: Double?) { self[key] = value.map(JSON.double) }

    @inline(never)
    public func strings(_ key: FieldKey) -> [String] { self[key]?.array?.compactMap(\.string) ?? [] }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ values: [String]) {
        self[key] = values.isEmpty ? nil : .array(values.map(JSON.string))
    }

    @inline(never)
    public func ints(_ key: FieldKey) -> [Int] { self[key]?.array?.compactMap { $0.integer.map(Int.init) } ?? [] }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ values: [Int]) {
        self[key] = values.isEmpty ? nil : .array(values.map { .integer(Int64($0)) })
    }

    @inline(never)
    public func stringMap(_ key: FieldKey) -> [String: String] {
        guard let object = self[key]?.object else { return [:] }
        var map: [String: String] = [:]
        map.reserveCapacity(object.count)
        for (name, value) in object { if let text = value.string { map[name] = text } }
        return map
    }

    /// Sorted by name, so that equal maps write equal bytes.
    @inline(never)
    public mutating func set(_ key: FieldKey, _ map: [String: String]) {
        self[key] =
            map.isEmpty ? nil : .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    @inline(never)
    func object(_ key: FieldKey) -> JSONObject? { self[key]?.object }
    @inline(never)
    mutating func set(_ key: FieldKey, object: JSONObject?) { self[key] = object.map(JSON.object) }

    public func view<V: DocumentView>(_ key: FieldKey, as type: V.Type = V.self) -> V? {
        object(key).map(V.init(document:))
    }
    public mutating func set(_ key: FieldKey, _ view: (some DocumentView)?) { set(key, object: view?.document) }

    @inline(never)
    func objects(_ key: FieldKey) -> [JSONObject] { self[key]?.array?.compactMap(\.object) ?? [] }
    @inline(never)
    mutating func set(_ key: FieldKey, objects: [JSONObject]) {
        self[key] = objects.isEmpty ? nil : .array(objects.map(JSON.object))
    }

    @inline(never)
    public func views<V: DocumentView>(_ key: FieldKey, of type: V.Type = V.self) -> [V] {
        objects(key).map(V.init(document:))
    }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ views: [some DocumentView]) {
        // No key path: one of a generic type is put together anew at each use.
        set(key, objects: views.map { $0.document })
    }

    @inline(never)
    public func viewMap<V: DocumentView>(_ key: FieldKey, of type: V.Type = V.self) -> [String: V] {
        guard let object = self[key]?.object else { return [:] }
        var map: [String: V] = [:]
        for (name, value) in object { if let member = value.object { map[name] = V(document: member) } }
        return map
    }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ map: [String: some DocumentView]) {
        self[key] =
            map.isEmpty
            ? nil : .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value.document)) }))
    }

    @inline(never)
    public func scalar<S: ScalarView>(_ key: FieldKey, as type: S.Type = S.self) -> S? {
        self[key].flatMap(S.init(json:))
    }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ scalar: (some ScalarView)?) { self[key] = scalar?.json }

    @inline(never)
    public func scalarMap<S: ScalarView>(_ key: FieldKey, of type: S.Type = S.self) -> [String: S] {
        guard let object = self[key]?.object else { return [:] }
        var map: [String: S] = [:]
        for (name, value) in object { if let scalar = S(json: value) { map[name] = scalar } }
        return map
    }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ map: [String: some ScalarView]) {
        self[key] = map.isEmpty ? nil : .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
    }

    @inline(never)
    public func values(_ key: FieldKey) -> [JSON] { self[key]?.array ?? [] }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ values: [JSON]) { self[key] = values.isEmpty ? nil : .array(values) }
    @inline(never)
    public mutating func set(_ key: FieldKey, _ value: JSON?) { self[key] = value }
}

/// A value type with one JSON scalar as its form: ``Quantity``, ``IntOrString``.
public protocol ScalarView: Sendable, Hashable {
    init?(json: JSON)
    var json: JSON { get }
}

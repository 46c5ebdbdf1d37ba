public import ClawDocuments

/// What only models need of objects, beside ``DocumentView``'s accessors.
extension JSONObject {
    public mutating func setKind(_ apiVersion: String, _ kind: String) {
        set(.apiVersion, apiVersion)
        set(.kind, kind)
    }

    /// A required object: absent reads as empty.
    public func viewOrEmpty<V: DocumentView>(_ key: FieldKey) -> V { view(key) ?? V(document: JSONObject()) }

    public func bools(_ key: FieldKey) -> [Bool] { self[key]?.array?.compactMap(\.bool) ?? [] }
    public mutating func set(_ key: FieldKey, _ values: [Bool]) {
        self[key] = values.isEmpty ? nil : .array(values.map(JSON.bool))
    }

    public func scalars<S: ScalarView>(_ key: FieldKey) -> [S] { self[key]?.array?.compactMap(S.init(json:)) ?? [] }
    public mutating func set(_ key: FieldKey, _ values: [some ScalarView]) {
        self[key] = values.isEmpty ? nil : .array(values.map { $0.json })
    }

    public func stringsMap(_ key: FieldKey) -> [String: [String]] {
        var map: [String: [String]] = [:]
        for (name, value) in self[key]?.object ?? [:] { map[name] = value.array?.compactMap(\.string) }
        return map
    }
    public mutating func set(_ key: FieldKey, _ map: [String: [String]]) {
        set(key, map.mapValues { JSON.array($0.map(JSON.string)) })
    }

    public func valueMap(_ key: FieldKey) -> [String: JSON] {
        guard let object = self[key]?.object else { return [:] }
        return Dictionary(object.map { ($0.name, $0.value) }) { _, last in last }
    }
    /// Sorted by name, so that equal maps write equal bytes.
    public mutating func set(_ key: FieldKey, _ map: [String: JSON]) {
        self[key] = map.isEmpty ? nil : .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }
}

/// Required lists and maps are written even where empty: a document without them would be refused.
extension JSONObject {
    @usableFromInline mutating func setRequired(_ key: FieldKey, _ values: [some DocumentView]) {
        self[key] = .array(values.map { .object($0.document) })
    }
    @usableFromInline mutating func setRequired(_ key: FieldKey, _ values: [String]) { self[key] = .array(values.map(JSON.string)) }
    @usableFromInline mutating func setRequired(_ key: FieldKey, _ values: [Int]) {
        self[key] = .array(values.map { .integer(Int64($0)) })
    }

    @usableFromInline mutating func setRequired(_ key: FieldKey, _ map: [String: some DocumentView]) {
        set(key, map)
        if map.isEmpty { self[key] = .object([:]) }
    }
    @usableFromInline mutating func setRequired(_ key: FieldKey, _ map: [String: some ScalarView]) {
        set(key, map)
        if map.isEmpty { self[key] = .object([:]) }
    }
}

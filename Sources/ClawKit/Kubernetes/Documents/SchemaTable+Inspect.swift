/// What a field table says about a document.
public struct SchemaInspection: Sendable {
    public struct Mismatch: Sendable, Hashable, CustomStringConvertible {
        /// `spec.containers[0].ports[0].containerPort`
        public let path: String
        public let expected: String
        public let found: String
        public var description: String { "\(path): expected \(expected), found \(found)" }
    }

    public internal(set) var mismatches: [Mismatch] = []
    /// Paths of members the table does not know.
    public internal(set) var unknown: [String] = []
    /// Paths of members that are required and absent.
    public internal(set) var missing: [String] = []
}

extension SchemaTable {
    /// Holds a document against the table of its type.
    public func inspect(_ object: JSONObject, as type: String) -> SchemaInspection {
        var inspection = SchemaInspection()
        if let schema = self[type] { inspect(object, schema, at: "", &inspection) }
        return inspection
    }

    /// The document without the members its type does not know.
    public func pruned(_ object: JSONObject, as type: String) -> JSONObject {
        guard let schema = self[type], !schema.fields.isEmpty else { return object }
        var result = object
        for (name, value) in object {
            guard let field = schema[name] else {
                result[name] = nil
                continue
            }
            if let pruned = pruned(value, field.type) { result[name] = pruned }
        }
        return result
    }

    /// nil where nothing changed.
    private func pruned(_ value: JSON, _ type: Schema.FieldType) -> JSON? {
        switch (type, value) {
        case (.object(let name), .object(let object)):
            let result = pruned(object, as: name)
            return result.isIdentical(to: object) ? nil : .object(result)
        case (.list(let element), .array(let elements)):
            return .array(elements.map { pruned($0, element) ?? $0 })
        case (.map(let element), .object(let members)):
            var result = members
            for (name, member) in members { if let changed = pruned(member, element) { result[name] = changed } }
            return .object(result)
        default: return nil
        }
    }

    private func inspect(_ object: JSONObject, _ schema: Schema, at path: String, _ found: inout SchemaInspection) {
        // A type without fields takes anything (RawExtension, JSON).
        guard !schema.fields.isEmpty else { return }
        for (name, value) in object {
            let place = path.isEmpty ? name : "\(path).\(name)"
            guard let field = schema[name] else {
                found.unknown.append(place)
                continue
            }
            inspect(value, field.type, at: place, &found)
        }
        for field in schema.fields where field.isRequired && object[field.name] == nil {
            found.missing.append(path.isEmpty ? field.name : "\(path).\(field.name)")
        }
    }

    private func inspect(_ value: JSON, _ type: Schema.FieldType, at path: String, _ found: inout SchemaInspection) {
        if value.isNull { return }
        func expect(_ condition: Bool, _ expected: String) {
            if !condition { found.mismatches.append(.init(path: path, expected: expected, found: value.typeName)) }
        }
        switch type {
        case .any: break
        case .string, .bytes, .time, .microTime: expect(value.string != nil, "string")
        case .bool: expect(value.bool != nil, "boolean")
        case .integer: expect(value.integer != nil, "integer")
        case .number: expect(value.number != nil, "number")
        case .quantity: expect(value.string != nil || value.number != nil, "quantity")
        case .intOrString: expect(value.string != nil || value.integer != nil, "integer or string")
        case .object(let name):
            guard let schema = self[name], !schema.fields.isEmpty else { return }
            guard let object = value.object else { return expect(false, "object") }
            inspect(object, schema, at: path, &found)
        case .list(let element):
            guard let elements = value.array else { return expect(false, "array") }
            for (index, member) in elements.enumerated() { inspect(member, element, at: "\(path)[\(index)]", &found) }
        case .map(let element):
            guard let members = value.object else { return expect(false, "object") }
            for (name, member) in members { inspect(member, element, at: "\(path).\(name)", &found) }
        }
    }
}

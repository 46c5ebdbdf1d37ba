public import ClawDocuments
import ClawModels

extension FieldSchema {
    /// The schema of one of Kubernetes' own types, from its field table; that of a ``SchemaView`` is its own.
    ///
    /// A type that contains itself is not told beyond its first occurrence: what is in it there is kept as it is.
    public static func kubernetes<V: DocumentView>(_ type: V.Type) -> FieldSchema {
        if let own = type as? any SchemaView.Type { return own.schema }
        guard let name = type.schemaName, let schema = SchemaTable.kubernetes[name] else {
            return FieldSchema(["type": "object", "x-kubernetes-preserve-unknown-fields": true])
        }
        return FieldSchema(object(schema, within: []))
    }

    private static func object(_ schema: Schema, within outer: [String]) -> JSONObject {
        guard !schema.fields.isEmpty, !outer.contains(schema.name) else {
            return ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        }
        var properties = JSONObject()
        var required: [String] = []
        let keys = Set(schema.fields.compactMap { $0.keyDefault == nil ? nil : $0.name })
        for field in schema.fields {
            properties[field.name] = .object(property(field, within: outer + [schema.name]))
            if field.isRequired, !keys.contains(field.name) { required.append(field.name) }
        }
        var json: JSONObject = ["type": "object", "properties": .object(properties)]
        json.set("required", required)
        if schema.isAtomic { json["x-kubernetes-map-type"] = "atomic" }
        return json
    }

    private static func property(_ field: Schema.Field, within outer: [String]) -> JSONObject {
        var json = value(field.type, isInt32: field.isInt32, within: outer)
        if !field.enumeration.isEmpty { json["enum"] = .array(field.enumeration.map(JSON.string)) }
        if let value = field.keyDefault { json["default"] = value }
        switch field.list {
        case .map(let keys):
            json["x-kubernetes-list-type"] = "map"
            json["x-kubernetes-list-map-keys"] = .array(keys.map(JSON.string))
            json["items"] = json["items"].map { withKeys($0, keys) }
        case .set: json["x-kubernetes-list-type"] = "set"
        case .atomic:
            if case .list = field.type { json["x-kubernetes-list-type"] = "atomic" }
        }
        if field.isAtomic == true, json["type"] == "object" { json["x-kubernetes-map-type"] = "atomic" }
        return json
    }

    /// What tells elements apart must be there, or have a default.
    private static func withKeys(_ items: JSON, _ keys: [String]) -> JSON {
        var items = items
        var required = items["required"]?.array ?? []
        for key in keys where items["properties"]?[key]?["default"] == nil && !required.contains(.string(key)) {
            required.append(.string(key))
        }
        if !required.isEmpty { items["required"] = .array(required) }
        return items
    }

    private static func value(_ type: Schema.FieldType, isInt32: Bool, within outer: [String]) -> JSONObject {
        switch type {
        case .string: string.json
        case .integer: isInt32 ? int32.json : int64.json
        case .number: double.json
        case .bool: bool.json
        case .any: anything.json
        case .quantity: quantity.json
        case .intOrString: intOrString.json
        case .time, .microTime: time.json
        case .bytes: ["type": "string", "format": "byte"]
        case .object(let name):
            SchemaTable.kubernetes[name].map { object($0, within: outer) }
                ?? ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        case .list(let element): list(of: FieldSchema(value(element, isInt32: isInt32, within: outer))).json
        case .map(let element): map(to: FieldSchema(value(element, isInt32: isInt32, within: outer))).json
        }
    }
}

package import ClawDocuments
package import ClawExpressions
import ClawModels

/// The structural schema of a custom resource's version.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema>
package struct StructuralSchema: Sendable {
    package indirect enum Items: Sendable {
        case none
        case schema(StructuralSchema)
    }

    package var type: String?
    package var properties: [String: StructuralSchema] = [:]
    package var additional: Items = .none
    package var items: Items = .none
    package var required: [String] = []
    package var enumeration: [JSON] = []
    package var defaultValue: JSON?
    package var isNullable = false
    package var preservesUnknown = false
    package var isIntOrString = false
    package var isEmbeddedResource = false
    package var pattern: String?
    package var minimum: Double?
    package var maximum: Double?
    package var minLength: Int?
    package var maxLength: Int?
    package var minItems: Int?
    package var maxItems: Int?
    package var minProperties: Int?
    package var maxProperties: Int?
    package var multipleOf: Double?
    package var excludesMinimum = false
    package var excludesMaximum = false
    package var format: String?
    /// Checked for values only.
    package var allOf: [StructuralSchema] = []
    package var anyOf: [StructuralSchema] = []
    package var oneOf: [StructuralSchema] = []
    package var not: Items = .none
    /// Whether only the properties may be there.
    package var forbidsOthers = false
    /// The compiled ``pattern``.
    package var expression: Pattern?
    /// `atomic`, `set` or `map`, with its keys.
    package var listType: String?
    package var listMapKeys: [String] = []
    package var isAtomicMap = false
    /// The field table of the whole, for everything schema-driven; made for the root only.
    package private(set) var table: CustomResourceSchema?
    /// Whether something in it has a default; known of the root only.
    package private(set) var fillsIn = false
    /// The schema as the definition wrote it, for OpenAPI.
    package private(set) var json: JSON = .object(JSONObject())

    /// Anything goes: a version without a schema.
    package static let anything: StructuralSchema = {
        var schema = StructuralSchema()
        schema.type = "object"
        schema.preservesUnknown = true
        return schema
    }()

    package init() {}

    package init(_ json: JSON) {
        self.json = json
        type = json["type"]?.string
        for (name, property) in json["properties"]?.object ?? JSONObject() {
            properties[name] = StructuralSchema(property)
        }
        if let more = json["additionalProperties"] {
            if more.object != nil { additional = .schema(StructuralSchema(more)) }
            if more.bool == true { additional = .schema(.anything) }
        }
        if let element = json["items"] { items = .schema(StructuralSchema(element)) }
        required = json["required"]?.array?.compactMap(\.string) ?? []
        enumeration = json["enum"]?.array ?? []
        defaultValue = json["default"]
        isNullable = json["nullable"]?.bool ?? false
        preservesUnknown = json["x-kubernetes-preserve-unknown-fields"]?.bool ?? false
        isIntOrString = json["x-kubernetes-int-or-string"]?.bool ?? false
        isEmbeddedResource = json["x-kubernetes-embedded-resource"]?.bool ?? false
        pattern = json["pattern"]?.string
        minimum = json["minimum"]?.number
        maximum = json["maximum"]?.number
        minLength = json["minLength"]?.integer.map(Int.init)
        maxLength = json["maxLength"]?.integer.map(Int.init)
        minItems = json["minItems"]?.integer.map(Int.init)
        maxItems = json["maxItems"]?.integer.map(Int.init)
        readFurther(json)
        listType = json["x-kubernetes-list-type"]?.string
        listMapKeys = json["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? []
        isAtomicMap = json["x-kubernetes-map-type"]?.string == "atomic"
    }

    private mutating func readFurther(_ json: JSON) {
        func list(_ name: String) -> [StructuralSchema] { json[name]?.array?.map { StructuralSchema($0) } ?? [] }
        minProperties = json["minProperties"]?.integer.map(Int.init)
        maxProperties = json["maxProperties"]?.integer.map(Int.init)
        multipleOf = json["multipleOf"]?.number
        excludesMinimum = json["exclusiveMinimum"]?.bool ?? false
        excludesMaximum = json["exclusiveMaximum"]?.bool ?? false
        format = json["format"]?.string.flatMap { SchemaFormats.isKnown($0, of: type) ? $0 : nil }
        allOf = list("allOf")
        anyOf = list("anyOf")
        oneOf = list("oneOf")
        if let schema = json["not"] { not = .schema(StructuralSchema(schema)) }
        forbidsOthers = json["additionalProperties"]?.bool == false
        expression = pattern.flatMap { try? Pattern($0) }
    }

    /// The schema of a whole resource, with its field table.
    package static func root(_ json: JSON) -> StructuralSchema {
        var schema = StructuralSchema(json)
        schema.fillsIn = schema.hasDefaults
        schema.table = CustomResourceSchema(openAPIV3Schema: json, name: "resource", builtIn: .kubernetes)
        return schema
    }

    // MARK: pruning

    /// Removes members the schema does not specify; returns their paths. `apiVersion`, `kind` and `metadata` stay.
    package func prune(_ object: inout JSONObject) -> [String] {
        var unknown: [String] = []
        var value = JSON.object(object)
        prune(&value, at: "", isResource: true, &unknown)
        if let pruned = value.object { object = pruned }
        return unknown
    }

    private func prune(_ value: inout JSON, at path: String, isResource: Bool, _ unknown: inout [String]) {
        switch value {
        case .object(var object):
            if isResource || isEmbeddedResource { pruneMetadata(of: &object, at: path, &unknown) }
            for (name, member) in object {
                if isResource || isEmbeddedResource, ["apiVersion", "kind", "metadata"].contains(name) { continue }
                let place = path.isEmpty ? name : "\(path).\(name)"
                if let property = properties[name] {
                    var changed = member
                    property.prune(&changed, at: place, isResource: false, &unknown)
                    if changed != member { object[name] = changed }
                } else if case .schema(let schema) = additional {
                    var changed = member
                    schema.prune(&changed, at: place, isResource: false, &unknown)
                    if changed != member { object[name] = changed }
                } else if !preservesUnknown {
                    unknown.append(place)
                    object[name] = nil
                }
            }
            value = .object(object)
        case .array(var elements):
            guard case .schema(let schema) = items else { return }
            for index in elements.indices {
                schema.prune(&elements[index], at: "\(path)[\(index)]", isResource: false, &unknown)
            }
            value = .array(elements)
        default: break
        }
    }

    package static let metadataType = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    /// Metadata has the same fields everywhere.
    private func pruneMetadata(of object: inout JSONObject, at path: String, _ unknown: inout [String]) {
        let type = Self.metadataType
        guard let metadata = object[.metadata]?.object else { return }
        let found = SchemaTable.kubernetes.inspect(metadata, as: type).unknown
        guard !found.isEmpty else { return }
        unknown += found.map { path.isEmpty ? "metadata.\($0)" : "\(path).metadata.\($0)" }
        object[.metadata] = .object(SchemaTable.kubernetes.pruned(metadata, as: type))
    }

    /// Removes what the schema does not specify from one of its values; whether there was something.
    package func pruneDefault(_ value: inout JSON) -> Bool {
        var unknown: [String] = []
        prune(&value, at: "", isResource: false, &unknown)
        return !unknown.isEmpty
    }

    // MARK: defaulting

    private var hasDefaults: Bool {
        if properties.values.contains(where: { $0.defaultValue != nil || $0.hasDefaults }) { return true }
        if case .schema(let schema) = additional, schema.hasDefaults { return true }
        if case .schema(let schema) = items, schema.hasDefaults { return true }
        return false
    }

    package func fillDefaults(_ object: inout JSONObject) {
        for (name, property) in properties.sorted(by: { $0.key < $1.key }) {
            if object[name] == nil || (object[name]?.isNull ?? false && !property.isNullable) {
                object[name] = property.defaultValue
            }
            guard var value = object[name] else { continue }
            property.fillDefaults(in: &value)
            object[name] = value
        }
        if case .schema(let schema) = additional {
            for (name, member) in object where properties[name] == nil {
                var value = member
                schema.fillDefaults(in: &value)
                object[name] = value
            }
        }
    }

    private func fillDefaults(in value: inout JSON) {
        switch value {
        case .object(var object):
            fillDefaults(&object)
            value = .object(object)
        case .array(var elements):
            guard case .schema(let schema) = items else { return }
            for index in elements.indices { schema.fillDefaults(in: &elements[index]) }
            value = .array(elements)
        default: break
        }
    }
}

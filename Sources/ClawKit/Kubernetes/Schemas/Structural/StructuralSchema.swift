package import ClawDocuments
package import ClawExpressions
import ClawModels

/// The structural schema of a custom resource's version. An object of its own, for every write walks it: as a value it
/// would be copied at every step.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema>
package final class StructuralSchema: Sendable {
    package enum Items: Sendable {
        case none
        case schema(StructuralSchema)
    }

    package let type: String?
    package let properties: [String: StructuralSchema]
    package let additional: Items
    package let items: Items
    package let required: [String]
    package let enumeration: [JSON]
    package let defaultValue: JSON?
    package let isNullable: Bool
    package let preservesUnknown: Bool
    package let isIntOrString: Bool
    package let isEmbeddedResource: Bool
    package let pattern: String?
    package let minimum: Double?
    package let maximum: Double?
    package let minLength: Int?
    package let maxLength: Int?
    package let minItems: Int?
    package let maxItems: Int?
    package let minProperties: Int?
    package let maxProperties: Int?
    package let multipleOf: Double?
    package let excludesMinimum: Bool
    package let excludesMaximum: Bool
    package let format: String?
    /// Checked for values only.
    package let allOf: [StructuralSchema]
    package let anyOf: [StructuralSchema]
    package let oneOf: [StructuralSchema]
    package let not: Items
    /// Whether only the properties may be there.
    package let forbidsOthers: Bool
    /// The compiled ``pattern``.
    package let expression: Pattern?
    /// `atomic`, `set` or `map`, with its keys.
    package let listType: String?
    package let listMapKeys: [String]
    package let isAtomicMap: Bool
    /// The field table of the whole, for everything schema-driven; made for the root only.
    package let table: CustomResourceSchema?
    /// Whether something in it has a default.
    package let fillsIn: Bool
    /// The properties that have a default, in the order of their names.
    private let defaults: [(name: String, value: JSON)]
    /// The schema as the definition wrote it, for OpenAPI.
    package let json: JSON

    /// Anything goes: a version without a schema.
    package static let anything = StructuralSchema(["type": "object", "x-kubernetes-preserve-unknown-fields": true])

    /// The schema of a whole resource, with its field table.
    package static func root(_ json: JSON) -> StructuralSchema {
        StructuralSchema(
            json, table: CustomResourceSchema(openAPIV3Schema: json, name: "resource", builtIn: .kubernetes))
    }

    package convenience init(_ json: JSON) { self.init(json, table: nil) }

    private init(_ json: JSON, table: CustomResourceSchema?) {
        func integer(_ name: String) -> Int? { json[name]?.integer.map { Int($0) } }
        func flag(_ name: String) -> Bool { json[name]?.bool ?? false }
        func texts(_ name: String) -> [String] { json[name]?.array?.compactMap(\.string) ?? [] }
        func schemas(_ name: String) -> [StructuralSchema] { json[name]?.array?.map { StructuralSchema($0) } ?? [] }
        func items(_ name: String) -> Items { json[name].map { .schema(StructuralSchema($0)) } ?? .none }
        (self.json, self.table) = (json, table)
        type = json["type"]?.string
        var properties: [String: StructuralSchema] = [:]
        for (name, property) in json["properties"]?.object ?? JSONObject() {
            properties[name] = StructuralSchema(property)
        }
        self.properties = properties
        let more = json["additionalProperties"]
        additional =
            more?.object != nil ? items("additionalProperties") : more?.bool == true ? .schema(.anything) : .none
        self.items = items("items")
        required = texts("required")
        enumeration = json["enum"]?.array ?? []
        defaultValue = json["default"]
        isNullable = flag("nullable")
        preservesUnknown = flag("x-kubernetes-preserve-unknown-fields")
        isIntOrString = flag("x-kubernetes-int-or-string")
        isEmbeddedResource = flag("x-kubernetes-embedded-resource")
        pattern = json["pattern"]?.string
        expression = pattern.flatMap { try? Pattern($0) }
        (minimum, maximum) = (json["minimum"]?.number, json["maximum"]?.number)
        (minLength, maxLength) = (integer("minLength"), integer("maxLength"))
        (minItems, maxItems) = (integer("minItems"), integer("maxItems"))
        (minProperties, maxProperties) = (integer("minProperties"), integer("maxProperties"))
        multipleOf = json["multipleOf"]?.number
        (excludesMinimum, excludesMaximum) = (flag("exclusiveMinimum"), flag("exclusiveMaximum"))
        let type = type
        format = json["format"]?.string.flatMap { SchemaFormats.isKnown($0, of: type) ? $0 : nil }
        (allOf, anyOf, oneOf) = (schemas("allOf"), schemas("anyOf"), schemas("oneOf"))
        not = items("not")
        forbidsOthers = more?.bool == false
        listType = json["x-kubernetes-list-type"]?.string
        listMapKeys = texts("x-kubernetes-list-map-keys")
        isAtomicMap = json["x-kubernetes-map-type"]?.string == "atomic"
        defaults = properties.compactMap { name, property in property.defaultValue.map { (name, $0) } }
            .sorted { $0.name < $1.name }
        let inner = [additional, self.items].compactMap { if case .schema(let schema) = $0 { schema } else { nil } }
        fillsIn = !defaults.isEmpty || properties.values.contains(where: \.fillsIn) || inner.contains(where: \.fillsIn)
    }

    // MARK: pruning

    /// Removes members the schema does not specify; returns their paths. `apiVersion`, `kind` and `metadata` stay.
    package func prune(_ object: inout JSONObject) -> [String] {
        var unknown: [String] = []
        prune(&object, at: "", isResource: true, &unknown)
        return unknown
    }

    /// - Returns: whether something was removed.
    @discardableResult
    private func prune(
        _ object: inout JSONObject, at path: @autoclosure () -> String, isResource: Bool, _ unknown: inout [String]
    ) -> Bool {
        let before = unknown.count
        let isResource = isResource || isEmbeddedResource
        if isResource { pruneMetadata(of: &object, at: path(), &unknown) }
        for (name, member) in object {
            if isResource, ["apiVersion", "kind", "metadata"].contains(name) { continue }
            // Paths are put together only for what is unknown: nearly never.
            func place() -> String { path().isEmpty ? name : "\(path()).\(name)" }
            let schema: StructuralSchema
            if let property = properties[name] {
                schema = property
            } else if case .schema(let other) = additional {
                schema = other
            } else {
                if !preservesUnknown {
                    unknown.append(place())
                    object[name] = nil
                }
                continue
            }
            var changed = member
            if schema.prune(&changed, at: place(), &unknown) { object[name] = changed }
        }
        return unknown.count > before
    }

    private func prune(_ value: inout JSON, at path: @autoclosure () -> String, _ unknown: inout [String]) -> Bool {
        switch value {
        case .object(var object):
            guard prune(&object, at: path(), isResource: false, &unknown) else { return false }
            value = .object(object)
            return true
        case .array(var elements):
            guard case .schema(let schema) = items else { return false }
            var isChanged = false
            for index in elements.indices {
                var element = elements[index]
                guard schema.prune(&element, at: "\(path())[\(index)]", &unknown) else { continue }
                elements[index] = element
                isChanged = true
            }
            if isChanged { value = .array(elements) }
            return isChanged
        default: return false
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
        return prune(&value, at: "", &unknown)
    }

    // MARK: defaulting

    /// Fills in what is absent, and removes nulls that may not be there.
    /// - Returns: whether something was.
    @discardableResult
    package func fillDefaults(_ object: inout JSONObject) -> Bool {
        var isChanged = false
        for (name, value) in defaults where object[name] == nil {
            object[name] = value
            isChanged = true
        }
        for (name, member) in object {
            let schema: StructuralSchema
            if let property = properties[name] {
                schema = property
            } else if case .schema(let other) = additional {
                schema = other
            } else {
                continue
            }
            if member.isNull {
                guard !schema.isNullable, properties[name] != nil else { continue }
                object[name] = schema.defaultValue
                isChanged = true
            }
            guard var value = object[name], schema.fillDefaults(in: &value) else { continue }
            object[name] = value
            isChanged = true
        }
        return isChanged
    }

    private func fillDefaults(in value: inout JSON) -> Bool {
        switch value {
        case .object(var object):
            guard fillDefaults(&object) else { return false }
            value = .object(object)
            return true
        case .array(var elements):
            guard case .schema(let schema) = items else { return false }
            var isChanged = false
            for index in elements.indices {
                var element = elements[index]
                guard schema.fillDefaults(in: &element) else { continue }
                elements[index] = element
                isChanged = true
            }
            if isChanged { value = .array(elements) }
            return isChanged
        default: return false
        }
    }
}

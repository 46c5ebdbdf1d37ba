import ClawDocuments
import ClawModels
import ClawSchemas
import Synchronization

/// OpenAPI v3 per group version, derived from the field tables and the definitions' schemas: what `kubectl apply`
/// and `kubectl explain` read. Paths carry what clients look for in them, no more.
enum OpenAPIDocument {
    static func index(_ registry: ResourceRegistry) -> JSONObject {
        var paths = JSONObject()
        for groupVersion in ["v1"] + Discovery.groupVersions(registry) {
            let path = groupVersion == "v1" ? "api/v1" : "apis/\(groupVersion)"
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)")]
        }
        return ["paths": .object(paths)]
    }

    /// - Parameter path: `api/v1` or `apis/GROUP/VERSION`.
    static func document(for path: String, _ registry: ResourceRegistry) -> JSONObject? {
        let served = registry.all.filter { resource in
            path == (resource.type.group.isEmpty ? "api/\(resource.type.version)" : "apis/\(resource.type.apiVersion)")
        }
        guard !served.isEmpty else { return nil }
        if served.contains(where: \.isCustom) { return document(path, served) }
        // Kubernetes' own do not change.
        if let known = builtIn.withLock({ $0[path] }) { return known }
        let document = document(path, served)
        builtIn.withLock { $0[path] = document }
        return document
    }

    private static let builtIn = Mutex<[String: JSONObject]>([:])

    private static func document(_ path: String, _ served: [RegisteredResource]) -> JSONObject {
        var paths = JSONObject()
        var schemas = JSONObject()
        for resource in served {
            let scope = resource.type.isNamespaced ? "namespaces/{namespace}/" : ""
            paths["/\(path)/\(scope)\(resource.type.plural)/{name}"] = operations(resource)
            paths["/\(path)/\(scope)\(resource.type.plural)"] = [
                "get": operation(resource, "list", []), "post": operation(resource, "post", writeParameters),
            ]
            switch resource.shape {
            case .builtIn(let name?): add(name, resource.type, to: &schemas)
            case .builtIn(nil): break
            case .custom(let custom):
                schemas[componentName(resource.type)] = component(custom.schema, resource.type)
            }
        }
        return [
            "openapi": "3.0.0", "info": ["title": "ClawKit embedded cluster", "version": "v1.36.2"],
            "paths": .object(paths), "components": ["schemas": .object(schemas)],
        ]
    }

    /// OpenAPI v2: the types, without paths.
    static func swagger(_ registry: ResourceRegistry) -> JSONObject {
        var definitions = JSONObject()
        for resource in registry.all {
            switch resource.shape {
            case .builtIn(let name?): add(name, resource.type, to: &definitions)
            case .builtIn(nil): break
            case .custom(let custom):
                definitions[componentName(resource.type)] = component(custom.schema, resource.type)
            }
        }
        return [
            "swagger": "2.0", "info": ["title": "ClawKit embedded cluster", "version": "v1.36.2"], "paths": [:],
            "definitions": .object(JSONObject(distinct: definitions.map { ($0.name, definition($0.value)) })),
        ]
    }

    /// What v3 says with `allOf` and `oneOf`, as v2 says it.
    private static func definition(_ value: JSON) -> JSON {
        switch value {
        case .object(let object):
            if let reference = object["allOf"]?[0]?["$ref"]?.string, let name = reference.split(separator: "/").last {
                var definition: JSONObject = ["$ref": .string("#/definitions/\(name)")]
                definition["description"] = object["description"]
                return .object(definition)
            }
            if object["oneOf"] != nil { return ["type": "string"] }
            return .object(JSONObject(distinct: object.map { ($0.name, definition($0.value)) }))
        case .array(let elements): return .array(elements.map(definition))
        default: return value
        }
    }

    private static let writeParameters = ["dryRun", "fieldManager", "fieldValidation"]

    private static func operations(_ resource: RegisteredResource) -> JSON {
        [
            "get": operation(resource, "get", []), "put": operation(resource, "put", writeParameters),
            "patch": operation(resource, "patch", writeParameters + ["force"]),
            "delete": operation(resource, "delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"]),
        ]
    }

    private static func operation(_ resource: RegisteredResource, _ action: String, _ parameters: [String]) -> JSON {
        let type = resource.type
        return [
            "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": gvk(type),
            "parameters": .array(
                parameters.map { ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]] }),
            "responses": ["200": ["description": "OK"]],
        ]
    }

    private static func gvk(_ type: ResourceType) -> JSON {
        ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
    }

    // MARK: built-in kinds

    /// Adds a type and everything it refers to.
    private static func add(_ name: String, _ type: ResourceType?, to schemas: inout JSONObject) {
        guard schemas[name] == nil, let schema = SchemaTable.kubernetes[name] else { return }
        var properties = JSONObject()
        var references: [String] = []
        for field in schema.fields {
            var property = property(field.type, &references)
            switch field.list {
            case .atomic: break
            case .set: property["x-kubernetes-list-type"] = "set"
            case .map(let keys):
                property["x-kubernetes-list-type"] = "map"
                property["x-kubernetes-list-map-keys"] = .array(keys.map(JSON.string))
            }
            if let key = field.patchMergeKey {
                property["x-kubernetes-patch-merge-key"] = .string(key)
                property["x-kubernetes-patch-strategy"] = "merge"
            }
            if let described = FieldDescriptions.text(of: field.name, in: name) {
                property["description"] = .string(described)
            }
            properties[field.name] = .object(property)
        }
        var component: JSONObject = ["type": "object"]
        if let described = FieldDescriptions.text(of: "", in: name) { component["description"] = .string(described) }
        if !properties.isEmpty { component["properties"] = .object(properties) }
        component.set("required", schema.fields.filter(\.isRequired).map(\.name))
        if let type { component["x-kubernetes-group-version-kind"] = [gvk(type)] }
        schemas[name] = .object(component)
        for reference in references { add(reference, nil, to: &schemas) }
    }

    private static func property(_ type: Schema.FieldType, _ references: inout [String]) -> JSONObject {
        switch type {
        case .string: return ["type": "string"]
        case .integer: return ["type": "integer"]
        case .number: return ["type": "number"]
        case .bool: return ["type": "boolean"]
        case .any: return [:]
        case .quantity, .intOrString: return ["oneOf": [["type": "string"], ["type": "number"]]]
        case .time, .microTime: return ["type": "string", "format": "date-time"]
        case .bytes: return ["type": "string", "format": "byte"]
        case .object(let name):
            references.append(name)
            return ["allOf": [["$ref": .string("#/components/schemas/\(name)")]], "default": [:]]
        case .list(let element): return ["type": "array", "items": .object(property(element, &references))]
        case .map(let element):
            return ["type": "object", "additionalProperties": .object(property(element, &references))]
        }
    }

    // MARK: custom resources

    private static func componentName(_ type: ResourceType) -> String {
        (type.group.split(separator: ".").reversed().map(String.init) + [type.version, type.kind]).joined(separator: ".")
    }

    private static func component(_ schema: StructuralSchema, _ type: ResourceType) -> JSON {
        var component = schema.json
        component["x-kubernetes-group-version-kind"] = [gvk(type)]
        return component
    }
}

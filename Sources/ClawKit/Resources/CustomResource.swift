public import ClawKubernetes

/// A custom resource that brings its own definition.
public protocol CustomResource: Resource {
    /// The structural schema of `spec`.
    static var specSchema: JSONObject { get }
    /// The structural schema of `status`.
    static var statusSchema: JSONObject { get }
    /// What `kubectl get` shows besides the name.
    static var columns: [PrinterColumn] { get }
}

/// A column of `kubectl get`.
public struct PrinterColumn: Sendable {
    public let name: String
    public let type: String
    public let path: String

    public init(_ name: String, _ type: String = "string", _ path: String) {
        (self.name, self.type, self.path) = (name, type, path)
    }

    static let age = PrinterColumn("Age", "date", ".metadata.creationTimestamp")
}

extension CustomResource {
    /// The CustomResourceDefinition, with a status subresource.
    public static var definition: CustomResourceDefinition {
        let object: (JSONObject) -> JSON = { .object($0) }
        let schema: JSON = [
            "type": "object", "required": ["spec"],
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"], "metadata": ["type": "object"],
                "spec": object(specSchema), "status": object(statusSchema),
            ],
        ]
        var names: JSONObject = [
            "kind": .string(type.kind), "listKind": .string("\(type.kind)List"), "plural": .string(type.plural),
            "singular": .string(type.singular),
        ]
        names.set("shortNames", type.shortNames)
        names.set("categories", type.categories)
        return CustomResourceDefinition(document: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string(type.qualifiedName)],
            "spec": [
                "group": .string(type.group), "names": .object(names),
                "scope": type.isNamespaced ? "Namespaced" : "Cluster",
                "versions": [
                    [
                        "name": .string(type.version), "served": true, "storage": true,
                        "schema": ["openAPIV3Schema": schema], "subresources": ["status": [:]],
                        "additionalPrinterColumns": .array(
                            columns.map {
                                ["name": .string($0.name), "type": .string($0.type), "jsonPath": .string($0.path)]
                            }),
                    ]
                ],
            ],
        ])
    }
}

/// Short forms for structural schemas.
enum Shape {
    static let string: JSON = ["type": "string"]
    static let integer: JSON = ["type": "integer", "format": "int64"]
    static let bool: JSON = ["type": "boolean"]
    static let strings: JSON = ["type": "array", "items": string]
    static let time: JSON = ["type": "string", "format": "date-time"]

    static func object(_ properties: JSONObject, required: [String] = []) -> JSONObject {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        schema.set("required", required)
        return schema
    }

    static func list(of item: JSONObject, keys: [String]) -> JSON {
        [
            "type": "array", "items": .object(item), "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": .array(keys.map(JSON.string)),
        ]
    }

    static func word(_ words: [String], default value: String? = nil) -> JSON {
        var schema: JSONObject = ["type": "string", "enum": .array(words.map(JSON.string))]
        schema["default"] = value.map(JSON.string)
        return .object(schema)
    }

    /// A name by RFC 1123.
    static let label: JSON = ["type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"]

    static let conditions = list(
        of: object(
            [
                "type": string, "status": word(["True", "False", "Unknown"]), "reason": string, "message": string,
                "lastTransitionTime": time, "observedGeneration": integer,
            ], required: ["type", "status"]),
        keys: ["type"])
}

/// The group that ClawKit's kinds belong to.
public enum ClawGroup {
    public static let name = "clawkit.dev"
    public static let version = "v1alpha1"

    /// The definitions of all its kinds.
    public static var definitions: [CustomResourceDefinition] {
        [Tenant.definition, Project.definition, Runtime.definition, ModelGrantResource.definition]
    }
}

public import ClawDocuments

/// The field tables of one version of a custom resource, for server-side apply.
public struct CustomResourceSchema: Sendable {
    public let root: Schema
    public let types: SchemaTable

    /// - Parameters:
    ///   - openAPIV3Schema: The version's, from its definition; nil where there is none: then every object is granular
    ///     and every list atomic, but for the metadata.
    ///   - name: Any name for the root type.
    ///   - builtIn: Where metadata's types are taken from.
    public init(openAPIV3Schema: JSON?, name: String, builtIn: SchemaTable) {
        var collector = Collector()
        let schema = openAPIV3Schema?.object ?? ["x-kubernetes-preserve-unknown-fields": true]
        collector.collect(schema, named: name)
        var fields = collector.schemas.last?.fields ?? []
        fields.removeAll { ["apiVersion", "kind", "metadata"].contains($0.name) }
        fields.append(Schema.Field(name: "apiVersion", type: .string))
        fields.append(Schema.Field(name: "kind", type: .string))
        fields.append(Schema.Field(name: "metadata", type: .object(Self.metadata)))
        root = Schema(name: name, fields: fields, isOpen: collector.schemas.last?.isOpen ?? true)
        types = SchemaTable(collector.schemas.dropLast() + [root], extending: builtIn)
    }

    private static let metadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    /// Gives each object type a name: its path.
    private struct Collector {
        package var schemas: [Schema] = []

        package mutating func collect(_ schema: JSONObject, named name: String) {
            var fields: [Schema.Field] = []
            for (member, value) in schema["properties"]?.object ?? [:] {
                fields.append(field(member, value.object ?? [:], named: "\(name).\(member)"))
            }
            schemas.append(
                Schema(
                    name: name, fields: fields, isAtomic: schema["x-kubernetes-map-type"] == "atomic",
                    isOpen: schema.preservesUnknownFields || fields.isEmpty))
        }

        private mutating func field(_ member: String, _ schema: JSONObject, named name: String) -> Schema.Field {
            let type = type(schema, named: name)
            let list: Schema.ListMerge =
                switch schema["x-kubernetes-list-type"]?.string {
                case "set": .set
                case "map": .map(keys: schema["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? [])
                default: .atomic
                }
            var isAtomic = schema["x-kubernetes-map-type"].map { $0 == "atomic" }
            // Where nothing is said of an object's fields, they are as granular as they look.
            if case .any = type { isAtomic = isAtomic ?? false }
            return Schema.Field(name: member, type: type, list: list, isAtomic: isAtomic, keyDefault: schema["default"])
        }

        private mutating func type(_ schema: JSONObject, named name: String) -> Schema.FieldType {
            if schema["x-kubernetes-int-or-string"] == true { return .intOrString }
            switch schema["type"]?.string {
            case "string": return .string
            case "integer": return .integer
            case "number": return .number
            case "boolean": return .bool
            case "array": return .list(type(schema["items"]?.object ?? [:], named: name + "[]"))
            case "object":
                if schema["properties"]?.object?.isEmpty == false {
                    collect(schema, named: name)
                    return .object(name)
                }
                if let values = schema["additionalProperties"]?.object {
                    return .map(type(values, named: name + "{}"))
                }
                return .any
            default: return .any
            }
        }
    }
}

extension JSONObject {
    fileprivate var preservesUnknownFields: Bool { self["x-kubernetes-preserve-unknown-fields"] == true }
}

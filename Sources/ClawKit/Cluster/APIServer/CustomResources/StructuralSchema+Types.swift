import ClawDocuments
import ClawModels

extension StructuralSchema {
    /// The name of a custom resource's own type in its table.
    static let rootName = "object"
    private static let metadataType = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    /// The schema as a field table, for everything that reads those; metadata is Kubernetes' own.
    func makeTypes() -> SchemaTable {
        var found: [Schema] = []
        var fields = fieldList(under: Self.rootName, &found).filter { $0.name != "metadata" }
        fields.append(Schema.Field(name: "metadata", type: .object(Self.metadataType)))
        // Fields that no schema names may be anything, each a value of its own.
        found.append(Schema(name: Self.rootName, fields: fields))
        return SchemaTable(found, extending: .kubernetes)
    }

    private func fieldList(under name: String, _ found: inout [Schema]) -> [Schema.Field] {
        properties.sorted { $0.key < $1.key }.map { member, property in
            Schema.Field(
                name: member, type: property.fieldType(named: "\(name).\(member)", &found),
                isRequired: required.contains(member), list: property.listMerge,
                isAtomic: property.isAtomicMap ? true : nil)
        }
    }

    private var listMerge: Schema.ListMerge {
        switch listType {
        case "set": .set
        case "map": .map(keys: listMapKeys)
        default: .atomic
        }
    }

    private func fieldType(named name: String, _ found: inout [Schema]) -> Schema.FieldType {
        if isIntOrString { return .intOrString }
        switch type {
        case "string": return .string
        case "integer": return .integer
        case "number": return .number
        case "boolean": return .bool
        case "array":
            guard case .schema(let element) = items else { return .list(.any) }
            return .list(element.fieldType(named: "\(name)[]", &found))
        case "object":
            if !properties.isEmpty {
                found.append(Schema(name: name, fields: fieldList(under: name, &found), isAtomic: isAtomicMap))
                return .object(name)
            }
            guard case .schema(let value) = additional else { return preservesUnknown ? .any : .map(.any) }
            return .map(value.fieldType(named: "\(name){}", &found))
        default: return .any
        }
    }
}

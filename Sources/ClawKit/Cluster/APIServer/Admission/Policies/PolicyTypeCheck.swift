import ClawDocuments
import ClawExpressions
import ClawModels
import ClawSchemas

/// Checks a policy's expressions against the types of the kinds it is about; what does not fit is told in its status.
/// <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking>
enum PolicyTypeCheck {
    /// More kinds than this are not looked at.
    private static let mostKinds = 10

    /// - Returns: `status.typeChecking`.
    static func check(_ policy: JSONObject) -> JSON {
        let spec = Field(policy)["spec"]
        let kinds = kinds(spec["matchConstraints"])
        var warnings: [JSON] = []
        for (index, validation) in spec["validations"].items.enumerated() {
            for name in ["expression", "messageExpression"] where !validation[name].isEmpty {
                let texts = kinds.compactMap { kind -> String? in
                    let environment = environment(spec, kind)
                    do {
                        _ = try Expression.compile(validation[name].string, in: environment)
                        return nil
                    } catch {
                        return "\(kind.type.group)/\(kind.type.version), Kind=\(kind.type.kind): \(error)\n"
                    }
                }
                guard !texts.isEmpty else { continue }
                warnings.append([
                    "fieldRef": .string("spec.validations[\(index)].\(name)"),
                    "warning": .string(texts.joined(separator: "\n")),
                ])
            }
        }
        return warnings.isEmpty ? [:] : ["expressionWarnings": .array(warnings)]
    }

    /// The kinds that rules name without wildcards.
    private static func kinds(_ constraints: Field) -> [ServedResource] {
        var found: [ServedResource] = []
        for rule in constraints["resourceRules"].items {
            for served in ResourceCatalogue.kubernetes.resources
            where rule["apiGroups"].strings.contains(served.type.group)
                && rule["apiVersions"].strings.contains(served.type.version)
                && rule["resources"].strings.contains(served.type.plural)
            {
                if !found.contains(where: { $0.type == served.type }) { found.append(served) }
            }
        }
        return Array(found.prefix(mostKinds))
    }

    private static func environment(_ spec: Field, _ kind: ServedResource) -> Environment {
        let object = kind.schemaName.map(ExpressionType.object) ?? .dyn
        var variables: [String: ExpressionType]?
        func make() -> Environment {
            PolicyEnvironment.make(
                hasParameters: spec["paramKind"].isSet, hasAuthorizer: true, variables: variables, object: object,
                types: TableTypes())
        }
        for variable in spec["variables"].items {
            if variables == nil { variables = [:] }
            let type = (try? Expression.compile(variable["expression"].string, in: make()))?.type ?? .dyn
            variables?[variable["name"].string] = type
        }
        return make()
    }
}

/// The types of Kubernetes' own kinds, from the generated field tables.
private struct TableTypes: ObjectTypes {
    func contains(_ object: String) -> Bool { SchemaTable.kubernetes[object].map { !$0.fields.isEmpty } ?? false }

    func field(_ name: String, of object: String) -> ExpressionType? {
        guard let schema = SchemaTable.kubernetes[object] else { return nil }
        let field = schema[name] ?? schema.fields.first { DeclaredType.escape($0.name) == name }
        return field.map { Self.type($0.type) }
    }

    private static func type(_ type: Schema.FieldType) -> ExpressionType {
        switch type {
        case .string, .quantity: .string
        case .bool: .bool
        case .integer: .int
        case .number: .double
        case .time, .microTime: .timestamp
        case .bytes: .bytes
        case .object(let name): SchemaTable.kubernetes[name]?.fields.isEmpty ?? true ? .dyn : .object(name)
        case .list(let element): .list(Self.type(element))
        case .map(let element): .map(.string, Self.type(element))
        default: .dyn
        }
    }
}

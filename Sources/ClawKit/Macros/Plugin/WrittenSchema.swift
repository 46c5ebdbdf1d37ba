#if Macros
import ClawDocuments
import SwiftSyntax
import SwiftSyntaxBuilder

/// As much of a schema as the spelling of a declaration tells: enough to know what its rules may ask of it.
///
/// The compiler shows a macro its own declaration only. A type declared elsewhere may be anything.
struct WrittenSchema {
    /// What expressions may do everything with.
    static let unknown: JSON = ["x-kubernetes-int-or-string": true]
    private static let mostDepth = 12

    /// The declarations a type may be found in, the innermost last.
    private let scopes: [DeclSyntax]

    private init(_ scopes: [DeclSyntax]) { self.scopes = scopes }

    /// Of a field, whose type's own fields are not seen.
    static func of(_ field: DeclaredField) -> JSON {
        WrittenSchema([]).value(field.type, field.constraints.map(\.expression))
    }

    /// Of a list's element or a map's value.
    static func of(_ element: TypeSyntax, _ constraints: [ExprSyntax]) -> JSON {
        WrittenSchema([]).value(element, constraints)
    }

    /// Of an object.
    static func of(_ declaration: StructDeclSyntax) -> JSON {
        WrittenSchema([DeclSyntax(declaration)]).object(declaration)
    }

    private func object(_ declaration: StructDeclSyntax) -> JSON {
        var properties = JSONObject()
        for field in DeclaredField.all(of: declaration) {
            guard let name = ForeignText("\(raw: field.name)")?.text else { return Self.unknown }
            properties[FieldKey(name)] = value(field.type, field.constraints.map(\.expression))
        }
        return ["type": "object", "properties": .object(properties)]
    }

    private func value(_ type: TypeSyntax, _ constraints: [ExprSyntax]) -> JSON {
        let parts = constraints.compactMap(ConstraintRules.parts)
        if parts.contains(where: { $0.name == "keyword" || $0.name == "embeddedResource" }) { return Self.unknown }
        let inner = parts.first { $0.name == "each" }?.arguments.map(\.expression) ?? []
        if let optional = type.as(OptionalTypeSyntax.self) { return value(optional.wrappedType, constraints) }
        if let list = type.as(ArrayTypeSyntax.self) {
            return ["type": "array", "items": value(list.element, inner)]
        }
        if let map = type.as(DictionaryTypeSyntax.self) {
            return ["type": "object", "additionalProperties": value(map.value, inner)]
        }
        let format = parts.first { $0.name == "format" }?.arguments.first
        switch type.trimmedDescription {
        case "String":
            guard let format else { return ["type": "string"] }
            return ForeignText(format.expression).map { ["type": "string", "format": .string($0.text)] } ?? Self.unknown
        case "Timestamp": return ["type": "string", "format": "date-time"]
        case "Int", "Int32": return ["type": "integer"]
        case "Double": return ["type": "number"]
        case "Bool": return ["type": "boolean"]
        case "JSON": return ["x-kubernetes-preserve-unknown-fields": true]
        default: return declared(type)
        }
    }

    private func declared(_ type: TypeSyntax) -> JSON {
        guard let name = type.as(IdentifierTypeSyntax.self)?.name.text, scopes.count < Self.mostDepth else {
            return Self.unknown
        }
        for (index, scope) in scopes.enumerated().reversed() {
            let members = scope.asProtocol((any DeclGroupSyntax).self)?.memberBlock.members.map(\.decl) ?? []
            for member in members {
                if let found = member.as(StructDeclSyntax.self), found.name.text == name {
                    guard found.hasAttribute("Schema") else { return Self.unknown }
                    return WrittenSchema(Array(scopes[...index]) + [member]).object(found)
                }
                if let found = member.as(EnumDeclSyntax.self), found.name.text == name {
                    return found.isOfTexts ? ["type": "string"] : Self.unknown
                }
            }
        }
        return Self.unknown
    }
}

extension StructDeclSyntax {
    func hasAttribute(_ name: String) -> Bool {
        attributes.contains {
            $0.as(AttributeSyntax.self)?.attributeName.trimmedDescription.split(separator: ".").last == name[...]
        }
    }
}

extension EnumDeclSyntax {
    var isOfTexts: Bool {
        let inherited = inheritanceClause?.inheritedTypes.map(\.type.trimmedDescription) ?? []
        return inherited.contains { $0.split(separator: ".").last == "SchemaEnum" }
    }
}
#endif

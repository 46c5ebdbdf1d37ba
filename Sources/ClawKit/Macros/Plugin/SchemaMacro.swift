#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Schema`: a struct whose variables are the fields of an object.
struct SchemaMacro: MemberMacro, MemberAttributeMacro, ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard DeclarationRules.check(declaration, node, context) else { return [] }
        let shape = ViewMembers(declaration)
        return shape.storage + [shape.memberwise()] + shape.statics
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingAttributesFor member: some DeclSyntaxProtocol, in context: some MacroExpansionContext
    ) throws -> [AttributeSyntax] {
        FieldAttributes.of(member)
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        guard declaration.is(StructDeclSyntax.self) else { return [] }
        return [try ExtensionDeclSyntax("extension \(type.trimmed): SchemaView {}")]
    }
}

/// Gives each field that has no `@Field` one.
enum FieldAttributes {
    static func of(_ member: some DeclSyntaxProtocol) -> [AttributeSyntax] {
        guard let variable = member.as(VariableDeclSyntax.self), variable.fieldAttribute == nil,
            DeclaredField(variable) != nil
        else { return [] }
        return ["@Field"]
    }
}

/// What both macros of structs ask of a declaration.
enum DeclarationRules {
    static func check(
        _ declaration: some DeclGroupSyntax, _ node: AttributeSyntax, _ context: some MacroExpansionContext
    ) -> Bool {
        guard declaration.is(StructDeclSyntax.self) else {
            context.report(
                node, "notAStruct",
                "'@\(node.attributeName.trimmedDescription)' stands at a struct: the document is its value.")
            return false
        }
        for member in declaration.memberBlock.members {
            guard let variable = member.decl.as(VariableDeclSyntax.self),
                !variable.modifiers.contains(where: { $0.name.text == "static" }),
                variable.bindings.allSatisfy({ $0.accessorBlock == nil })
            else { continue }
            if variable.bindingSpecifier.tokenKind == .keyword(.let) {
                context.report(
                    variable.bindingSpecifier, "let", "A field is read from the document each time: write 'var'.")
            } else if variable.bindings.count > 1 {
                context.report(variable, "severalVariables", "Write each field as a variable of its own.")
            } else if DeclaredField(variable) == nil {
                context.report(
                    variable, "noType", "A field's schema comes from its type: write it, as in 'var replicas: Int = 1'."
                )
            }
        }
        return true
    }
}
#endif

#if Macros
import SwiftSyntax
import SwiftSyntaxMacros

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

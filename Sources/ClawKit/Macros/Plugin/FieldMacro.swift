#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Field`: a variable that reads and writes its member of the document.
struct FieldMacro: AccessorMacro {
    static func expansion(
        of node: AttributeSyntax, providingAccessorsOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [AccessorDeclSyntax] {
        guard let variable = declaration.as(VariableDeclSyntax.self), let field = DeclaredField(variable) else {
            context.report(node, "notAField", "@Field stands before a variable with a type: 'var replicas: Int'.")
            return []
        }
        ConstraintRules.check(field, context)
        let hasDefault = field.initial.map { !$0.is(NilLiteralExprSyntax.self) } ?? false
        let read = hasDefault ? "self[\(field.name), default: \(field.initial ?? "nil")]" : "self[\(field.name)]"
        return ["get { \(raw: read) }", "set { self[\(raw: field.name)] = newValue }"]
    }
}

/// `@Rule`: read by the macro of the struct it stands at.
struct RuleMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let object = declaration.as(StructDeclSyntax.self) else {
            context.report(
                node, "misplacedRule",
                "@Rule stands at a struct; a field's rule is written @Field(.rule(\"self > 0\", \"must be positive\"))."
            )
            return []
        }
        LanguageRules.rule(
            node.arguments?.as(LabeledExprListSyntax.self).map(Array.init) ?? [], of: WrittenSchema.of(object),
            isResource: object.hasAttribute("CustomResource"), context)
        return []
    }
}
#endif

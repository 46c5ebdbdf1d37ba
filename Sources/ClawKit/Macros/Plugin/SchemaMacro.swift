#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Schema`: a struct whose variables are an object's fields; or an enum of texts, whose cases' comments are kept.
struct SchemaMacro: ViewMacro {
    static let conformance: TypeSyntax = "SchemaView"

    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        if let choices = declaration.as(EnumDeclSyntax.self) { return ChoiceMembers.members(choices, context) }
        guard DeclarationRules.check(declaration, node, context) else { return [] }
        let shape = ViewMembers(declaration)
        return shape.storage + [shape.memberwise()] + shape.statics
    }
}
#endif

#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Schema`: a struct whose variables are the fields of an object.
struct SchemaMacro: ViewMacro {
    static let conformance: TypeSyntax = "SchemaView"

    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard DeclarationRules.check(declaration, node, context) else { return [] }
        let shape = ViewMembers(declaration)
        return shape.storage + [shape.memberwise()] + shape.statics
    }
}
#endif

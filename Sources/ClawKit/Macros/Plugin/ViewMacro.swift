#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A macro that makes a struct a view of a document: each of its variables becomes a field.
protocol ViewMacro: MemberMacro, MemberAttributeMacro, ExtensionMacro {
    static var conformance: TypeSyntax { get }
}

extension ViewMacro {
    /// Gives each field that has no `@Field` one.
    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingAttributesFor member: some DeclSyntaxProtocol, in context: some MacroExpansionContext
    ) throws -> [AttributeSyntax] {
        guard let variable = member.as(VariableDeclSyntax.self), variable.fieldAttribute == nil,
            DeclaredField(variable) != nil
        else { return [] }
        return ["@Field"]
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        guard declaration.is(StructDeclSyntax.self) else { return [] }
        return [try ExtensionDeclSyntax("extension \(type.trimmed): \(conformance) {}")]
    }
}
#endif

#if Macros
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@CustomResource`: a struct that is a kind.
struct CustomResourceMacro: ViewMacro {
    static let conformance: TypeSyntax = "CustomResource"

    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard DeclarationRules.check(declaration, node, context),
            let name = declaration.as(StructDeclSyntax.self)?.name
        else { return [] }
        let arguments = node.arguments?.as(LabeledExprListSyntax.self).map(Array.init) ?? []
        check(arguments, context)
        let shape = ViewMembers(declaration)
        if !shape.fields.contains(where: { $0.identifier.text == "spec" }) {
            context.report(name, "noSpec", "A kind has a variable 'spec': what its users ask for.")
        }
        let memberwise = shape.memberwise(
            ("metadata: ObjectMeta", "self.init(metadata)"), skipping: ["status"])
        return shape.storage + [memberwise, type(arguments, named: name.text, shape.access)] + shape.statics
            + options(arguments, shape.access)
    }

    private static func type(_ arguments: [LabeledExprSyntax], named name: String, _ access: String) -> DeclSyntax {
        let wanted = ["group", "version", "kind", "plural", "singular", "shortNames", "categories", "isNamespaced"]
        let parts = wanted.compactMap { label -> String? in
            let given = arguments.first { $0.label?.text == label }?.expression.trimmedDescription
            if label == "kind" { return "kind: \(given ?? quoted(name))" }
            return given.map { "\(label): \($0)" }
        }
        return "\(raw: access)static let type = ResourceType(\(raw: parts.joined(separator: ", ")))"
    }

    private static let types = [
        ("columns", "[PrinterColumn]"), ("scale", "ScaleSubresource?"), ("selectableFields", "[String]"),
        ("deprecation", "Deprecation?"),
    ]

    private static func options(_ arguments: [LabeledExprSyntax], _ access: String) -> [DeclSyntax] {
        types.compactMap { label, type in
            arguments.first { $0.label?.text == label }.map {
                "\(raw: access)static let \(raw: label): \(raw: type) = \(raw: $0.expression.trimmedDescription)"
            }
        }
    }

    private static func check(_ arguments: [LabeledExprSyntax], _ context: some MacroExpansionContext) {
        func text(_ label: String) -> (node: ExprSyntax, text: String)? {
            arguments.first { $0.label?.text == label }.flatMap { argument in
                argument.expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue.map {
                    (argument.expression, $0)
                }
            }
        }
        if let (node, group) = text("group"), !group.contains(".") || group.lowercased() != group {
            context.report(
                node, "badGroup", "A group is a domain in lower case with at least one dot: \"example.dev\".")
        }
        if let (node, version) = text("version"), !isVersion(version) {
            context.report(node, "badVersion", "A version is written like \"v1\", \"v1beta2\" or \"v2alpha1\".")
        }
        if let (node, kind) = text("kind"), kind.first?.isUppercase != true {
            context.report(node, "badKind", "A kind begins with a capital letter: \"Rollout\".")
        }
    }

    private static func isVersion(_ text: String) -> Bool {
        guard text.first == "v" else { return false }
        var rest = text.dropFirst()
        func digits() -> Bool {
            let count = rest.prefix { $0.isASCII && $0.isNumber }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        guard digits() else { return false }
        if rest.isEmpty { return true }
        for stage in ["alpha", "beta"] where rest.hasPrefix(stage) {
            rest = rest.dropFirst(stage.count)
            return digits() && rest.isEmpty
        }
        return false
    }
}
#endif

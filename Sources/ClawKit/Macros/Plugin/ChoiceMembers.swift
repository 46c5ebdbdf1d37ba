#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// What `@Schema` writes into an enum of texts.
enum ChoiceMembers {
    static func members(_ choices: EnumDeclSyntax, _ context: some MacroExpansionContext) -> [DeclSyntax] {
        guard choices.isOfTexts else {
            context.report(
                choices.name, "notTexts",
                "The cases of an enum in a schema are texts: write 'enum \(choices.name.text): String, SchemaEnum'.")
            return []
        }
        let described = choices.memberBlock.members.flatMap { member -> [String] in
            guard let declaration = member.decl.as(EnumCaseDeclSyntax.self) else { return [] }
            let text = Comment.text(of: declaration)
            guard !text.isEmpty else { return [] }
            return declaration.elements.map { "    .\($0.name.trimmedDescription): \(quoted(text)),\n" }
        }
        guard !described.isEmpty else { return [] }
        let access = ViewMembers.access(of: choices)
        return ["\(raw: access)static let descriptions: [Self: String] = [\n\(raw: described.joined())]"]
    }
}
#endif

#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder

/// What makes a struct a view of its document: the hand-written form.
struct ViewMembers {
    let fields: [DeclaredField]
    /// `public `, or nothing.
    let access: String
    let summary: String
    let rules: [String]

    init(_ declaration: some DeclGroupSyntax) {
        fields = DeclaredField.all(of: declaration)
        access = Self.access(of: declaration)
        summary = Comment.text(of: declaration)
        rules = declaration.attributes.compactMap { $0.as(AttributeSyntax.self) }
            .filter { $0.attributeName.trimmedDescription.split(separator: ".").last == "Rule" }
            .compactMap { $0.arguments?.trimmedDescription }
    }

    /// What its members are written with, so that they are as visible as the type: `public `, or nothing.
    static func access(of declaration: some DeclGroupSyntax) -> String {
        declaration.modifiers.map(\.name.text).first { ["public", "package", "fileprivate"].contains($0) }
            .map { "\($0) " } ?? ""
    }

    var storage: [DeclSyntax] {
        [
            "\(raw: access)var document: JSONObject",
            "\(raw: access)init(document: JSONObject) { self.document = document }",
        ]
    }

    /// - Parameter extra: a parameter before the fields, and what is done with it.
    func memberwise(_ extra: (parameter: String, statement: String)? = nil, skipping: Set<String> = []) -> DeclSyntax {
        let fields = fields.filter { !skipping.contains($0.identifier.text) }
        let parameters = ([extra?.parameter].compactMap { $0 } + fields.map(\.parameter)).joined(separator: ", ")
        let first = extra?.statement ?? "document = JSONObject()"
        let assignments = fields.map { "self.\($0.identifier) = \($0.identifier)" }
        let body = ([first] + assignments).joined(separator: "\n    ")
        return "\(raw: access)init(\(raw: parameters)) {\n    \(raw: body)\n}"
    }

    var statics: [DeclSyntax] {
        let list = fields.map { "    \($0.property),\n" }.joined()
        var members: [DeclSyntax] = ["\(raw: access)static let properties: [Property] = [\n\(raw: list)]"]
        if !summary.isEmpty { members.append("\(raw: access)static let summary = \(raw: quoted(summary))") }
        if !rules.isEmpty {
            let list = rules.map { "    SchemaRule(\($0)),\n" }.joined()
            members.append("\(raw: access)static let rules: [SchemaRule] = [\n\(raw: list)]")
        }
        return members
    }
}
#endif

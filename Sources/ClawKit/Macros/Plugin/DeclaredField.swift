#if Macros
import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A variable of a struct that is a field of its document.
struct DeclaredField {
    let variable: VariableDeclSyntax
    /// In Swift, with back quotes where it has them.
    let identifier: TokenSyntax
    let type: TypeSyntax
    /// The same where it stands, for diagnostics.
    let writtenType: TypeSyntax
    let initial: ExprSyntax?
    let writtenInitial: ExprSyntax?
    /// The arguments of `@Field`.
    let constraints: [LabeledExprSyntax]
    let description: String
    /// As documents write it: an expression, mostly a literal.
    let name: String

    /// nil for what is no field: computed, static, or without a type.
    init?(_ variable: VariableDeclSyntax) {
        guard variable.bindingSpecifier.tokenKind == .keyword(.var), variable.bindings.count == 1,
            !variable.modifiers.contains(where: { ["static", "class", "lazy"].contains($0.name.text) }),
            let binding = variable.bindings.first, binding.accessorBlock == nil,
            let pattern = binding.pattern.as(IdentifierPatternSyntax.self),
            let type = binding.typeAnnotation?.type, pattern.identifier.text != "document"
        else { return nil }
        self.variable = variable
        identifier = pattern.identifier.trimmed
        self.type = type.trimmed
        writtenType = type
        writtenInitial = binding.initializer?.value
        initial = writtenInitial?.trimmed
        let arguments = variable.fieldAttribute?.arguments?.as(LabeledExprListSyntax.self).map(Array.init) ?? []
        constraints = arguments.filter { $0.label == nil }
        name =
            arguments.first { $0.label?.text == "name" }?.expression.trimmedDescription
            ?? quoted(identifier.text.filter { $0 != "`" })
        description = Comment.text(of: variable)
    }

    static func all(of declaration: some DeclGroupSyntax) -> [DeclaredField] {
        declaration.memberBlock.members.compactMap { $0.decl.as(VariableDeclSyntax.self).flatMap(DeclaredField.init) }
    }

    /// `Property("replicas", Int.self, "How many run.", default: 1, .range(0...100))`
    var property: String {
        var arguments = [name, "\(metatype).self"]
        if !description.isEmpty { arguments.append(quoted(description)) }
        if let initial, !initial.is(NilLiteralExprSyntax.self) { arguments.append("default: \(initial)") }
        arguments += constraints.map { $0.expression.trimmedDescription }
        return "Property(\(arguments.joined(separator: ", ")))"
    }

    private var metatype: String {
        // `A?.self` needs no brackets, `any A.self` would.
        type.is(SomeOrAnyTypeSyntax.self) ? "(\(type))" : "\(type)"
    }

    /// As a parameter of the memberwise initializer.
    var parameter: String {
        "\(identifier): \(type)\(initial.map { " = \($0)" } ?? Shape(type).absence.map { " = \($0)" } ?? "")"
    }
}

extension VariableDeclSyntax {
    var fieldAttribute: AttributeSyntax? {
        attributes.lazy.compactMap { $0.as(AttributeSyntax.self) }
            .first { $0.attributeName.trimmedDescription.split(separator: ".").last == "Field" }
    }
}

/// A Swift string literal of a text.
func quoted(_ text: String) -> String { StringLiteralExprSyntax(content: text).description }
#endif

#if Macros
import ClawDocuments
import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// Whether the constraints of a field fit its type and themselves.
enum ConstraintRules {
    private static let needed: [String: (kinds: Set<Shape.Kind>, words: String)] = [
        "length": ([.text], "texts"), "pattern": ([.text], "texts"), "format": ([.text, .number], "texts and numbers"),
        "range": ([.number], "numbers"), "above": ([.number], "numbers"), "below": ([.number], "numbers"),
        "multiple": ([.number], "numbers"),
        "count": ([.list, .map], "lists and maps"), "each": ([.list, .map], "lists and maps"),
        "set": ([.list], "lists"), "map": ([.list], "lists"),
    ]

    static func check(_ field: DeclaredField, _ context: some MacroExpansionContext) {
        types(field.writtenType, context)
        check(
            field.constraints.map(\.expression), Shape(field.type), field.type, WrittenSchema.of(field), context)
        DefaultRules.check(field, context)
    }

    private static func check(
        _ constraints: [ExprSyntax], _ shape: Shape, _ type: TypeSyntax, _ schema: JSON,
        _ context: some MacroExpansionContext
    ) {
        var seen: Set<String> = []
        for constraint in constraints {
            guard let (name, arguments) = parts(constraint) else { continue }
            if name != "rule", name != "keyword", !seen.insert(name).inserted {
                context.report(constraint, "repeated", "'.\(name)' stands here twice; write one that says both.")
            }
            if let (kinds, words) = needed[name], shape.kind != .other, !kinds.contains(shape.kind) {
                context.report(
                    constraint, "wrongType", "'.\(name)' limits \(words), and '\(type.trimmedDescription)' is none.")
            }
            arguments.forEach { bounds($0.expression, context) }
            if name == "pattern" { arguments.first.map { LanguageRules.pattern($0.expression, context) } }
            if name == "rule" { LanguageRules.rule(arguments, of: schema, context) }
            if name == "length" || name == "count" { arguments.first.map { notNegative($0.expression, context) } }
            if name == "map", arguments.isEmpty {
                context.report(
                    constraint, "noKeys", "'.map' names the fields that tell elements apart: .map(keys: \"name\").")
            }
            if name == "required", shape.absence == nil, shape.kind != .other {
                context.report(
                    constraint, "alreadyRequired",
                    "'\(type.trimmedDescription)' is required already; take '.required' away.")
            }
            if name == "each", let element = shape.element {
                let inner = arguments.map(\.expression)
                check(inner, Shape(element), element, WrittenSchema.of(element, inner), context)
            }
        }
    }

    static func parts(_ constraint: ExprSyntax) -> (name: String, arguments: [LabeledExprSyntax])? {
        if let call = constraint.as(FunctionCallExprSyntax.self),
            let member = call.calledExpression.as(MemberAccessExprSyntax.self)
        {
            return (member.declName.baseName.text, Array(call.arguments))
        }
        return constraint.as(MemberAccessExprSyntax.self).map { ($0.declName.baseName.text, []) }
    }

    /// The ends of a range written as two literals.
    static func ends(_ expression: ExprSyntax) -> (lower: Double, upper: Double)? {
        guard let sequence = expression.as(SequenceExprSyntax.self), sequence.elements.count == 3 else {
            guard let infix = expression.as(InfixOperatorExprSyntax.self), infix.operator.trimmedDescription == "..."
            else { return nil }
            return number(infix.leftOperand).flatMap { lower in number(infix.rightOperand).map { (lower, $0) } }
        }
        let parts = Array(sequence.elements)
        guard parts[1].trimmedDescription == "...", let lower = number(parts[0]), let upper = number(parts[2]) else {
            return nil
        }
        return (lower, upper)
    }

    static func number(_ expression: ExprSyntax) -> Double? {
        Double(expression.trimmedDescription.filter { $0 != "_" })
    }

    private static func bounds(_ expression: ExprSyntax, _ context: some MacroExpansionContext) {
        guard let (lower, upper) = ends(expression), lower > upper else { return }
        context.report(expression, "emptyRange", "No value lies in '\(expression.trimmedDescription)'; swap its ends.")
    }

    private static func notNegative(_ expression: ExprSyntax, _ context: some MacroExpansionContext) {
        let first = ends(expression)?.lower ?? number(expression)
        guard let first, first < 0 else { return }
        context.report(expression, "negative", "A length or count is never below 0.")
    }

    private static let others = [
        "UInt": "Int", "UInt8": "Int", "UInt16": "Int", "UInt32": "Int", "UInt64": "Int", "Int8": "Int32",
        "Int16": "Int32", "Int64": "Int", "Float": "Double", "Date": "Timestamp", "URL": "String", "Data": "String",
        "Character": "String", "Substring": "String", "Any": "JSON",
    ]

    private static func types(_ type: TypeSyntax, _ context: some MacroExpansionContext) {
        if let optional = type.as(OptionalTypeSyntax.self) { return types(optional.wrappedType, context) }
        if let list = type.as(ArrayTypeSyntax.self) { return types(list.element, context) }
        if let map = type.as(DictionaryTypeSyntax.self) {
            if map.key.trimmedDescription != "String" {
                context.report(
                    map.key, "mapKey",
                    "The keys of maps in documents are texts: [String: \(map.value.trimmedDescription)].")
            }
            return types(map.value, context)
        }
        let name = type.trimmedDescription
        if let other = others[name] {
            context.report(type, "noSchema", "'\(name)' has no form in documents; use '\(other)'.")
        }
    }
}
#endif

#if Macros
import ClawExpressions
import SwiftSyntax
import SwiftSyntaxMacros

/// Whether a field's default is one that its own limits allow: a server refuses the definition otherwise.
enum DefaultRules {
    static func check(_ field: DeclaredField, _ context: some MacroExpansionContext) {
        guard let initial = field.writtenInitial else { return }
        for constraint in field.constraints.map(\.expression) {
            guard let (name, arguments) = ConstraintRules.parts(constraint), let limit = arguments.first?.expression,
                let wrong = problem(initial, name, limit)
            else { continue }
            context.report(
                initial, "badDefault", "The default \(initial.trimmedDescription) \(wrong); change one of them.")
        }
    }

    private static func problem(_ initial: ExprSyntax, _ name: String, _ limit: ExprSyntax) -> String? {
        switch name {
        case "range":
            guard let value = ConstraintRules.number(initial), let ends = ConstraintRules.ends(limit),
                value < ends.lower || value > ends.upper
            else { return nil }
            return "lies outside '\(limit.trimmedDescription)'"
        case "length":
            guard let text = ForeignText(initial)?.text, let ends = ConstraintRules.ends(limit) else { return nil }
            let count = Double(text.unicodeScalars.count)
            return count < ends.lower || count > ends.upper
                ? "has \(Int(count)) characters, not '\(limit.trimmedDescription)'" : nil
        case "pattern":
            guard let text = ForeignText(initial)?.text, let expression = ForeignText(limit)?.text,
                let pattern = try? Pattern(expression), !pattern.matches(text)
            else { return nil }
            return "does not match \(limit.trimmedDescription)"
        default: return nil
        }
    }
}
#endif

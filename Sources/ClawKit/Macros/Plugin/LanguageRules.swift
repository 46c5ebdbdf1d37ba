#if Macros
import ClawDocuments
import ClawExpressions
import SwiftSyntax
import SwiftSyntaxMacros

/// Whether texts in other languages are right: regular expressions, and rules in the Common Expression Language. What
/// reads them here is what the embedded cluster validates objects with. Only literals without interpolations are read.
enum LanguageRules {
    static func pattern(_ expression: ExprSyntax, _ context: some MacroExpansionContext) {
        guard let literal = ForeignText(expression) else { return }
        do { _ = try Pattern(literal.text) } catch {
            let problem = error.description.trimmingPrefix("error parsing regexp: ")
            context.report(
                expression, "badPattern",
                "This is no regular expression (RE2): \(problem)\(Mend.ofPattern(String(problem))).")
        }
    }

    /// - Parameters:
    ///   - arguments: of a rule: the expression, the one that makes the message, and whether there may be no old value.
    ///   - schema: of the value, as far as it is known.
    static func rule(
        _ arguments: [LabeledExprSyntax], of schema: JSON, isResource: Bool = false,
        _ context: some MacroExpansionContext
    ) {
        if let call = arguments.first?.expression.as(FunctionCallExprSyntax.self) {
            // `.rule(SchemaRule("…"))`
            return rule(Array(call.arguments), of: schema, isResource: isResource, context)
        }
        // Nothing can be asked of a value whose schema has no type; which Kubernetes says of the definition.
        guard let type = DeclaredType.schema(schema, isResource: isResource) else { return }
        let takesAbsent = arguments.first { $0.label?.text == "takesAbsentOldSelf" }
        let isOptional = takesAbsent?.expression.trimmedDescription == "true"
        let environment = Environment.kubernetes.declaring("self", as: type)
        let whole =
            isOptional
            ? environment.declaring(optional: "oldSelf", as: type) : environment.declaring("oldSelf", as: type)
        if let first = arguments.first, first.label == nil,
            let rule = compile(first.expression, .bool, "A rule", in: whole, type, context),
            isOptional, !rule.variables.contains("oldSelf"), let takesAbsent
        {
            context.report(
                takesAbsent.expression, "noOldSelf",
                "The rule does not speak of 'oldSelf'; take 'takesAbsentOldSelf' away.")
        }
        if let message = arguments.first(where: { $0.label?.text == "messageExpression" }) {
            _ = compile(message.expression, .string, "A message", in: whole, type, context)
        }
    }

    private static func compile(
        _ argument: ExprSyntax, _ wanted: ExpressionType, _ what: String, in environment: Environment,
        _ type: DeclaredType, _ context: some MacroExpansionContext
    ) -> Expression? {
        guard let literal = ForeignText(argument) else { return nil }
        do {
            let expression = try Expression.compile(literal.text, in: environment)
            if ![wanted, .dyn].contains(expression.type) {
                let value = wanted == .bool ? "true or false" : "a text"
                let mend = wanted == .bool ? "compare it with something" : "put it in 'string(…)'"
                context.report(
                    argument, "ruleType", "\(what) is \(value), and this is of type \(expression.type): \(mend).")
            }
            return expression
        } catch {
            for issue in error.issues.prefix(3) {
                let problem = Mend.plain(issue.message) + Mend.ofRule(issue.message, type, environment)
                let place = literal.place(of: issue.offset)
                context.report(argument, "badRule", "This is no rule (CEL), at \(place): \(problem).")
            }
            return nil
        }
    }
}
#endif

import ClawDocuments
import ClawExpressions
import ClawSchemas

/// The `matchConditions` of a policy or webhook: all must hold for it to be asked.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions>
struct MatchConditions: Sendable {
    private let conditions: [Result<Expression, EvaluationError>]
    private let ignoresFailures: Bool

    init(_ conditions: Field, hasParameters: Bool = false, ignoresFailures: Bool) {
        let environment = PolicyEnvironment.make(hasParameters: hasParameters, hasAuthorizer: true, variables: nil)
        self.conditions = conditions.items.map {
            ValidatingPolicy.compile($0["expression"].string.trimmed, environment)
        }
        self.ignoresFailures = ignoresFailures
    }

    var isEmpty: Bool { conditions.isEmpty }

    /// One that does not hold decides; errors count only where all others hold.
    func match(_ bindings: Bindings) -> Result<Bool, EvaluationError> {
        var budget = Cost(Cost.matchConditionsLimit)
        var problems: [String] = []
        for condition in conditions {
            switch condition {
            case .failure(let problem): problems.append("\(problem)")
            case .success(let expression):
                do {
                    if try expression.evaluate(bindings, budget: &budget).bool == false { return .success(false) }
                } catch {
                    problems.append("expression '\(expression.text)' resulted in error: \(error)")
                }
            }
            if budget.remaining < 0 {
                return ignoresFailures ? .success(false) : .failure(EvaluationError(ValidatingPolicy.overBudget))
            }
        }
        if problems.isEmpty { return .success(true) }
        if ignoresFailures { return .success(false) }
        return .failure(EvaluationError(problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]"))
    }
}

import ClawDocuments
import ClawExpressions
import ClawSchemas

/// A ValidatingAdmissionPolicy, compiled.
struct ValidatingPolicy: Sendable {
    /// What became of one validation.
    enum Decision: Sendable {
        case admitted
        case denied(message: String, reason: String)
    }

    private struct Validation: Sendable {
        let expression: Result<Expression, EvaluationError>
        let text: String
        let message: String
        let messageExpression: Expression?
        let reason: String
    }

    let name: String
    let parameterKind: Field
    let constraints: ResourceMatch
    let admitsOnError: Bool
    private let conditions: MatchConditions
    private let variables: [String: Result<Expression, EvaluationError>]
    private let validations: [Validation]
    /// With the text that each expression is told with.
    private let annotations: [Result<Expression, EvaluationError>]

    init(_ policy: JSONObject) {
        let spec = Field(policy)["spec"]
        name = policy.objectName
        parameterKind = spec["paramKind"]
        constraints = ResourceMatch(spec["matchConstraints"])
        admitsOnError = spec["failurePolicy"].string == "Ignore"
        let hasParameters = parameterKind.isSet
        conditions = MatchConditions(
            spec["matchConditions"], hasParameters: hasParameters, ignoresFailures: admitsOnError)
        let (compiled, types) = PolicyVariables.compile(spec["variables"], hasParameters: hasParameters)
        variables = compiled
        func environment(hasAuthorizer: Bool) -> Environment {
            PolicyEnvironment.make(hasParameters: hasParameters, hasAuthorizer: hasAuthorizer, variables: types)
        }
        validations = spec["validations"].items.map { validation in
            Validation(
                expression: Self.compile(validation["expression"].string, environment(hasAuthorizer: true)),
                text: validation["expression"].string.trimmed, message: validation["message"].string.trimmed,
                messageExpression: validation["messageExpression"].isEmpty
                    ? nil
                    : try? Expression.compile(
                        validation["messageExpression"].string, in: environment(hasAuthorizer: false)),
                reason: validation["reason"].isEmpty ? "Invalid" : validation["reason"].string)
        }
        annotations = spec["auditAnnotations"].items.map {
            Self.compile($0["valueExpression"].string.trimmed, environment(hasAuthorizer: true))
        }
    }

    static func compile(_ text: String, _ environment: Environment) -> Result<Expression, EvaluationError> {
        do {
            return .success(try Expression.compile(text, in: environment))
        } catch {
            return .failure(EvaluationError("compilation error: compilation failed: \(error)"))
        }
    }

    // MARK: deciding

    private func failed(_ message: String) -> Decision {
        admitsOnError ? .admitted : .denied(message: message, reason: "")
    }

    static let overBudget =
        "validation failed due to running out of cost budget, no further validation rules will be run"

    /// - Parameter parameter: the object that configures the policy; nil where there is none.
    func decide(_ bindings: Bindings, parameter: JSONObject?) -> [Decision] {
        var bindings = bindings
        if parameterKind.isSet { bindings["params"] = parameter.map { Value(.object($0)) } ?? .null }
        switch conditions.match(bindings) {
        case .success(false): return []
        case .failure(let problem): return [failed("\(problem)")]
        case .success(true): break
        }
        if !variables.isEmpty { bindings["variables"] = .opaque(PolicyVariables(variables, bindings)) }
        var budget = Cost()
        var decisions: [Decision] = []
        for validation in validations {
            decisions.append(decide(validation, bindings, &budget))
            if budget.remaining < 0 { return [failed(Self.overBudget)] }
        }
        return decisions + annotationProblems(bindings)
    }

    private func decide(_ validation: Validation, _ bindings: Bindings, _ budget: inout Cost) -> Decision {
        do {
            let expression = try validation.expression.get()
            do {
                if try expression.evaluate(bindings, budget: &budget).bool == true { return .admitted }
            } catch {
                return failed("expression '\(expression.text)' resulted in error: \(error)")
            }
        } catch {
            return failed("\(error)")
        }
        var message = ""
        if let expression = validation.messageExpression,
            let text = try? expression.evaluate(bindings, budget: &budget).string?.trimmed,
            text.utf8.count <= 5 * 1024, !text.contains("\n")
        {
            message = text
        }
        if message.isEmpty { message = validation.message }
        if message.isEmpty { message = "failed expression: \(validation.text)" }
        return .denied(message: message, reason: validation.reason)
    }

    /// Audit annotations are computed, and fail like validations; there is no audit log to write them to.
    private func annotationProblems(_ bindings: Bindings) -> [Decision] {
        var budget = Cost()
        return annotations.compactMap { annotation -> Decision? in
            do {
                let expression = try annotation.get()
                do {
                    switch try expression.evaluate(bindings, budget: &budget) {
                    case .string, .null: return nil
                    case let other:
                        return failed(
                            "valueExpression '\(expression.text)' resulted in unsupported return type: \(other.type.name). Return "
                                + "type must be either string or null.")
                    }
                } catch {
                    return failed("expression '\(expression.text)' resulted in error: \(error)")
                }
            } catch {
                return failed("\(error)")
            }
        }
    }
}

import ClawDocuments
import ClawExpressions
import ClawSchemas
import Synchronization

/// The variables of a policy, each computed when an expression first asks for it.
final class PolicyVariables: OpaqueValue {
    private let expressions: [String: Result<Expression, EvaluationError>]
    private let bindings: Bindings
    private let values = Mutex<[String: Result<Value, EvaluationError>]>([:])

    init(_ expressions: [String: Result<Expression, EvaluationError>], _ bindings: Bindings) {
        (self.expressions, self.bindings) = (expressions, bindings)
    }

    /// Compiles a policy's variables; each may refer to those before it.
    /// - Returns: with the variables' types; nil where there are none.
    static func compile(
        _ variables: Field, hasParameters: Bool
    ) -> (expressions: [String: Result<Expression, EvaluationError>], types: [String: ExpressionType]?) {
        var types: [String: ExpressionType]?
        var expressions: [String: Result<Expression, EvaluationError>] = [:]
        for variable in variables.items {
            var known = types ?? [:]
            let environment = PolicyEnvironment.make(
                hasParameters: hasParameters, hasAuthorizer: true, variables: known)
            let compiled = ValidatingPolicy.compile(variable["expression"].string, environment)
            expressions[variable["name"].string] = compiled
            known[variable["name"].string] = (try? compiled.get())?.type ?? .dyn
            types = known
        }
        return (expressions, types)
    }

    let type = ExpressionType.object("kubernetes.variables")

    func isEqual(to other: any OpaqueValue) -> Bool { (other as? PolicyVariables) === self }

    func member(_ name: String, _ budget: inout Cost) throws(EvaluationError) -> Value? {
        guard let compiled = expressions[name] else { return nil }
        if let known = values.withLock({ $0[name] }) { return try known.get() }
        let result: Result<Value, EvaluationError>
        do throws(EvaluationError) {
            var bindings = bindings
            bindings["variables"] = .opaque(self)
            var own = Cost(budget.remaining, perCall: budget.perCall)
            defer { budget.remaining = own.remaining }
            result = .success(try compiled.get().evaluate(bindings, budget: &own))
        } catch {
            result = .failure(EvaluationError("composited variable \"\(name)\" fails to evaluate: \(error)"))
        }
        values.withLock { $0[name] = result }
        return try result.get()
    }
}

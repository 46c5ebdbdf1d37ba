import ClawDocuments
import ClawExpressions
import Synchronization

/// The variables of a policy, each computed when an expression first asks for it.
final class PolicyVariables: OpaqueValue {
    private let expressions: [String: Result<Expression, EvaluationError>]
    private let bindings: Bindings
    private let values = Mutex<[String: Result<Value, EvaluationError>]>([:])

    init(_ expressions: [String: Result<Expression, EvaluationError>], _ bindings: Bindings) {
        (self.expressions, self.bindings) = (expressions, bindings)
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

/// A compiled expression: `self.replicas <= self.maxReplicas`.
///
/// ```swift
/// let environment = Environment.kubernetes.declaring("self", as: schema)
/// let rule = try Expression.compile("self.min <= self.max", in: environment)
/// var budget = Cost()
/// let isRight = try rule.evaluate(Bindings(["self": Value(json, as: schema)]), budget: &budget).bool
/// ```
public struct Expression: Sendable {
    public let text: String
    /// The type of its value.
    public let type: ExpressionType
    /// What one evaluation costs at least and at most, as far as the sizes of the environment's types tell.
    public let estimatedCost: CostEstimate
    /// The variables it refers to.
    public let variables: Set<String>
    private let root: Step

    private init(_ text: String, _ node: Node, _ root: Step, _ variables: Set<String>, _ environment: Environment) {
        self.text = text
        type = node.type ?? .dyn
        self.root = root
        self.variables = variables
        estimatedCost = CostEstimator.estimate(node, in: environment)
    }

    /// - Throws: everything that is wrong with the text, with places.
    public static func compile(_ text: String, in environment: Environment) throws(ExpressionError) -> Expression {
        let node = try Parser.parse(text)
        var issues = Checker.check(node, in: environment)
        var builder = StepBuilder(environment)
        if issues.isEmpty {
            let root = builder.build(node)
            issues = builder.issues
            if issues.isEmpty { return Expression(text, node, root, builder.variables, environment) }
        }
        throw ExpressionError(issues, in: Array(text.unicodeScalars))
    }

    /// Computes the value. What it costs is taken from the budget, also where it fails.
    /// - Throws: why there is no value; ``EvaluationError/isOverLimit`` where it cost more than one call may.
    public func evaluate(_ bindings: Bindings, budget: inout Cost) throws(EvaluationError) -> Value {
        var call = budget
        call.used = 0
        var evaluator = Evaluator(bindings, call)
        defer {
            budget.used = evaluator.budget.used
            // What lazily computed members have cost is gone from it already.
            budget.remaining = evaluator.budget.remaining &- evaluator.budget.used
        }
        return try evaluator.evaluate(root)
    }
}

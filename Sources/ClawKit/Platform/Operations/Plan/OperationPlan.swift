public import ClawBase

/// How an action on a kind of target is carried out: its steps, in order.
///
///     let suspension = OperationPlan("suspend", on: "tenant", taking: Suspension.self) {
///         OperationStep("remember") { context in try await states(of: context.target) }
///         OperationStep("stop") { context in try await stop(context.target, context.parameters.reason) }
///             .undone { context in try await restore(try context.output(of: "remember", as: [State].self)) }
///         OperationStep("tell the owner", isIdempotent: false) { context in try await mail(context.target) }
///     }
///
/// Steps may come and go from version to version as long as no operation is under way.
public struct OperationPlan<Parameters: Codable & Sendable>: Sendable {
    /// `suspend`, `start`, …
    public let action: String
    /// The first word of its targets: `tenant` of `tenant/acme`.
    public let kind: String
    /// The actions whose operations this one puts an end to, and takes the place of.
    public let preempted: Set<String>
    public let steps: [OperationStep<Parameters>]
    private(set) var check: @Sendable (_ target: String, Parameters) async throws -> [Finding] = { _, _ in [] }

    /// - Parameters:
    ///   - parameters: what the steps need to know; kept with the operation, so no secrets.
    ///   - preempted: what a person who asks for this no longer wants: a stop does not wait for the end of a start.
    public init(
        _ action: String, on kind: String, taking parameters: Parameters.Type = Parameters.self,
        preempting preempted: Set<String> = [], @OperationStepsBuilder<Parameters> steps: () -> [OperationStep<Parameters>]
    ) {
        (self.action, self.kind, self.preempted, self.steps) = (action, kind, preempted, steps())
        let names = Set(self.steps.map(\.name))
        precondition(names.count == self.steps.count, "each step of a plan has a name of its own")
    }

    /// The same plan with a look before anything begins: findings whose codes begin with `W_` are kept with the
    /// operation, any other refuses it.
    public func checked(
        _ check: @escaping @Sendable (_ target: String, Parameters) async throws -> [Finding]
    ) -> Self {
        var plan = self
        plan.check = check
        return plan
    }
}

/// What an operation needs to know that needs to know nothing.
public struct NoParameters: Codable, Sendable, Hashable {
    public init() {}
}

@resultBuilder
public enum OperationStepsBuilder<Parameters: Codable & Sendable> {
    public static func buildExpression(_ step: OperationStep<Parameters>) -> [OperationStep<Parameters>] { [step] }
    public static func buildExpression(_ steps: [OperationStep<Parameters>]) -> [OperationStep<Parameters>] { steps }
    public static func buildBlock(_ steps: [OperationStep<Parameters>]...) -> [OperationStep<Parameters>] {
        steps.flatMap(\.self)
    }
    public static func buildOptional(_ steps: [OperationStep<Parameters>]?) -> [OperationStep<Parameters>] { steps ?? [] }
    public static func buildEither(first steps: [OperationStep<Parameters>]) -> [OperationStep<Parameters>] { steps }
    public static func buildEither(second steps: [OperationStep<Parameters>]) -> [OperationStep<Parameters>] { steps }
    public static func buildArray(_ steps: [[OperationStep<Parameters>]]) -> [OperationStep<Parameters>] {
        steps.flatMap(\.self)
    }
}

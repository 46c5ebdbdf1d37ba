import ClawBase
import ClawDocuments
import Logging

/// A plan without the type of its parameters.
struct AnyOperationPlan: Sendable {
    struct Step: Sendable {
        let name: String
        let attempts: Int
        let deadline: Duration
        let isInterruptible: Bool
        let perform: @Sendable (Surroundings) async throws -> JSON?
        let undo: Undo?
    }

    struct Undo: Sendable {
        let attempts: Int
        let deadline: Duration
        let perform: @Sendable (Surroundings) async throws -> Void
    }

    /// What the engine knows when a step begins.
    struct Surroundings: Sendable {
        let operation: Operation
        let step: Int
        let attempt: Int
        let time: any TimeSource
        let logger: Logger
        let report: @Sendable (_ message: String, _ progress: Double?) async -> Void
    }

    let action: String
    let kind: String
    let steps: [Step]

    init<Parameters>(_ plan: OperationPlan<Parameters>) {
        (action, kind) = (plan.action, plan.kind)
        steps = plan.steps.map { step in
            Step(
                name: step.name, attempts: step.attempts, deadline: step.deadline,
                isInterruptible: step.isInterruptible, perform: { try await step.body(try $0.context()) },
                undo: step.compensation.map { undo in
                    Undo(
                        attempts: undo.attempts, deadline: undo.deadline,
                        perform: { try await undo.body(try $0.context()) })
                })
        }
    }
}

extension AnyOperationPlan.Surroundings {
    fileprivate func context<Parameters>() throws -> StepContext<Parameters> {
        StepContext(
            operation: operation,
            parameters: try StoredValue.value(Parameters.self, of: operation.parameters, "the operation's parameters"),
            step: operation.steps[step].name, attempt: attempt, time: time, logger: logger, report: report)
    }
}

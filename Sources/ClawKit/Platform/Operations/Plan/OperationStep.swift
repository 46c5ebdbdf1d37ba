public import ClawBase
import ClawDocuments

/// One step of a plan: what is done, how often it is tried, and how it is undone.
///
///     OperationStep("stop runtimes", deadline: .seconds(120)) { context in
///         try await stopAll(of: context.target)
///     }
///     .undone { context in try await startAll(of: context.target) }
///
/// A step begins only after the journal says so. Where the process is lost in it, another does it again; so a step must
/// be idempotent, or say that it is not.
public struct OperationStep<Parameters: Codable & Sendable>: Sendable {
    public typealias Context = StepContext<Parameters>

    public let name: String
    /// Whether doing it twice is as good as doing it once. One that is not is tried once; where nobody can say whether
    /// it was done, the operation asks for a person's attention.
    public let isIdempotent: Bool
    /// How often it is tried in all.
    public let attempts: Int
    /// How long one attempt may take.
    public let deadline: Duration
    /// Whether a cancellation ends it at once; otherwise it comes to its end first.
    public let isInterruptible: Bool

    let body: @Sendable (Context) async throws -> JSON?
    private(set) var compensation: Compensation?

    struct Compensation: Sendable {
        let attempts: Int
        let deadline: Duration
        let body: @Sendable (Context) async throws -> Void
    }

    /// - Parameter body: what it throws is tried again after a while, but for refusals: a ``Finding`` that does not
    ///   pass by waiting, and what Kubernetes answers with 4xx.
    public init(
        _ name: String, isIdempotent: Bool = true, attempts: Int = 5, deadline: Duration = .seconds(60),
        isInterruptible: Bool = false, _ body: @escaping @Sendable (Context) async throws -> Void
    ) {
        self.init(
            name, isIdempotent: isIdempotent, attempts: attempts, deadline: deadline, isInterruptible: isInterruptible,
            giving: {
                try await body($0)
                return nil
            })
    }

    /// - Parameter body: gives what later steps, and undoing this one, need to know (``StepContext/output(of:as:)``).
    public init<Output: Codable & Sendable>(
        _ name: String, isIdempotent: Bool = true, attempts: Int = 5, deadline: Duration = .seconds(60),
        isInterruptible: Bool = false, _ body: @escaping @Sendable (Context) async throws -> Output
    ) {
        self.init(
            name, isIdempotent: isIdempotent, attempts: attempts, deadline: deadline, isInterruptible: isInterruptible,
            giving: { try StoredValue.json(of: try await body($0)) })
    }

    init(
        _ name: String, isIdempotent: Bool = true, attempts: Int, deadline: Duration, isInterruptible: Bool,
        giving body: @escaping @Sendable (Context) async throws -> JSON?
    ) {
        (self.name, self.isIdempotent, self.deadline) = (name, isIdempotent, deadline)
        self.attempts = isIdempotent ? max(1, attempts) : 1
        (self.isInterruptible, self.body) = (isInterruptible, body)
    }

    /// The same step with a way back, taken where a later step fails or the operation is cancelled.
    ///
    /// It is also called for a step that failed or was lost half-way, and possibly more than once: what is not there
    /// need not be undone.
    public func undone(
        attempts: Int = 5, deadline: Duration = .seconds(60), _ body: @escaping @Sendable (Context) async throws -> Void
    ) -> Self {
        var step = self
        step.compensation = Compensation(attempts: max(1, attempts), deadline: deadline, body: body)
        return step
    }

    /// As it stands in an operation that has not begun.
    var record: Operation.Step {
        Operation.Step(name: name, isIdempotent: isIdempotent, isCompensated: compensation != nil)
    }
}

/// Thrown by a step to say that it did nothing, and that trying again is of no use: the operation fails, and asks nobody.
public struct StepRefusal: Error, Sendable {
    public let finding: Finding
    public init(_ finding: Finding) { self.finding = finding }
}

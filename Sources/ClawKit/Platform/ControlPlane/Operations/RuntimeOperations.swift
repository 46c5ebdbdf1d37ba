import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources

/// Operations on runtimes: the wish is written into the cluster, then its controller is waited for.
final class RuntimeOperations: Sendable {
    /// After this long an operation fails, whatever the runtime may still become.
    static let deadline = Duration.seconds(900)
    /// Who asks waits so long at most for the cluster to take the wish.
    private static let patience = Duration.seconds(5)

    private let engine: OperationEngine
    private let plans: [RuntimeVerb: OperationPlan<RuntimeParameters>]

    init(
        _ engine: OperationEngine, api: any KubernetesAPI, caches: SharedCaches,
        represent: @escaping @Sendable (Runtime) -> JSON
    ) {
        self.engine = engine
        let (declarer, preflight) = (RuntimeDeclarer(api: api), RuntimePreflight(api: api))
        let progress = RuntimeWatch(api: api, caches: caches, represent: represent)
        var plans: [RuntimeVerb: OperationPlan<RuntimeParameters>] = [:]
        for verb in RuntimeVerb.allCases {
            let plan = OperationPlan(
                verb.rawValue, on: RuntimeTarget.kind, taking: RuntimeParameters.self,
                preempting: Set(RuntimeVerb.allCases.filter(verb.preempts).map(\.rawValue))
            ) {
                OperationStep(Operation.declareStep, attempts: 50) { try await declarer.declare($0.operation) }
                OperationStep(
                    Operation.reconcileStep, attempts: 1, deadline: Self.deadline, isInterruptible: true,
                    giving: { try await progress.wait($0) })
            }
            .checked { try await preflight.findings(verb, $0, $1) }
            plans[verb] = plan
            engine.add(plan)
        }
        self.plans = plans
    }

    /// What somebody asks for.
    struct Wish: Sendable {
        var verb: RuntimeVerb
        var project: String
        var name: String
        var actor: String
        var parameters: RuntimeParameters
        var idempotencyKey: String?
    }

    /// Begins the operation, and returns once the cluster has the wish, or at least the journal.
    /// - Throws: ``Finding``: `E_ACTION_CONFLICT` and others; what the cluster refuses the wish with: the operation has
    ///   failed then.
    func begin(_ wish: Wish) async throws -> Operation {
        guard let plan = plans[wish.verb] else { throw Finding(.internalError, "Nobody knows how to \(wish.verb).") }
        let begun = try await engine.submit(
            plan, to: RuntimeTarget.text(wish.project, wish.name), wish.parameters, by: wish.actor,
            idempotencyKey: wish.idempotencyKey)
        guard !begun.state.isFinal, begun.predecessor == nil else { return begun }
        let declared: Operation
        do {
            declared = try await engine.wait(for: begun.id, within: Self.patience) { $0.isDeclared || $0.state.isFinal }
        } catch let finding as Finding where [.deadline, .notReady].contains(finding.code) {
            return begun
        }
        if !declared.isDeclared, let error = declared.error { throw Finding(error.code, error.message) }
        return declared
    }
}

/// What operations on runtimes need to know.
struct RuntimeParameters: Codable, Sendable, Hashable {
    /// Of a creation.
    var user: String?
    var template: String?
    /// The enrolled capacity that it is to run on.
    var capacity: String?
    /// ``RestWords``
    var rest: String?
    /// Of anything else: which of all that ever had the name.
    var uid: String?
    /// Of a restore.
    var checkpoint: String?
}

public import ClawBase
import ClawControl
public import Logging
import Synchronization

/// Carries out operations by their plans, durably: what it does is journalled before, and what a lost process left
/// under way another takes up at the right step.
///
///     let engine = OperationEngine(store, logger: logger)
///     engine.add(suspension)
///     // once, beside the rest of the program:
///     try await engine.run()
///     // wherever somebody asks:
///     let operation = try await engine.submit(suspension, to: "tenant/acme", parameters, by: "ada")
///
/// Several processes may work on one store. Each holds its operations by a lease of the process (one row, renewed only
/// while it holds any); every write of an operation names the version it is based on, so that of two workers the later
/// one alone goes on. In steady state nothing is written.
public final class OperationEngine: Sendable {
    public struct Options: Sendable {
        /// Who this process is, among all that work on the store; another one after each start.
        public var worker: String
        /// After so long without a sign of life a process is taken for lost.
        public var lease: Duration = .seconds(15)
        /// So many operations are carried out at once; others wait.
        public var concurrency = 1_000
        /// Between attempts of a step.
        public var backoff = Backoff(initial: .milliseconds(200), cap: .seconds(30))
        /// Nobody else works on this store: what others hold is taken up at once, at the start.
        public var isAlone = false

        public init() { worker = RecordID.make(at: SystemTime().now) }
    }

    struct State {
        var plans: [String: AnyOperationPlan] = [:]
        /// Ids to look at, each once.
        var waiting: [String] = []
        var isWaiting: Set<String> = []
        var executions: [String: Execution] = [:]
        var others: LostWorkers
        /// Workers that gave no sign of life for a lease: what they hold may be taken up.
        var lost: Set<String> = []
        var isShuttingDown = false
    }

    public let store: any PlatformStore
    let feed = OperationFeed()
    let options: Options
    let time: any TimeSource
    let logger: Logger
    let lease: WorkerLease
    let news = Signal()
    let held = Signal()
    let state: Mutex<State>

    public init(
        _ store: some PlatformStore, options: Options = Options(), time: some TimeSource = .system, logger: Logger
    ) {
        (self.store, self.options, self.time, self.logger) = (store, options, time, logger)
        lease = WorkerLease(options.worker, length: options.lease, store, time)
        state = Mutex(State(others: LostWorkers(lease: options.lease)))
    }

    /// Operations by this plan can be carried out here. Operations of plans that are not known here are left to others.
    public func add(_ plan: OperationPlan<some Codable & Sendable>) {
        state.withLock { $0.plans["\(plan.kind)/\(plan.action)"] = AnyOperationPlan(plan) }
    }

    func plan(of operation: Operation) -> AnyOperationPlan? {
        let kind = operation.target.prefix { $0 != "/" }
        return state.withLock { $0.plans["\(kind)/\(operation.action)"] }
    }

    /// How many operations this process carries out now.
    public var activeCount: Int { state.withLock { $0.executions.count } }

    // MARK: what is to be looked at

    func look(at ids: some Sequence<String>) {
        state.withLock { state in
            for id in ids where state.isWaiting.insert(id).inserted { state.waiting.append(id) }
        }
        news.raise()
    }

    /// The next to look at, while there is room for one more.
    func nextToLook() -> String? {
        state.withLock { state in
            guard state.executions.count < options.concurrency, !state.isShuttingDown, !state.waiting.isEmpty else {
                return nil
            }
            let id = state.waiting.removeFirst()
            state.isWaiting.remove(id)
            return id
        }
    }
}

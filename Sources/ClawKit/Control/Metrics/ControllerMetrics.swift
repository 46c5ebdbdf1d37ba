public import ClawBase
public import CoreMetrics
import Synchronization

/// What a controller counts, under the names that controller-runtime made known
/// (<https://book.kubebuilder.io/reference/metrics-reference>), so that existing dashboards and alerts serve.
///
///     let metrics = ControllerMetrics("rollouts", concurrency: 8)
///     metrics.added()                                              // a key joined the queue
///     let work = metrics.began(after: waited, at: time.now)
///     metrics.finished(work, .success, at: time.now)
///
/// All calls are quick, and may come from anywhere.
public final class ControllerMetrics: Sendable {
    /// What became of a reconcile, as the label `result` says it.
    public enum Outcome: String, Sendable, CaseIterable {
        case success
        case error
        /// At once, behind the others.
        case requeue
        case requeueAfter = "requeue_after"
    }

    /// A reconcile under way.
    public struct Work: Sendable {
        fileprivate let id: UInt64
        fileprivate let start: Timestamp
    }

    private struct State {
        var running: [UInt64: Timestamp] = [:]
        var next: UInt64 = 0
        var depth = 0
    }

    private let state = Mutex(State())
    private let outcomes: [Outcome: CoreMetrics.Counter]
    private let errors: CoreMetrics.Counter
    private let reconcileTime: Timer
    private let active: Meter
    private let concurrency: Meter
    private let depth: Meter
    private let adds: CoreMetrics.Counter
    private let retries: CoreMetrics.Counter
    private let queueTime: Timer
    private let workTime: Timer
    private let unfinished: Meter
    private let longest: Meter

    /// - Parameters:
    ///   - controller: its name, in the labels `controller` and `name`.
    ///   - concurrency: how many keys it works on at once, at most.
    ///   - factory: where it counts; if nil, where the program has bootstrapped swift-metrics to, and where it has not,
    ///     in ``ClawBase/PrometheusMetrics/shared``.
    public init(
        _ controller: String, concurrency: Int, factory: (any MetricsFactory)? = nil, time: some TimeSource = .system
    ) {
        let factory = factory ?? MetricNames.factory
        MetricNames.describe(in: factory)
        let (own, queue) = ([("controller", controller)], [("name", controller)])
        outcomes = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { outcome in
                (
                    outcome,
                    CoreMetrics.Counter(
                        label: "controller_runtime_reconcile_total", dimensions: own + [("result", outcome.rawValue)],
                        factory: factory)
                )
            })
        errors = CoreMetrics.Counter(label: "controller_runtime_reconcile_errors_total", dimensions: own, factory: factory)
        reconcileTime = Timer(label: "controller_runtime_reconcile_time_seconds", dimensions: own, factory: factory)
        active = Meter(label: "controller_runtime_active_workers", dimensions: own, factory: factory)
        self.concurrency = Meter(
            label: "controller_runtime_max_concurrent_reconciles", dimensions: own, factory: factory)
        depth = Meter(label: "workqueue_depth", dimensions: queue, factory: factory)
        adds = CoreMetrics.Counter(label: "workqueue_adds_total", dimensions: queue, factory: factory)
        retries = CoreMetrics.Counter(label: "workqueue_retries_total", dimensions: queue, factory: factory)
        queueTime = Timer(label: "workqueue_queue_duration_seconds", dimensions: queue, factory: factory)
        workTime = Timer(label: "workqueue_work_duration_seconds", dimensions: queue, factory: factory)
        unfinished = Meter(label: "workqueue_unfinished_work_seconds", dimensions: queue, factory: factory)
        longest = Meter(label: "workqueue_longest_running_processor_seconds", dimensions: queue, factory: factory)
        self.concurrency.set(concurrency)
        (factory as? PrometheusMetrics)?.beforeWriting { [weak self] in self?.refresh(at: time.now) }
    }

    /// A key joined those that wait for a reconcile.
    public func added() {
        adds.increment()
        depth.set(change { $0.depth += 1 })
    }

    /// A key that waited will not be worked on here: another replica has it, say.
    public func withdrawn() { depth.set(change { $0.depth = max(0, $0.depth - 1) }) }

    /// A reconcile failed, and its key will be tried again.
    public func retried() { retries.increment() }

    /// A key that waited is worked on.
    /// - Parameter waiting: how long it did.
    public func began(after waiting: Duration, at now: Timestamp) -> Work {
        queueTime.recordNanoseconds(max(0, waiting.nanoseconds))
        let (work, waits, runs) = state.withLock { state in
            state.next += 1
            state.running[state.next] = now
            state.depth = max(0, state.depth - 1)
            return (Work(id: state.next, start: now), state.depth, state.running.count)
        }
        depth.set(waits)
        active.set(runs)
        return work
    }

    /// - Parameter outcome: nil where the run ended before the reconcile did: it counts as none.
    public func finished(_ work: Work, _ outcome: Outcome?, at now: Timestamp) {
        active.set(
            state.withLock { state in
                state.running[work.id] = nil
                return state.running.count
            })
        guard let outcome else { return }
        let duration = max(0, (now - work.start).nanoseconds)
        reconcileTime.recordNanoseconds(duration)
        workTime.recordNanoseconds(duration)
        outcomes[outcome]?.increment()
        if outcome == .error { errors.increment() }
    }

    /// Sets what grows while work is under way. ``ClawBase/PrometheusMetrics`` calls it before it shows anything; for
    /// other backends a controller does, every few seconds.
    public func refresh(at now: Timestamp) {
        let ages = state.withLock { state in state.running.values.map { max(0, (now - $0).inSeconds) } }
        unfinished.set(ages.reduce(0, +))
        longest.set(ages.max() ?? 0)
    }

    private func change(_ body: (inout State) -> Void) -> Int {
        state.withLock { state in
            body(&state)
            return state.depth
        }
    }
}

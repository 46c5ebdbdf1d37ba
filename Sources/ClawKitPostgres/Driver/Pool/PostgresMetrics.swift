import ClawBase
import CoreMetrics
import Synchronization

/// What a pool counts, in swift-metrics, each with the pool's name as the label `pool`.
final class PoolMetrics: Sendable {
    let queries: QueryMetrics
    private let open: Meter
    private let inUse: Meter
    private let waiting: Meter
    private let waits: Timer
    private let refusals: Counter
    private let opened: Counter
    private let lastReport = Atomic<UInt64>(0)

    init(_ pool: String, _ factory: (any MetricsFactory)?) {
        let factory = factory ?? Self.standardFactory
        let labels = [("pool", pool)]
        queries = QueryMetrics(labels, factory)
        open = Meter(label: "postgres_pool_open_connections", dimensions: labels, factory: factory)
        inUse = Meter(label: "postgres_pool_connections_in_use", dimensions: labels, factory: factory)
        waiting = Meter(label: "postgres_pool_waiting", dimensions: labels, factory: factory)
        waits = Timer(label: "postgres_pool_wait_seconds", dimensions: labels, factory: factory)
        refusals = Counter(label: "postgres_pool_refusals_total", dimensions: labels, factory: factory)
        opened = Counter(label: "postgres_pool_connections_opened_total", dimensions: labels, factory: factory)
        guard let metrics = factory as? PrometheusMetrics else { return }
        for (name, help) in Self.helps { metrics.describe(name, help: help) }
    }

    /// Where the numbers that change with each statement were told less than 100 ms ago, they are not told again:
    /// metrics are read every few seconds, statements are run every few microseconds.
    func set(_ status: @autoclosure () -> PostgresPool.Status, atOnce: Bool) {
        let now = MonotonicTime.now.nanoseconds
        guard atOnce || lastReport.load(ordering: .relaxed) &+ 100_000_000 <= now else { return }
        lastReport.store(now, ordering: .relaxed)
        let status = status()
        open.set(status.open)
        inUse.set(status.inUse)
        waiting.set(status.waiting)
    }

    func waited(_ duration: Duration) { waits.recordNanoseconds(duration.nanoseconds) }
    func refused() { refusals.increment() }
    func didOpen() { opened.increment() }

    /// What is bootstrapped, or ClawKit's own.
    private static var standardFactory: any MetricsFactory {
        let bootstrapped = MetricsSystem.factory
        return bootstrapped is NOOPMetricsHandler ? PrometheusMetrics.shared : bootstrapped
    }

    private static let helps = [
        "postgres_pool_open_connections": "Connections that are open or being opened.",
        "postgres_pool_connections_in_use": "Connections somebody has.",
        "postgres_pool_waiting": "Tasks that wait for a connection.",
        "postgres_pool_wait_seconds": "How long tasks waited for a connection that had to.",
        "postgres_pool_refusals_total": "Tasks that waited in vain, or found too many waiting.",
        "postgres_pool_connections_opened_total": "Connections that were made.",
        "postgres_query_seconds": "How long statements took, those sent together counted as one.",
        "postgres_query_errors_total": "Statements that failed.",
    ]
}

/// What is counted of statements.
struct QueryMetrics: Sendable {
    private let durations: Timer
    private let errors: Counter

    init(_ labels: [(String, String)], _ factory: any MetricsFactory) {
        durations = Timer(label: "postgres_query_seconds", dimensions: labels, factory: factory)
        errors = Counter(label: "postgres_query_errors_total", dimensions: labels, factory: factory)
    }

    func count<Result>(_ body: () async throws -> Result) async throws -> Result {
        let start = MonotonicTime.now
        do {
            let result = try await body()
            durations.recordNanoseconds(Int64(clamping: MonotonicTime.now.nanoseconds &- start.nanoseconds))
            return result
        } catch {
            errors.increment()
            throw error
        }
    }
}

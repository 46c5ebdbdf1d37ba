import ClawBase
import CoreMetrics

/// What the metrics of controllers mean, and how their observations are sorted.
enum MetricNames {
    /// Where to count unless somebody says otherwise: what is bootstrapped, or our own.
    static var factory: any MetricsFactory {
        let bootstrapped = MetricsSystem.factory
        return bootstrapped is NOOPMetricsHandler ? PrometheusMetrics.shared : bootstrapped
    }

    static func describe(in factory: any MetricsFactory) {
        guard let metrics = factory as? PrometheusMetrics else { return }
        for (name, help) in helps { metrics.describe(name, help: help, bounds: bounds[name]) }
    }

    /// From 10 ns to 1,000 s.
    private static let queueBounds = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000]

    private static let bounds = [
        "controller_runtime_reconcile_time_seconds": [
            0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7,
            0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
        ],
        "workqueue_queue_duration_seconds": queueBounds,
        "workqueue_work_duration_seconds": queueBounds,
    ]

    private static let helps = [
        "controller_runtime_reconcile_total": "Reconciles, by result.",
        "controller_runtime_reconcile_errors_total": "Reconciles that failed.",
        "controller_runtime_reconcile_time_seconds": "How long reconciles took.",
        "controller_runtime_active_workers": "Reconciles under way.",
        "controller_runtime_max_concurrent_reconciles": "How many reconciles may be under way at once.",
        "workqueue_depth": "Keys that wait.",
        "workqueue_adds_total": "Keys that joined the queue.",
        "workqueue_retries_total": "Keys that joined it again after a failure.",
        "workqueue_queue_duration_seconds": "How long keys waited.",
        "workqueue_work_duration_seconds": "How long keys were worked on.",
        "workqueue_unfinished_work_seconds": "How long the work under way has lasted, all of it together.",
        "workqueue_longest_running_processor_seconds": "How long the longest work under way has lasted.",
        "leader_election_master_status": "Whether this process leads.",
    ]
}

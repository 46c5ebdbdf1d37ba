import ClawBase
import ClawControl
import CoreMetrics
import Testing

@Suite("Metrics of controllers")
struct ControllerMetricsTests {
    private let time = VirtualTime()
    private let prometheus = PrometheusMetrics()

    private func value(_ sample: String) -> Double? {
        var text = MetricsText()
        prometheus.write(to: &text)
        let line = text.text.split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
        return line.flatMap { Double($0.dropFirst(sample.count + 1)) }
    }

    @Test("a queue's depth and a reconcile's outcome appear under the names that dashboards know")
    func names() {
        let metrics = ControllerMetrics("rollouts", concurrency: 4, factory: prometheus, time: time)
        for _ in 0..<3 { metrics.added() }
        let first = metrics.began(after: .milliseconds(20), at: time.now)
        let second = metrics.began(after: .milliseconds(30), at: time.now)
        time.advance(by: .seconds(2))
        #expect(value("workqueue_depth{name=\"rollouts\"}") == 1)
        #expect(value("workqueue_adds_total{name=\"rollouts\"}") == 3)
        #expect(value("controller_runtime_active_workers{controller=\"rollouts\"}") == 2)
        #expect(value("controller_runtime_max_concurrent_reconciles{controller=\"rollouts\"}") == 4)
        #expect(value("workqueue_unfinished_work_seconds{name=\"rollouts\"}") == 4)
        #expect(value("workqueue_longest_running_processor_seconds{name=\"rollouts\"}") == 2)
        metrics.finished(first, .success, at: time.now)
        metrics.finished(second, .error, at: time.now)
        metrics.retried()
        #expect(value("controller_runtime_reconcile_total{controller=\"rollouts\",result=\"success\"}") == 1)
        #expect(value("controller_runtime_reconcile_total{controller=\"rollouts\",result=\"error\"}") == 1)
        #expect(value("controller_runtime_reconcile_total{controller=\"rollouts\",result=\"requeue_after\"}") == 0)
        #expect(value("controller_runtime_reconcile_errors_total{controller=\"rollouts\"}") == 1)
        #expect(value("controller_runtime_reconcile_time_seconds_sum{controller=\"rollouts\"}") == 4)
        #expect(value("workqueue_queue_duration_seconds_count{name=\"rollouts\"}") == 2)
        #expect(value("workqueue_queue_duration_seconds_bucket{name=\"rollouts\",le=\"0.01\"}") == 0)
        #expect(value("workqueue_queue_duration_seconds_bucket{name=\"rollouts\",le=\"0.1\"}") == 2)
        #expect(value("workqueue_work_duration_seconds_sum{name=\"rollouts\"}") == 4)
        #expect(value("workqueue_retries_total{name=\"rollouts\"}") == 1)
        #expect(value("workqueue_unfinished_work_seconds{name=\"rollouts\"}") == 0)
    }

    @Test("what the end of the run interrupted counts as no reconcile")
    func interrupted() {
        let metrics = ControllerMetrics("a", concurrency: 1, factory: prometheus, time: time)
        metrics.added()
        metrics.finished(metrics.began(after: .zero, at: time.now), nil, at: time.now)
        #expect(value("controller_runtime_reconcile_time_seconds_count{controller=\"a\"}") == 0)
        #expect(value("controller_runtime_active_workers{controller=\"a\"}") == 0)
    }

    @Test("a controller that is no more is no burden to what shows the others")
    func forgotten() {
        do { _ = ControllerMetrics("a", concurrency: 1, factory: prometheus, time: time) }
        #expect(value("workqueue_depth{name=\"a\"}") == 0)
    }

    @Test("where nothing is bootstrapped, it counts in the process's own text")
    func unbootstrapped() {
        let name = "unbootstrapped-\(Chance.uuid())"
        ControllerMetrics(name, concurrency: 1, time: time).added()
        var text = MetricsText()
        PrometheusMetrics.shared.write(to: &text)
        #expect(text.text.contains("workqueue_adds_total{name=\"\(name)\"} 1\n"))
    }

    @Test("leadership is 1 for who leads")
    func leadership() {
        let metrics = LeadershipMetrics(lease: "operator", factory: prometheus)
        #expect(value("leader_election_master_status{name=\"operator\"}") == 0)
        metrics.set(isLeader: true)
        #expect(value("leader_election_master_status{name=\"operator\"}") == 1)
    }
}

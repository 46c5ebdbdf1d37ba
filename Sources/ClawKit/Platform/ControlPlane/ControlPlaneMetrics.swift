import ClawBase
import ClawControl
import ClawResources
import HTTPTypes

/// What `/metrics` shows.
struct ControlPlaneMetrics: Sendable {
    let requests = CounterFamily(
        "claw_http_requests_total", help: "Answered requests of the control plane's own routes.",
        labels: ["method", "route", "status"])
    let seconds = HistogramFamily(
        "claw_http_request_duration_seconds", help: "Time until the answer's head, by route.", labels: ["route"])
    let proxied = CounterFamily(
        "claw_proxy_requests_total", help: "Requests for runtimes, by what became of them.", labels: ["outcome"])
    let signIns = CounterFamily("claw_sign_ins_total", help: "Attempts to sign in.", labels: ["outcome"])

    /// The text of all metrics; those of the present state are counted now.
    func text(runtimes: ObjectCache<Runtime>, operations: Int, followers: Int) -> String {
        var text = MetricsText()
        for source in [requests, proxied, signIns] { source.write(to: &text) }
        seconds.write(to: &text)
        text.family("claw_runtimes", .gauge, help: "Runtimes, by phase.")
        let phases = Dictionary(grouping: runtimes.all) { ($0.status.phase ?? .pending).rawValue }
        for (phase, group) in phases.sorted(by: { $0.key < $1.key }) {
            text.sample("claw_runtimes", labels: [(name: "phase", value: phase)], Double(group.count))
        }
        text.family("claw_operations_active", .gauge, help: "Operations under way that this process follows.")
        text.sample("claw_operations_active", Double(operations))
        text.family("claw_operation_followers", .gauge, help: "Open event streams of operations.")
        text.sample("claw_operation_followers", Double(followers))
        // What controllers in this process count, unless the program has bootstrapped another backend.
        PrometheusMetrics.shared.write(to: &text)
        return text.text
    }
}

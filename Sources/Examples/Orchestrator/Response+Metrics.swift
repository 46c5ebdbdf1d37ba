import ClawKit
import HTTPTypes

extension Response {
    /// What the orchestrator looks after, in Prometheus' text format.
    static func metrics(of caches: SharedCaches) -> Response {
        var text = MetricsText()
        text.family("claw_runtimes", .gauge, help: "Runtimes by phase.")
        var phases: [String: Int] = [:]
        for runtime in caches.cache(Runtime.self).all { phases[runtime.status.phase?.rawValue ?? "Pending", default: 0] += 1 }
        for (phase, count) in phases.sorted(by: { $0.key < $1.key }) {
            text.sample("claw_runtimes", labels: [("phase", phase)], Double(count))
        }
        text.family("claw_projects", .gauge, help: "Projects.")
        text.sample("claw_projects", Double(caches.cache(Project.self).count))
        PrometheusMetrics.shared.write(to: &text)
        return Response(
            status: .ok, headers: [.contentType: MetricsText.contentType], body: .string(text.text))
    }
}

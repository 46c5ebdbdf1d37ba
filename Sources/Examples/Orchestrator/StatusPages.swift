import ClawKit
import HTTPTypes

/// What probes and scrapers ask an orchestrator: `/healthz`, `/readyz`, `/metrics`.
struct StatusPages: Handler {
    let caches: SharedCaches
    /// nil: there is no other to lead.
    let election: LeaderElection?

    func respond(to request: Request) async -> Response {
        guard request.head.method == .get else { return .text("only GET\n", status: .methodNotAllowed) }
        switch request.head.path?.prefix(while: { $0 != "?" }) {
        case "/healthz", "/livez": return .text("ok\n")
        case "/readyz": return readiness
        case "/metrics":
            return Response(
                status: .ok, headers: [.contentType: MetricsText.contentType], body: .string(metrics))
        default: return .text("/healthz, /readyz or /metrics\n", status: .notFound)
        }
    }

    /// One that waits to lead is ready: it can take over at once.
    private var readiness: Response {
        guard caches.areSynced else {
            return .text("the caches wait for their first lists\n", status: .serviceUnavailable)
        }
        guard let election else { return .text("ok\n") }
        let status = election.status
        return .text(
            """
            ok
            identity: \(election.identity)
            leader: \(status.leader.flatMap { $0.isEmpty ? nil : $0 } ?? "nobody")
            lease: \(election.namespace)/\(election.lease)

            """)
    }

    /// What the orchestrator looks after, in Prometheus' text format.
    private var metrics: String {
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
        return text.text
    }
}

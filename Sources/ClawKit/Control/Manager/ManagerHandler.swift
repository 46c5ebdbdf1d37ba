public import ClawBase
import HTTPTypes

/// What probes and scrapers ask a program with controllers: `/healthz`, `/readyz` (200, or 503 with the reasons, one a
/// line) and `/metrics` (Prometheus text).
///
///     try await HTTPServer(ManagerHandler(manager), on: ListenAddress("0.0.0.0:8080")).run(…)
public struct ManagerHandler: Handler {
    private let manager: ControllerManager
    private let metrics: PrometheusMetrics

    public init(_ manager: ControllerManager, metrics: PrometheusMetrics = .shared) {
        (self.manager, self.metrics) = (manager, metrics)
    }

    public func respond(to request: Request) async -> Response {
        guard request.head.method == .get else { return .text("only GET\n", status: .methodNotAllowed) }
        switch request.head.path?.prefix(while: { $0 != "?" }) {
        case "/healthz", "/livez": return state(manager.illnesses)
        case "/readyz": return state(manager.obstacles)
        case "/metrics":
            var text = MetricsText()
            metrics.write(to: &text)
            var response = Response.text(text.text)
            response.headers[.contentType] = MetricsText.contentType
            return response
        default: return .text("/healthz, /readyz or /metrics\n", status: .notFound)
        }
    }

    private func state(_ problems: [String]) -> Response {
        problems.isEmpty
            ? .text("ok\n") : .text(problems.map { $0 + "\n" }.joined(), status: .serviceUnavailable)
    }
}

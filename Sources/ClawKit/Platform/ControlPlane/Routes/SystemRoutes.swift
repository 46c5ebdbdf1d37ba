import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Health, metrics, and the endpoint that proxies ask.
struct SystemRoutes: RouteGroup {
    let services: PlatformServices
    let check: AccessCheck

    init(_ services: PlatformServices, check: AccessCheck) { (self.services, self.check) = (services, check) }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/healthz", "Tell that the process lives", tag: "system", access: .anybody) { _ in
                .json(["ok": true, "status": "live"])
            },
            APIRoute(
                .get, "/readyz", "Tell whether requests can be served: caches complete, store answering", tag: "system",
                access: .anybody, ready),
            APIRoute(
                .get, "/metrics", "Show metrics in Prometheus' text format", tag: "system", access: .anybody, metrics),
            APIRoute(
                .get, "/api/v1/access/check",
                "Decide about a request that Traefik's forwardAuth forwards; ?host= the one it is configured for",
                tag: "access", access: .anybody
            ) { await check.respond(to: $0.request) },
            APIRoute(
                .get, "/api/v1/access/nginx",
                "Decide about a request that nginx's auth_request describes in X-Original-URL; ?host= as there",
                tag: "access", access: .anybody
            ) { await check.nginxResponse(to: $0.request) },
        ]
    }

    private func ready(_ call: Call) async throws -> Response {
        let waiting = [
            ("runtimes", services.caches.cache(Runtime.self).isSynced),
            ("projects", services.caches.cache(Project.self).isSynced),
            ("routes", services.caches.cache(Route.self).isSynced),
            ("pods", services.caches.cache(Pod.self).isSynced),
        ].filter { !$0.1 }.map(\.0)
        guard waiting.isEmpty else {
            throw Finding(
                .notReady,
                "The platform is still reading the cluster's \(waiting.joined(separator: ", ")); try again in a "
                    + "moment.", details: ["waiting": waiting.joined(separator: ",")])
        }
        _ = try await services.store.rows(RecordQuery(User.kind, limit: 1))
        var answer: JSONObject = ["ok": true, "status": "ready"]
        // Anybody may ask: what the leader is called is not for them.
        if let leadership = services.configuration.leadership {
            answer["orchestrator"] = leadership().isLeader ? "leads" : "waits"
        }
        return .json(.object(answer))
    }

    private func metrics(_ call: Call) async throws -> Response {
        let text = services.metrics.text(
            runtimes: services.caches.cache(Runtime.self), operations: services.operations.activeCount,
            followers: services.operations.feed.count)
        return Response(
            status: .ok, headers: [.contentType: MetricsText.contentType], body: .string(text))
    }
}

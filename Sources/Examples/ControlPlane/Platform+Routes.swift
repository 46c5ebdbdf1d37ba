import ClawKit
import ExampleSupport
import ServiceLifecycle

extension Platform {
    /// Has the embedded cluster ask before it stores a route.
    /// - Parameter listening: where the control plane listens, once that is known.
    func routeAdmission(
        _ caches: SharedCaches, _ api: KubernetesClient, listening: Latch<String>
    ) -> any ServiceLifecycle.Service {
        let (server, logger) = (settings.configuration.platform.server, settings.logger)
        let admission = RouteAdmission(caches: caches, time: time) {
            RoutingContext(publicURL: server.publicURL ?? listening.value ?? "", domain: server.domain)
        }
        // While this process is away nobody could write a route; what passes then shows in the routes' status.
        let webhook = AdmissionWebhook(for: Route.self, options: AdmissionOptions(ignoresFailures: true)) { request in
            if let route = request.object {
                try admission.check(route, replacing: request.oldObject, isDryRun: request.isDryRun)
            }
            return []
        }
        let webhooks = WebhookServer(
            api, at: .loopback(name: "clawkit-routes"), secretNamespace: PlatformSettings.namespace, time: time,
            serving: [webhook])
        return Part {
            try await PlatformSettings.makeNamespace(in: api)
            try await webhooks.run(listen: try ListenAddress("127.0.0.1:0"), logger: logger)
        }
    }
}

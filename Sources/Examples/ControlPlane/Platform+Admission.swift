import ClawKit
import ExampleSupport
import ServiceLifecycle

extension Platform {
    /// Where the API server of somebody else's cluster asks.
    struct AdmissionDoor: Sendable {
        var listen: ListenAddress
        /// `https://HOST:PORT`, or `NAMESPACE/SERVICE` or `NAMESPACE/SERVICE:PORT` in the cluster.
        var address: String

        /// - Throws: ``Finding`` (`E_BAD_CONFIG`) for what is no address.
        func webhookAddress(_ name: String) throws(Finding) -> WebhookAddress {
            if address.hasPrefix("https://"), address.dropFirst(8).contains(where: { $0 != "/" }) {
                return .url(address.last == "/" ? String(address.dropLast()) : address, name: name)
            }
            let parts = address.split(separator: "/", omittingEmptySubsequences: false)
            let service = parts.last?.split(separator: ":", omittingEmptySubsequences: false) ?? []
            let port = service.count == 2 ? Int(service[1]) : service.count == 1 ? 443 : nil
            guard parts.count == 2, !parts[0].isEmpty, let host = service.first, !host.isEmpty, let port else {
                throw Finding(
                    .badConfig, "'\(address)' is no address; write https://HOST:PORT or NAMESPACE/SERVICE:PORT.",
                    field: "--admission-address")
            }
            return .service(namespace: String(parts[0]), name: String(host), port: port)
        }
    }

    /// Has the API server ask before it stores tenants, projects, policies and routes.
    /// - Parameters:
    ///   - door: nil: the embedded cluster's, which asks on loopback.
    ///   - listening: where the control plane listens, once that is known.
    ///   - asked: set when the API server knows whom to ask.
    func admission(
        _ caches: SharedCaches, _ api: KubernetesClient, _ store: any PlatformStore, _ door: AdmissionDoor?,
        listening: Latch<String>, asked: Latch<Bool>
    ) throws -> any ServiceLifecycle.Service {
        let (server, logger) = (settings.configuration.platform.server, settings.logger)
        let admission = PlatformAdmission(caches: caches, store: store, time: time) {
            RoutingContext(publicURL: server.publicURL ?? listening.value ?? "", domain: server.domain)
        }
        let webhooks = WebhookServer(
            api, at: try door?.webhookAddress("clawkit") ?? .loopback(name: "clawkit"),
            secretNamespace: PlatformSettings.namespace, secretName: "clawkit-admission-certificates", time: time,
            serving: Self.webhooks(admission))
        let listen = try door?.listen ?? ListenAddress("127.0.0.1:0")
        return Part {
            try await PlatformSettings.makeNamespace(in: api)
            try await admission.waitUntilSynced()
            try await webhooks.run(listen: listen, logger: logger, onReady: { _ in asked.set(true) })
        }
    }

    private static func webhooks(_ admission: PlatformAdmission) -> [any Webhook] {
        // While this process is away nobody could write a route; what passes then shows in the routes' status. What
        // somebody may have is not written then: nobody would notice that it is too much. Labels, finalizers and
        // statuses are nobody's business here.
        let condition = ["spec-changes": "request.operation == 'CREATE' || object.spec != oldObject.spec"]
        let lenient = AdmissionOptions(ignoresFailures: true, conditions: condition)
        let strict = AdmissionOptions(conditions: condition)
        return [
            AdmissionWebhook(for: Route.self, options: lenient) { request in
                if let route = request.object {
                    try admission.check(route, replacing: request.oldObject, isDryRun: request.isDryRun)
                }
                return []
            },
            AdmissionWebhook(for: Policy.self, options: strict) { request in
                if let policy = request.object { try admission.check(policy, replacing: request.oldObject) }
                return []
            },
            AdmissionWebhook(for: Project.self, options: strict) { request in
                if let project = request.object {
                    try await admission.check(project, replacing: request.oldObject, isDryRun: request.isDryRun)
                }
                return []
            },
            AdmissionWebhook(for: Tenant.self, options: strict) { request in
                if let tenant = request.object { try await admission.check(tenant, replacing: request.oldObject) }
                return []
            },
        ]
    }
}

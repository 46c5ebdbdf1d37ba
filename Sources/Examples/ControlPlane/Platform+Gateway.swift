import ClawKit
import ExampleSupport
import Logging
import ServiceLifecycle

/// The model gateway of a platform: its keys, limits and ledger are the platform's store's.
extension Platform {
    struct Gateway: Sendable {
        var handler: any Handler
        /// They end after the server, and the book before what it tells.
        var services: [any ServiceLifecycle.Service]
    }

    func gateway(
        _ caches: SharedCaches, _ api: KubernetesClient, _ store: any PlatformStore, _ network: CurlTransport
    ) async throws -> Gateway? {
        guard !settings.without.contains("gateway") else { return nil }
        let (configuration, logger) = (settings.configuration.gateway, settings.logger)
        let secrets = CompositeSecrets([EnvironmentSecrets(), FileSecrets(), ClusterSecrets(api)])
        let router = try ModelRouter(
            configuration.models, transport: network, secrets: configuration.secrets(secrets), time: time)
        // Runtimes' keys change with the cluster's objects; others stand in the file, or in the store.
        let declared = InMemoryGrants(try await configuration.grants(secrets))
        let keys = StoreGrants(store, time: time)
        let (limits, shares) = (StoreLimits(store, time: time), PlatformShares(store, time: time))
        let book = UsageBook(store: shares, holder: holder, time: time) { notice in
            logger.notice(
                "a budget has reached its soft limit",
                metadata: [
                    "budget": "\(notice.account.budget)", "spent": "\(notice.unit.words(notice.spent))",
                    "limit": "\(notice.unit.words(notice.limit))",
                ])
        }
        let gateway = ModelGateway(
            router: router, grants: CompositeGrants([ClusterGrants(caches: caches), declared, keys]),
            budgets: CompositeLimits([limits, InMemoryLimits(configuration.limits)]), book: book,
            admission: FairAdmission(configuration.admission, time: time),
            guardrails: Guardrails(try configuration.rules), cache: AnswerCache(configuration.cache, time: time),
            sendsLiteLLMHeaders: configuration.sendsLiteLLMHeaders, time: time, logger: logger)
        let health = HealthWatch(router, time: time, logger: logger)
        let handler = KeyService(
            before: gateway, store: store, administrators: PlatformAdministrators(store, time: time), time: time,
            logger: logger)
        return Gateway(
            handler: handler,
            services: [
                Part { try await shares.run() }, Part { try await book.run() }, Part { try await keys.run() },
                Part { try await limits.run() }, Part { try await gateway.run() }, Part { try await health.run() },
            ])
    }

    /// Its name among those that share the store's limits, the same after a restart.
    private var holder: String {
        let place = Token.hash("\(directory.path) \(settings.dataDirectory) \(settings.gatewayListen)").prefix(8)
        return "\(Machine.hostName)-\(place)"
    }
}

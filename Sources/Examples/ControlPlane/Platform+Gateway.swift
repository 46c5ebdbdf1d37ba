import ClawKit
import ExampleSupport
import Logging
import ServiceLifecycle
import UnixSignals

/// The model gateway of a platform: its keys, limits and ledger are the platform's store's.
extension Platform {
    struct Gateway: Sendable {
        var handler: any Handler
        /// They end after the server, and the book before what it tells.
        var services: [any ServiceLifecycle.Service]
        /// What it serves.
        var models: ModelSources
    }

    func gateway(
        _ caches: SharedCaches, _ api: KubernetesClient, _ store: any PlatformStore, _ network: CurlTransport,
        _ live: LiveConfiguration
    ) async throws -> Gateway? {
        guard !settings.without.contains("gateway") else { return nil }
        let (configuration, logger) = (settings.configuration.gateway, settings.logger)
        let cluster = RenewedSecrets(ClusterSecrets(api), time: time)
        let secrets = CompositeSecrets([EnvironmentSecrets(), FileSecrets(), cluster])
        let sources = try ModelSources(
            configuration.models, transport: network, secrets: configuration.secrets(secrets), clusterSecrets: cluster,
            time: time)
        let router = sources.router
        try await PlatformSettings.makeNamespace(in: api)
        let models = try ClusterModels(caches: caches, sources: sources, logger: logger)
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
        let runtimes = ClusterGrants(caches: caches)
        let fileLimits = InMemoryLimits(configuration.limits)
        let guardrails = Guardrails(
            try configuration.rules, standing: [PolicyToolRule(ToolPolicies(caches: caches))])
        let cache = AnswerCache(configuration.cache, time: time)
        let gateway = ModelGateway(
            router: router, grants: CompositeGrants([runtimes, declared, keys]),
            budgets: CompositeLimits([limits, fileLimits]), book: book,
            admission: FairAdmission(configuration.admission, time: time),
            guardrails: guardrails, cache: cache,
            sendsLiteLLMHeaders: configuration.sendsLiteLLMHeaders, time: time, logger: logger)
        let health = HealthWatch(router, time: time, logger: logger)
        let podKeys = PodKeys(caches: caches, grants: runtimes, logger: logger)
        let handler = TokenExchange(
            before: KeyService(
                before: gateway, store: store, administrators: PlatformAdministrators(store, time: time), time: time,
                logger: logger),
            reviewer: TokenReviewer(api, audiences: [TokenExchange.audience], time: time), keys: podKeys, time: time,
            logger: logger)
        sources.follow { live.tell() }
        var reloading: [any ServiceLifecycle.Service] = []
        if let path = settings.configuration.path {
            let reloader = GatewayReloader(
                path, models: sources, grants: declared, limits: fileLimits, guardrails: guardrails, cache: cache,
                secrets: secrets,
                others: { path throws(InvalidConfiguration) in try live.read(path) }, time: time, logger: logger)
            reloading = [
                Part { try await reloader.run() },
                Part { for await _ in await UnixSignalsSequence(trapping: .sighup) { await reloader.reload() } },
            ]
        }
        return Gateway(
            handler: handler,
            services: reloading + [
                Part { try await shares.run() }, Part { try await book.run() }, Part { try await keys.run() },
                Part { try await limits.run() }, Part { try await gateway.run() }, Part { try await health.run() },
                Part { try await podKeys.run() },
                Part { try await models.run() },
            ], models: sources)
    }

    /// Its name among those that share the store's limits, the same after a restart.
    private var holder: String {
        let place = Token.hash("\(directory.path) \(settings.dataDirectory) \(settings.gatewayListen)").prefix(8)
        return "\(Machine.hostName)-\(place)"
    }
}

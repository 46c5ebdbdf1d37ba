import ClawKit
import ExampleStorage
import ExampleSupport
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// The composition: a gateway over what a file declares, served, and the file looked after.
struct GatewayProgram: Sendable {
    /// nil: the built-in echo model.
    var path: String?
    var listen: ListenAddress
    var storage: PlatformStorage.Place
    var network: Network
    /// Of the cluster whose models and runtimes it serves; nil: of none.
    var kubeconfig: String?
    var readyFile: String?
    var logger: Logger

    /// How upstreams are reached.
    enum Network: String, Sendable {
        case libcurl, nio

        /// - Throws: ``Finding`` where there is no such network.
        init(_ name: String?) throws(Finding) {
            guard let network = Self(rawValue: name ?? "libcurl") else {
                throw Finding(.badConfig, "There is no network '\(name ?? "")'; write libcurl or nio.", field: "--network")
            }
            self = network
        }

        func transport(connectTimeout: Duration) throws -> (any Transport, shutdown: @Sendable () async -> Void) {
            switch self {
            case .libcurl:
                let transport = CurlTransport(.init(connectTimeout: connectTimeout))
                return (transport, { await transport.shutdown() })
            case .nio:
                var configuration = NIOTransport.Configuration()
                configuration.connectTimeout = connectTimeout
                let transport = try NIOTransport(configuration)
                return (transport, { await transport.shutdown() })
            }
        }
    }

    /// The file named, `claw.yaml` where there is one, else none.
    static func path(_ named: String?) throws -> String? {
        named ?? (FileManager.default.fileExists(atPath: "claw.yaml") ? "claw.yaml" : nil)
    }

    func run() async throws {
        let configuration = try path.map { try GatewayConfiguration(contentsOf: $0) } ?? GatewayConfiguration()
        for note in configuration.notes { logger.notice("\(note)") }
        if kubeconfig == nil { try Self.checkPools(configuration, path ?? "") }
        let cluster: ConnectedCluster? =
            if let kubeconfig { try await ConnectedCluster(kubeconfig, logger: logger) } else { nil }
        let secrets = CompositeSecrets([EnvironmentSecrets(), FileSecrets()] + [cluster?.secrets].compactMap { $0 })
        let (network, shutdown) = try network.transport(connectTimeout: configuration.connectTimeout)
        let models = try ModelSources(
            configuration.models, transport: network, secrets: configuration.secrets(secrets),
            clusterSecrets: cluster?.secrets)
        let router = models.router
        let declared = InMemoryGrants(try await configuration.grants(secrets))
        let limits = InMemoryLimits(configuration.limits)
        let guardrails = Guardrails(
            try configuration.rules, standing: cluster.map { [PolicyToolRule($0.tools)] } ?? [])
        let storage = try await PlatformStorage(storage, program: "model-gateway", logger: logger)
        let (keys, stored) = (StoreGrants(storage.store), StoreLimits(storage.store))
        let shares = PlatformShares(storage.store)
        let book = UsageBook(store: shares, holder: "\(Machine.hostName)-\(listen)")
        var masters: any GrantDirectory = declared
        if configuration.masterKey == nil {
            masters = CompositeGrants([declared, InMemoryGrants([try Self.masterKey()])])
        }
        let cache = AnswerCache(configuration.cache)
        let gateway = ModelGateway(
            router: router, grants: CompositeGrants([cluster?.grants].compactMap { $0 } + [masters, keys]),
            budgets: CompositeLimits([stored, limits]), book: book,
            admission: FairAdmission(configuration.admission), guardrails: guardrails,
            cache: cache, sendsLiteLLMHeaders: configuration.sendsLiteLLMHeaders, logger: logger)
        let health = HealthWatch(router, logger: logger)

        let service = KeyService(
            before: gateway, store: storage.store, administrators: MasterKeys(grants: masters), logger: logger)
        let handler: any Handler = cluster?.exchange(before: service) ?? service
        // They end in the opposite order: the book tells the rest before the store is closed.
        var parts: [any ServiceLifecycle.Service] =
            storage.services + [
                Part { try await shares.run() }, Part { try await book.run() }, Part { try await keys.run() },
                Part { try await stored.run() }, Part { try await gateway.run() }, Part { try await health.run() },
            ]
        if let cluster { parts += try cluster.services(models) }
        if let path {
            let hasCluster = cluster != nil
            let reloader = GatewayReloader(
                path, models: models, grants: declared, limits: limits, guardrails: guardrails, cache: cache,
                secrets: secrets,
                others: { path throws(InvalidConfiguration) in
                    if !hasCluster { try Self.checkPools(GatewayConfiguration(contentsOf: path), path) }
                    return { [] }
                }, logger: logger)
            parts.append(Part { try await reloader.run() })
            parts.append(
                Part { for await _ in await UnixSignalsSequence(trapping: .sighup) { await reloader.reload() } })
        }
        let readyFile = readyFile
        parts.append(
            HTTPServer(listen: listen, execution: .connection, logger: logger).service(
                handler,
                onBound: { address in
                    var announcement = Announcement()
                    announcement.gateway = "http://\(address)"
                    do { try announcement.make(readyFile: readyFile) } catch { fail(error, program: "model-gateway") }
                }))
        try await runUntilSignal(parts, logger: logger)
        await shutdown()
        await cluster?.shutdown()
        try storage.close()
    }

    /// Pods are a cluster's.
    static func checkPools(_ configuration: GatewayConfiguration, _ path: String) throws(InvalidConfiguration) {
        let models = configuration.models.filter { !$0.pools.isEmpty }
        guard !models.isEmpty else { return }
        throw InvalidConfiguration(
            findings: models.map {
                Finding(
                    .badConfig, "The model \($0.name) has a pool, which is a cluster's; name it by --kubeconfig.",
                    field: path)
            })
    }

    /// Whoever shows the master key as it is now may make other keys.
    private struct MasterKeys: KeyAdministrators {
        let grants: any GrantDirectory

        func administrator(_ token: Secret<String>) async throws -> String? {
            let grant = await grants.grant(forKeyHash: Token.hash(token.reveal()))
            return grant?.id == GatewayConfiguration.masterKeyID ? "master-key" : nil
        }
    }

    /// The environment's master key, or one that is made and kept the first time.
    private static func masterKey() throws -> ModelGrant {
        let environment = ProcessInfo.processInfo.environment
        let named = ["CLAW_MASTER_KEY", "LITELLM_MASTER_KEY"].compactMap { environment[$0] }.first { !$0.isEmpty }
        let key = try named ?? ClawDirectory().keep("gateway-key") { Token.random(prefix: "sk").reveal() }
        return ModelGrant(id: GatewayConfiguration.masterKeyID, keyHash: Token.hash(key))
    }
}

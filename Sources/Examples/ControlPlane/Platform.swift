import ClawKit
import ClawKitPostgres
import ExampleStorage
import ExampleSupport
import HTTPTypes
import Logging
import ServiceLifecycle
import Synchronization

/// The composition: which parts run, what each is given, and in which order they end.
struct Platform: Sendable {
    struct Settings: Sendable {
        var configuration: ProgramConfiguration
        var dataDirectory: String
        var listen: ListenAddress
        /// nil: no capacity is enrolled by mutual TLS.
        var capacityListen: ListenAddress?
        var gatewayListen: ListenAddress
        var clusterListen: ListenAddress
        var kubeconfig: String?
        /// Where platform data is kept; nil: in the data directory.
        var database: ConnectionString?
        /// The file of a secret that seals what the store must be able to give back.
        var storeKeyFile: String?
        var without: Set<String>
        /// Who of several orchestrators works; nil: this is the only one.
        var election: ElectionFlags.Settings?
        /// Where somebody else's API server asks; nil: it does not.
        var admission: AdmissionDoor?
        var readyFile: String?
        var isInsecure: Bool
        var logger: Logger
    }

    let settings: Settings
    let directory: ClawDirectory
    let time = SystemTime()

    init(_ settings: Settings) throws {
        self.settings = settings
        directory = try ClawDirectory()
        try ClawDirectory.makeDirectory(settings.dataDirectory)
    }

    func run() async throws {
        let logger = settings.logger
        // Where each server really listens, known once it is bound.
        let (clusterURL, gatewayURL, controlPlaneURL) = (Latch<String>(), Latch<String>(), Latch<String>())
        let isPublished = Atomic(false)
        var parts: [any ServiceLifecycle.Service] = []

        let cluster = try await settings.kubeconfig == nil ? ServedCluster(clusterSettings(), time: time) : nil
        let api = try cluster?.client ?? remoteAPI()
        if let cluster {
            parts += try cluster.services { address in
                switch address {
                case .success(let url): clusterURL.set(url)
                case .failure(let error): fail(error, program: "control-plane")
                }
            }
        } else {
            clusterURL.set("")
        }

        try await ClawGroup.install(in: api)
        let caches = SharedCaches(api, time: time)
        let storage = try await PlatformStorage(
            settings.database.map { .database($0) } ?? .directory(settings.dataDirectory), program: "control-plane",
            logger: logger)
        let network = CurlTransport(.init(connectTimeout: settings.configuration.gateway.connectTimeout))
        let live = LiveConfiguration(settings.configuration.platform)
        let gateway = try await gateway(caches, api, storage.store, network, live)
        let controlPlane = Latch<ControlPlane>()
        parts.append(Part { try await caches.run() })
        parts += storage.services

        if let gateway {
            parts += gateway.services
            let server = HTTPServer(listen: settings.gatewayListen, execution: .connection, logger: logger)
            parts.append(server.service(gateway.handler, onBound: { gatewayURL.set("http://\($0)") }))
        } else {
            gatewayURL.set("http://\(settings.gatewayListen)")
        }
        if let cluster, !settings.without.contains("node") {
            parts.append(cluster.node(rootDirectory: directory.path))
        }
        let runsOrchestrator = !settings.without.contains("orchestrator")
        let election =
            try await runsOrchestrator ? settings.election?.election(in: api, time: time, logger: logger) : nil
        if runsOrchestrator {
            let orchestrator = Orchestrator(
                caches: caches, election: election, network: network, routing: settings.configuration.platform.routing,
                isReady: { isPublished.load(ordering: .acquiring) }, logger: logger)
            parts.append(Part { try await orchestrator.run() })
        }
        let controlPlaneHandler = ClosureHandler { request in
            guard let made = try? await controlPlane.wait() else { return Response(status: .serviceUnavailable) }
            return await made.handler.respond(to: request)
        }
        let capacityDoor = Latch<CapacityDoor?>()
        if let listen = settings.capacityListen {
            parts.append(try await self.capacityDoor(listen, api, controlPlaneHandler, bound: capacityDoor))
        } else {
            capacityDoor.set(nil)
        }
        // The control plane shows its own address, so it is made once its port is known; requests wait for it.
        parts.append(
            Part { [self] in
                let made = try await self.controlPlane(
                    caches, api, storage, network, live, election, url: try await controlPlaneURL.wait(),
                    capacityDoor: try await capacityDoor.wait())
                controlPlane.set(made)
                try await made.run()
            })
        // Archives of volumes are the largest bodies; whatever else is read as a whole has a limit of its own.
        let server = HTTPServer(listen: settings.listen, limits: .init(bodyBytes: 1 << 30), logger: logger)
        parts.append(server.service(controlPlaneHandler, onBound: { controlPlaneURL.set("http://\($0)") }))

        let isAsked = Latch<Bool>()
        if cluster != nil || settings.admission != nil {
            parts.append(
                try admission(
                    caches, api, storage.store, settings.admission, listening: controlPlaneURL, asked: isAsked))
        }
        // Whom the embedded cluster was to ask when it ran last is gone.
        if cluster == nil { isAsked.set(true) }
        let declared = settings.configuration.gateway.models.map(\.name)
        let models: @Sendable () -> [String] = { gateway?.models.names ?? declared }
        let (readyFile, hasGateway, runsOwnCluster) = (settings.readyFile, gateway != nil, cluster != nil)
        let (publicURL, domain) = (
            settings.configuration.platform.server.publicURL, settings.configuration.platform.server.domain
        )
        let kubeconfig = settings.kubeconfig ?? cluster?.kubeconfig
        parts.append(
            Part {
                let listening = try await controlPlaneURL.wait()
                var context = RuntimeContext(
                    templates: live.templates, models: models(), gatewayURL: try await gatewayURL.wait(),
                    publicURL: publicURL ?? listening, domain: domain, accessURL: listening)
                let server = self.settings.configuration.platform.server
                (context.cluster, context.region) = (server.cluster, server.region)
                context.contentImage = server.contentImage ?? (runsOwnCluster ? "clawkit.dev/contents" : nil)
                context.driver = server.driver
                let kubernetes = try await clusterURL.wait()
                _ = try await controlPlane.wait()
                try await caches.cache(Project.self).waitUntilSynced()
                try await caches.cache(Member.self).waitUntilSynced()
                try await caches.cache(Runtime.self).waitUntilSynced()
                try await caches.cache(Route.self).waitUntilSynced()
                _ = try await isAsked.wait()
                try await PlatformSettings.publish(context, in: api)
                isPublished.store(true, ordering: .releasing)
                var announcement = Announcement()
                announcement.kubernetes = kubernetes.isEmpty ? nil : kubernetes
                announcement.kubeconfig = kubeconfig
                announcement.controlPlane = listening
                announcement.gateway = hasGateway ? context.gatewayURL : nil
                try announcement.make(readyFile: readyFile)
                // Runtimes and orchestrators learn of other templates and models as they change.
                for await _ in live.changes {
                    (context.templates, context.models) = (live.templates, models())
                    try await publish(context, in: api)
                }
            })
        let running = parts
        try await runUntilSignal(running, logger: logger, emergency: { cluster?.endProcessesNow() })
        await network.shutdown()
        try storage.close()
        try cluster?.close()
    }

    /// Until it is written: who is asked in vain is asked again.
    private func publish(_ context: RuntimeContext, in api: KubernetesClient) async throws {
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(30))
        for failures in 1... {
            do {
                try await PlatformSettings.publish(context, in: api)
                return
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                settings.logger.warning("the platform's settings could not be written", metadata: ["error": "\(error)"])
                try await time.sleep(for: backoff.delay(afterFailures: failures))
            }
        }
    }

    private func clusterSettings() throws -> ServedCluster.Settings {
        var cluster = ServedCluster.Settings(
            listen: settings.clusterListen, directory: directory, keys: try ClawDirectory(settings.dataDirectory),
            logger: settings.logger)
        cluster.dataDirectory = "\(settings.dataDirectory)/cluster"
        cluster.isInsecure = settings.isInsecure
        return cluster
    }

    private func remoteAPI() throws -> KubernetesClient {
        try KubernetesClient.connect(kubeconfig: settings.kubeconfig ?? "")
    }

    private func sealing() async throws -> SealingKey? {
        guard let file = settings.storeKeyFile else { return nil }
        return try SealingKey(try await FileSecrets().secret(.file(file)))
    }

    private func controlPlane(
        _ caches: SharedCaches, _ api: KubernetesClient, _ storage: PlatformStorage, _ network: CurlTransport,
        _ live: LiveConfiguration, _ election: LeaderElection?, url: String, capacityDoor: CapacityDoor?
    ) async throws -> ControlPlane {
        let store = storage.store
        if let token = try await ControlPlane.bootstrapAdministrator(in: store, time: time) {
            try directory.write(token.reveal(), to: "admin-token")
        } else if storage.isAlone, directory.read("admin-token") == nil {
            // Whoever may write here is the administrator, and has lost the token.
            let token = try await ControlPlane.renewAdministratorToken(in: store, time: time)
            try directory.write(token.reveal(), to: "admin-token")
        }
        let keyring = try await SessionKeyring.open(
            in: store, sealing: try await sealing(),
            sessionsLasting: .seconds(3600 * settings.configuration.platform.server.sessionHours),
            time: time)
        let secrets = CompositeSecrets([EnvironmentSecrets(), FileSecrets(), ClusterSecrets(api)])
        var providers: [OpenIDProvider] = []
        for provider in settings.configuration.platform.server.providers {
            providers.append(try await provider.provider(secrets: secrets))
        }
        var operations = OperationEngine.Options()
        operations.isAlone = storage.isAlone
        var configuration = ControlPlane.Configuration(
            publicURL: settings.configuration.platform.server.publicURL ?? url, domain: settings.configuration.platform.server.domain,
            sessionHours: settings.configuration.platform.server.sessionHours,
            proxyKey: try await PlatformSettings.proxyKey(in: api), templates: { live.templates.map(\.name) })
        configuration.capacityDoor = capacityDoor
        if let election { configuration.leadership = { election.status } }
        return ControlPlane(
            api: api, caches: caches, store: store, signer: SessionSigner(keyring), configuration: configuration,
            runtimeTransport: network, signInWith: providers, operations: operations, time: time, logger: settings.logger)
    }
}

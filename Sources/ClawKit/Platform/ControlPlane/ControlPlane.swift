public import ClawBase
public import ClawControl
import ClawDocuments
public import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
public import Logging

/// The control plane: the HTTP API for tenants, projects, users and runtimes, the access check, and the proxy that
/// takes people to their runtimes.
///
///     let controlPlane = ControlPlane(
///         api: client, caches: caches, store: store, signer: signer,
///         configuration: .init(publicURL: "http://127.0.0.1:8080"), runtimeTransport: curl)
///     group.addTask { try await caches.run() }             // the caller's, shared with other controllers
///     group.addTask { try await controlPlane.run() }       // follows operations, until cancelled
///     group.addTask { try await server.run(controlPlane.handler) }
///
/// It writes wishes into the cluster (`Runtime`, `Project`, `Tenant` objects) and waits for their controllers; it
/// runs none of them itself, so an orchestrator in this process or another must.
public final class ControlPlane: Sendable {
    /// All routes, and the runtimes' own hosts where a domain is configured.
    public let handler: any Handler

    /// Carries out what people ask for; programs that embed a control plane may add plans of their own.
    public let operations: OperationEngine

    private let caches: SharedCaches
    private let keyring: SessionKeyring
    private let quotas: QuotaKeeper
    private let budgets: BudgetKeeper
    private let reaper: TenantReaper
    private let meter: ResourceMeter
    private let passages: OpenPassages
    private let use: RuntimeUse
    private let logger: Logger

    /// - Parameters:
    ///   - caches: run by the caller.
    ///   - signer: signs session cookies; all control planes of a platform share its keys
    ///     (``SessionKeyring/open(in:sealing:sessionsLasting:time:)``).
    ///   - runtimeTransport: reaches pods by absolute `http://host:port` URLs, and sign-in providers by theirs.
    ///   - providers: with which people may sign in, besides passwords and tokens.
    ///   - options: who carries out operations, and whether others do on the same store.
    public init(
        api: any KubernetesAPI, caches: SharedCaches, store: any PlatformStore, signer: SessionSigner,
        configuration: Configuration, runtimeTransport: any Transport, signInWith providers: [OpenIDProvider] = [],
        operations options: OperationEngine.Options = OperationEngine.Options(), time: any TimeSource = SystemTime(),
        logger: Logger = Logger(label: "clawkit.control-plane")
    ) {
        (self.caches, keyring, self.logger) = (caches, signer.keyring, logger)
        quotas = QuotaKeeper(store, caches, time, logger)
        budgets = BudgetKeeper(store, caches, logger)
        meter = ResourceMeter(store, caches, price: configuration.price, time, logger)
        let publicURL = configuration.publicURL
        operations = OperationEngine(store, options: options, time: time, logger: logger)
        let runtimes = RuntimeOperations(operations, api: api, caches: caches) {
            $0.representation(publicURL: publicURL)
        }
        let tenants = TenantOperations(operations, api: api, time: time)
        reaper = TenantReaper(tenants, caches, time, logger)
        let services = PlatformServices(
            api: api, caches: caches, store: store, configuration: configuration, signer: signer,
            authenticator: StoreAuthenticator(store: store, signer: signer, time: time).recognising(
                ServiceIdentities(api: api, time: time)),
            throttle: LoginThrottle(time: time), passwordThrottle: PasswordThrottle(store, time: time),
            peers: LoginThrottle(time: time, free: 30),
            hasher: PasswordHasher(cost: configuration.passwordCost),
            providers: Dictionary(
                providers.map { ($0.name.description, OpenIDConnection($0, transport: runtimeTransport, time: time)) }
            ) { first, _ in first },
            operations: operations, runtimes: runtimes, tenants: tenants,
            metrics: ControlPlaneMetrics(), time: time,
            log: logger)
        let served = ControlPlaneHandler(services, runtimeTransport)
        (passages, use) = (served.passages, served.use)
        handler = RequestID(AccessLog(served, log: logger, time: time))
        // Asked for now, so that they are complete soon after the caches run.
        _ = caches.cache(Pod.self)
        _ = caches.cache(Project.self)
        _ = caches.cache(Member.self)
        _ = caches.cache(Tenant.self)
    }

    /// Carries out operations until cancelled; begins with those an earlier process left unfinished.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [operations] in
                try await operations.run()
                return true
            }
            group.addTask { [keyring, logger] in
                try await keyring.run(logger)
                return false
            }
            group.addTask { [quotas] in
                try await quotas.run()
                return false
            }
            group.addTask { [budgets] in
                try await budgets.run()
                return false
            }
            group.addTask { [reaper] in
                try await reaper.run()
                return false
            }
            group.addTask { [meter, caches] in
                try await meter.run(caches)
                return false
            }
            group.addTask { [passages] in
                try await passages.run()
                return false
            }
            group.addTask { [use] in
                try await use.run()
                return false
            }
            // Keys that are nobody else's need nobody to follow them.
            while let isOver = try await group.next() { if isOver { break } }
            group.cancelAll()
        }
    }
}

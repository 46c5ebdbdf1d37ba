public import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// The controllers of the platform: projects become namespaces, runtimes become running programs, routes become addresses.
///
/// Needs nothing but a Kubernetes API; what the control plane has to say (addresses, models, templates) it reads
/// from ``PlatformSettings``. Of several on one cluster only the one that leads works, where they are given an election:
///
///     let election = try await Orchestrator.election(of: client, logger: logger)
///     try await Orchestrator(caches: caches, election: election, logger: logger).run()
public struct Orchestrator: Sendable {
    /// The name of the Lease of those who want to work on one cluster, in ``PlatformSettings/namespace``.
    public static let lease = "clawkit-orchestrator"

    private let caches: SharedCaches
    private let election: LeaderElection?
    private let logger: Logger
    private let adjust: (@Sendable (RuntimeContext) -> RuntimeContext)?
    private let isReady: @Sendable () -> Bool
    private let routing: RoutingSettings
    private let vault: VaultValues?
    private let network: (any Transport)?
    private let fence: @Sendable (any Transport) -> any Transport
    private let time: any TimeSource

    /// - Parameters:
    ///   - election: who of several works. The others keep their caches and wait; whatever is written, and whatever is
    ///     asked of others than the API server, is refused where leadership is not certain. nil: this is the only one.
    ///   - network: reaches pods, to ask programs whether they are idle (``AgentActivity``), and servers of secrets
    ///     (``SecretStore``), by absolute URLs; nil: neither is asked.
    ///   - routing: which proxy stands in front of the platform.
    ///   - adjust: changes the published settings, where this process knows better.
    ///   - isReady: while false, runtimes are left alone (the settings are about to be published anew).
    public init(
        caches: SharedCaches, election: LeaderElection? = nil, network: (any Transport)? = nil,
        routing: RoutingSettings = RoutingSettings(),
        adjusting adjust: (@Sendable (RuntimeContext) -> RuntimeContext)? = nil,
        isReady: @escaping @Sendable () -> Bool = { true }, time: any TimeSource = SystemTime(),
        logger: Logger
    ) {
        (self.time, self.network, self.election) = (time, network, election)
        self.routing = routing
        let caches = election.map { caches.writing(with: $0.fenced(caches.api)) } ?? caches
        let fence: @Sendable (any Transport) -> any Transport = { way in election.map { $0.fenced(way) } ?? way }
        self.fence = fence
        vault = network.map { network in
            let stores = caches.cache(SecretStore.self)
            return VaultValues(
                caches.api, VaultNetwork(network, fence: fence), stores: { stores.get($0) }, time: time)
        }
        (self.caches, self.adjust, self.isReady, self.logger) = (caches, adjust, isReady, logger)
    }

    /// Who of several orchestrators works on a cluster: by a Lease in the platform's namespace, which is made where there
    /// is none.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` where the options cannot keep two apart; what the API throws.
    public static func election(
        named lease: String = Orchestrator.lease, in namespace: String = PlatformSettings.namespace,
        of api: some KubernetesAPI, time: some TimeSource = .system, options: ElectionOptions = ElectionOptions(),
        logger: Logger
    ) async throws -> LeaderElection {
        let election = try LeaderElection(
            lease: lease, in: namespace, api: api, time: time, options: options, logger: logger)
        if namespace == PlatformSettings.namespace { try await PlatformSettings.makeNamespace(in: api) }
        return election
    }

    /// Runs the controllers until cancelled, as long as this process leads. The caches are run by their owner.
    /// - Throws: what the controllers throw; ``KubernetesError`` where the Lease may not be read or written;
    ///   `CancellationError`.
    public func run() async throws {
        let work = work()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await work.follow()
                return false
            }
            group.addTask {
                if let election { try await election.run { _ in try await work.run() } } else { try await work.run() }
                return true
            }
            // The work ends where it is shut down gracefully, and what is followed once all is found.
            while let isOver = try await group.next() { if isOver { return } }
        }
    }

    /// What there is to do, made once: the controllers hear of all that happens also while another one leads.
    private func work() -> OrchestratorWork {
        let settings = caches.cache(ConfigMap.self)
        let (adjust, isReady) = (adjust, isReady)
        let sandboxes = ServedSandboxes(caches, logger: logger)
        let context: @Sendable () -> RuntimeContext? = {
            guard isReady() else { return nil }
            var context = settings.get(PlatformSettings.name, in: PlatformSettings.namespace)
                .flatMap(PlatformSettings.context)
            context?.unservedSandbox = sandboxes.unserved
            return context.map { adjust?($0) ?? $0 }
        }
        let warm = WarmPods(caches)
        let local = KubernetesRuntimeDriver(caches: caches, transport: network.map(fence), warm: warm)
        let driver = RemoteRuntimeDriver(
            SandboxRuntimeDriver(local, sandboxes), caches: caches, network: network, fence: fence)
        let values = vault.map { ValueSources(cluster: ClusterValues(caches.api), vault: $0) }
        let kind = RuntimeController(caches: caches, driver: driver, values: values, context: context, logger: logger)
        let pools = PoolController(
            caches: caches, warm: warm, sandboxes: sandboxes, settings: context, logger: logger
        ).controller()
        let runtimes = kind.controller()
        // New settings (another gateway address, another template) concern every runtime.
        let all = caches.cache(Runtime.self)
        runtimes.watches(ConfigMap.self) { map in
            guard map.name == PlatformSettings.name, map.namespace == PlatformSettings.namespace else { return [] }
            return all.all.map { ObjectKey($0) }
        }
        runtimes.watches(RemoteCapacity.self) { capacity in
            // Those on it, and those that may be waiting for it.
            all.all.filter { runtime in
                runtime.annotations[Runtime.capacityAnnotation] == capacity.name
                    || runtime.spec.placement != nil && runtime.status.phase != .ready
            }.map { ObjectKey($0) }
        }
        let capacities = CapacityController(caches: caches, logger: logger).controller()
        let projects = ProjectKind.controller(caches: caches, logger: logger)
        let environments = EnvironmentController(caches: caches).controller(logger: logger)
        let stores = SecretStoreController(caches: caches, vault: vault).controller(logger: logger)
        let policies = PolicyController(caches: caches).controller(logger: logger)
        let checkpoints = CheckpointController(
            caches: caches, driver: NodeCheckpointDriver(api: caches.api), context: context, logger: logger
        ).controller()
        let triggers = CheckpointTriggers(caches: caches, logger: logger).controller()
        let schedules = CheckpointScheduleController(caches: caches, logger: logger).controller()
        return OrchestratorWork(
            runtimes: runtimes, pools: pools,
            others: [capacities, projects, environments, stores, policies, checkpoints, schedules, triggers],
            routes: RouteWork(routing, caches: caches, time: time, logger: logger), kind: kind,
            sandboxes: sandboxes, waiting: driver.waiting, all: all, time: time)
    }
}

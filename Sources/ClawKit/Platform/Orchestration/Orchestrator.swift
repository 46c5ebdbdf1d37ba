public import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging
import Synchronization

/// The controllers of the platform: projects become namespaces, runtimes become running programs, routes become addresses.
///
/// Needs nothing but a Kubernetes API; what the control plane has to say (addresses, models, templates) it reads
/// from ``PlatformSettings``.
public struct Orchestrator: Sendable {
    private let caches: SharedCaches
    private let logger: Logger
    private let adjust: (@Sendable (RuntimeContext) -> RuntimeContext)?
    private let isReady: @Sendable () -> Bool
    private let routing: RoutingSettings
    private let values: (any ValueSource)?
    private let network: (any Transport)?
    private let time: any TimeSource

    /// - Parameters:
    ///   - network: reaches pods, to ask programs whether they are idle (``AgentActivity``), and servers of secrets
    ///     (``SecretStore``), by absolute URLs; nil: neither is asked.
    ///   - routing: which proxy stands in front of the platform.
    ///   - adjust: changes the published settings, where this process knows better.
    ///   - isReady: while false, runtimes are left alone (the settings are about to be published anew).
    public init(
        caches: SharedCaches, network: (any Transport)? = nil, routing: RoutingSettings = RoutingSettings(),
        adjusting adjust: (@Sendable (RuntimeContext) -> RuntimeContext)? = nil,
        isReady: @escaping @Sendable () -> Bool = { true }, time: any TimeSource = SystemTime(),
        logger: Logger
    ) {
        (self.time, self.network) = (time, network)
        self.routing = routing
        values = network.map { network in
            let stores = caches.cache(SecretStore.self)
            let vault = VaultValues(caches.api, transport: network, stores: { stores.get($0) }, time: time)
            return ValueSources(cluster: ClusterValues(caches.api), vault: vault)
        }
        (self.caches, self.adjust, self.isReady, self.logger) = (caches, adjust, isReady, logger)
    }

    /// Runs the controllers until cancelled. The caches are run by their owner.
    public func run() async throws {
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
        let local = KubernetesRuntimeDriver(caches: caches, transport: network, warm: warm)
        let driver = RemoteRuntimeDriver(SandboxRuntimeDriver(local, sandboxes), caches: caches, network: network)
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
        let policies = PolicyController(caches: caches).controller(logger: logger)
        let checkpoints = CheckpointController(
            caches: caches, driver: NodeCheckpointDriver(api: caches.api), context: context, logger: logger
        ).controller()
        let triggers = CheckpointTriggers(caches: caches, logger: logger).controller()
        let schedules = CheckpointScheduleController(caches: caches, logger: logger).controller()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                // A runtime that is a sandbox is not to be taken for one that does not run.
                try await sandboxes.look()
                try await runtimes.run()
            }
            group.addTask {
                try await sandboxes.follow(for: runtimes) { for runtime in all.all { runtimes.ask(for: ObjectKey(runtime)) } }
            }
            group.addTask { try await sandboxes.follow(pools: pools) }
            group.addTask { try await capacities.run() }
            group.addTask { try await driver.waiting.follow(for: runtimes, time: self.time) }
            group.addTask { try await pools.run() }
            group.addTask { try await kind.followSecrets(for: runtimes) }
            group.addTask { try await environments.run() }
            group.addTask { try await projects.run() }
            group.addTask { try await policies.run() }
            group.addTask { try await checkpoints.run() }
            group.addTask { try await schedules.run() }
            group.addTask { try await triggers.run() }
            group.addTask { try await self.routes() }
        }
    }

    private func routes() async throws {
        // In this process the gate asks nobody for a key.
        let key = routing.driver == .inProcess ? Secret("") : try await PlatformSettings.proxyKey(in: caches.api)
        if case .ingress = routing.driver { try await PlatformSettings.publishProxyHeaders(key, in: caches.api) }
        try await RouteKind.waitUntilServed(routing.driver, in: caches.api, time: time, logger: logger)
        let settings = caches.cache(ConfigMap.self)
        let controller = RouteKind.controller(
            routing, key: key, caches: caches,
            context: {
                settings.get(PlatformSettings.name, in: PlatformSettings.namespace).flatMap(PlatformSettings.context)
                    .map { RoutingContext($0) }
            }, logger: logger)
        try await controller.run()
    }
}

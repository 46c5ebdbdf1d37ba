public import ClawBase
public import ClawKubernetes
import ClawModels
public import Logging
public import ServiceLifecycle
import Synchronization

/// What a program with controllers consists of: caches, controllers, who leads, events, health; one thing to run.
///
///     let manager = ControllerManager(
///         client, election: try LeaderElection(lease: "sites", in: "ops", api: client), logger: logger)
///     manager.add(Controller(managing: SiteKind(), manager: "sites", caches: manager.caches, logger: logger))
///     try await ServiceGroup(services: [manager], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
///
/// The caches run from the beginning, so that a replica that waits to lead is warm: it begins with its first reconcile
/// when it leads. Only the leader's controllers run, and their writes are fenced. A graceful shutdown ends the reconciles
/// under way, gives the lease back, writes the last events, and ends the caches, in this order.
public final class ControllerManager: ServiceLifecycle.Service {
    public let caches: SharedCaches
    private let election: LeaderElection?
    private let sharding: Sharding?
    private let logger: Logger
    private struct State {
        var controllers: [Controller] = []
        var recorders: [EventRecorder] = []
        var isRunning = false
    }
    private let state = Mutex(State())

    /// - Parameters:
    ///   - election: nil: this is the only replica.
    ///   - sharding: shares the keys over all replicas instead of having one of them lead.
    ///   - memoryBudget: of the caches, see ``SharedCaches``.
    public init(
        _ api: some KubernetesAPI, election: LeaderElection? = nil, sharding: Sharding? = nil,
        time: some TimeSource = .system, memoryBudget: Int? = nil, logger: Logger
    ) {
        caches = SharedCaches(api, time: time, memoryBudget: memoryBudget, logger: logger)
        (self.election, self.sharding, self.logger) = (election, sharding, logger)
    }

    /// Adds controllers, before ``run()``; from then on they are counted (``ControllerMetrics``).
    public func add(_ controllers: Controller...) {
        for controller in controllers {
            controller.measure()
            if let sharding { controller.share(by: sharding) }
        }
        state.withLock { $0.controllers += controllers }
    }

    /// A recorder of events that runs as long as the manager.
    /// - Parameter controller: a qualified name: `example.dev/sites`.
    public func events(as controller: String) -> EventRecorder {
        let recorder = EventRecorder(
            caches.api, reportingController: controller, reportingInstance: election?.identity, time: caches.time,
            logger: logger)
        state.withLock { $0.recorders.append(recorder) }
        return recorder
    }

    /// Runs everything until cancelled or shut down gracefully.
    /// - Throws: what a watch cannot mend, what an election may not do, `CancellationError`.
    public func run() async throws {
        let (controllers, recorders) = state.withLock { state in
            state.isRunning = true
            return (state.controllers, state.recorders)
        }
        defer { state.withLock { $0.isRunning = false } }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.caches.run()
                return false
            }
            for recorder in recorders {
                group.addTask {
                    try await recorder.run()
                    return false
                }
            }
            if let sharding {
                group.addTask {
                    try await sharding.run { isKept in
                        for controller in controllers { await controller.drain(except: isKept) }
                    }
                    return false
                }
            }
            group.addTask {
                try await self.reconcile(controllers)
                return true
            }
            defer { group.cancelAll() }
            // What runs beside the controllers ends only by an error, or by its own graceful way.
            while let isOver = try await group.next() { if isOver { return } }
        }
    }

    private func reconcile(_ controllers: [Controller]) async throws {
        guard let election else { return try await run(controllers, with: caches.api) }
        try await election.run { leadership in
            try await self.run(controllers, with: leadership.fenced(self.caches.api))
        }
    }

    private func run(_ controllers: [Controller], with api: some KubernetesAPI) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for controller in controllers { group.addTask { try await controller.run(writingWith: api) } }
            // With a graceful shutdown each ends by itself; a failure ends all.
            do { try await group.waitForAll() } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    // MARK: access

    /// What this program may have to ask of the API server, from what it consists of: its caches, the kinds its
    /// controllers manage, the Lease, events. What a reconcile by hand writes is known only if the controller says so
    /// (``Controller/needs(_:)``). For ``OperatorManifests``.
    public var permissions: [Permission] {
        let (controllers, recorders) = state.withLock { ($0.controllers, $0.recorders) }
        var permissions = caches.permissions + controllers.flatMap { $0.sources.withLock { $0.permissions } }
        if let election { permissions += election.permissions }
        if let sharding { permissions += sharding.permissions }
        if !recorders.isEmpty { permissions.append(Permission(["create", "patch"], EventsEvent.type)) }
        return permissions.merged
    }

    // MARK: health

    /// Why the program should be restarted; empty: it is alive.
    public var illnesses: [String] {
        state.withLock { $0.controllers }.filter(\.isStuck).map {
            "controller \($0.name): too many reconciles do not end; start the program anew"
        }
    }

    /// Why the program cannot work yet; empty: it is ready. A replica that waits to lead is ready.
    public var obstacles: [String] {
        var obstacles = illnesses
        if !state.withLock({ $0.isRunning }) { obstacles.append("it does not run") }
        if !caches.areSynced { obstacles.append("the caches wait for their first lists") }
        return obstacles
    }
}

public import ClawBase
public import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// A whole cluster in virtual time: every task of it runs one after the other, chance comes from a seed, and hours pass
/// in milliseconds. The same seed gives the same run.
///
///     try await SimulatedCluster.run(seed: 7) { cluster in
///         try await cluster.client.apply(Manifest.load(text))
///         try await cluster.clock.advance(by: .hours(6))
///         let jobs = try await cluster.client.list(Job.self, in: "default")
///     }
///
/// What is under test gets its own way into the cluster by ``withSubject(_:_:_:)``, with faults where they are wanted.
///
/// Everything within `body` must wait for the cluster or its clock only: sockets, processes and the machine's own time
/// are invisible to it. So there is no data directory and no process node here.
public final class SimulatedCluster: Sendable {
    public struct Options: Sendable {
        /// Of the cluster itself: controllers, admission, authority. Its time and data directory are the simulation's.
        public var cluster = EmbeddedCluster.Options()
        /// The nodes that pretend to run pods; nil: none.
        public var nodes: SimulatedNodes.Configuration? = SimulatedNodes.Configuration()
        /// Between subjects and the cluster.
        public var faults = ClusterFaults.none
        /// How many steps of all tasks may follow each other without time going on: more are a loop that never waits. A
        /// rollout of a thousand pods takes a few hundred thousand.
        public var stepLimit = 20_000_000
        public var start = Timestamp(seconds: 1_767_225_600)

        public init() { cluster.logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() } }
    }

    /// Trusted, and without faults: the test's own view.
    public let client: KubernetesClient
    public let clock: SimulationClock
    public let history: ClusterHistory
    public let seed: UInt64
    /// The nodes that pretend to run pods; nil where there are none.
    public let nodes: SimulatedNodes?
    let embedded: EmbeddedCluster
    let faults: ClusterFaults

    private init(
        _ embedded: EmbeddedCluster, _ nodes: SimulatedNodes?, _ clock: SimulationClock, _ history: ClusterHistory,
        _ seed: UInt64, _ faults: ClusterFaults
    ) {
        (self.embedded, self.nodes, self.clock, self.history) = (embedded, nodes, clock, history)
        (self.seed, self.faults) = (seed, faults)
        client = KubernetesClient(embedded.transport, userAgent: "simulation")
    }

    /// Runs `body` with a cluster of its own; the cluster ends with it.
    /// - Throws: what `body` throws.
    public static func run<R: Sendable>(
        seed: UInt64 = 0, _ options: Options = Options(),
        _ body: @escaping @Sendable (SimulatedCluster) async throws -> R
    ) async throws -> R {
        guard options.cluster.dataDirectory == nil else {
            throw Finding(.badRequest, "A simulated cluster is kept in memory; leave out the data directory.", field: "dataDirectory")
        }
        let executor = SimulationExecutor(jobLimit: options.stepLimit)
        return try await Chance.withSeed(seed) {
            try await withTaskExecutorPreference(executor) {
                try await runTasks(seed, options, executor, body)
            }
        }
    }

    private static func runTasks<R: Sendable>(
        _ seed: UInt64, _ options: Options, _ executor: SimulationExecutor,
        _ body: @escaping @Sendable (SimulatedCluster) async throws -> R
    ) async throws -> R {
        let time = VirtualTime(startingAt: options.start)
        var settings = options.cluster
        settings.time = time
        let history = settings.history ?? ClusterHistory()
        settings.history = history
        let embedded = try await EmbeddedCluster(settings)
        let nodes = options.nodes.map { SimulatedNodes($0, api: embedded.client, time: time) }
        let cluster = SimulatedCluster(
            embedded, nodes, SimulationClock(time, executor), history, seed, options.faults)
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await embedded.run()
                return nil
            }
            if let nodes {
                group.addTask {
                    try await nodes.run()
                    return nil
                }
            }
            if let interval = options.faults.restartEvery {
                group.addTask {
                    while true {
                        try await time.sleep(for: interval * (0.5 + Chance.unit()))
                        cluster.restartServer()
                    }
                }
            }
            group.addTask { try await body(cluster) }
            defer { group.cancelAll() }
            while let outcome = try await group.next() { if let outcome { return outcome } }
            throw CancellationError()
        }
    }

    /// As if the API server had been started anew: watches end, and those from before now get 410.
    public func restartServer() {
        embedded.server.store.compactLog()
        embedded.server.store.interruptWatches()
    }
}

import ClawApps
import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import Logging
import Synchronization

/// A Rollout with an interface with an ingress, a secret and a scale: six children, and what follows from them.
func makeRollout(_ index: Int, in namespace: String) -> Rollout {
    var spec = Rollout.Spec(
        image: .init(registry: "docker.io", repository: "library/nginx", tag: "1.29"),
        scale: .init(min: 1, max: 3),
        resources: .init(
            requests: .init(cpu: "10m", memory: "16Mi"), limits: .init(cpu: "100m", memory: "64Mi")))
    spec.secrets = [.init("TOKEN", "secret-\(index)")]
    spec.env = [.init("INDEX", "\(index)")]
    spec.interfaces = [
        .init("http", port: 80, ingress: .init(ingressClass: "nginx", rules: [.init(host: "r\(index).example.dev")])),
    ]
    return Rollout(metadata: ObjectMeta(name: "r\(index)", namespace: namespace), spec: spec)
}

/// Every container uses just what its autoscaler wants.
private struct SteadyUsage: UsageSource {
    func usage(of pod: Pod) async throws -> PodUsage? {
        let used: [String: Quantity] = ["cpu": "8m", "memory": "12Mi"]
        let names = (pod.spec?.containers ?? []).map(\.name)
        // As long as the cluster itself measures.
        return PodUsage(
            containers: Dictionary(names.map { ($0, used) }) { first, _ in first }, window: .seconds(10))
    }
}

/// A cluster of simulated nodes, in real time, with the operator of Rollouts at work.
func withOperator(
    nodes: Int, history: ClusterHistory? = nil, _ body: @escaping @Sendable (EmbeddedCluster, SharedCaches, Controller) async throws -> Void
) async throws {
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    var options = EmbeddedCluster.Options()
    options.logger = logger
    options.metrics = SteadyUsage()
    options.history = history
    try await EmbeddedCluster.withCluster(options) { cluster in
        try await Rollout.install(in: cluster.client)
        // With its service accounts, without which no pod is admitted.
        let program = RolloutOperator(cluster.client, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SimulatedNodes(.init(count: nodes), api: cluster.client).run() }
            group.addTask { try await program.run() }
            try await body(cluster, program.caches, program.rollouts)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}

/// Creates Rollouts in a hundred namespaces, sixteen at a time, and waits until all are ready.
func createAndWait(_ count: Int, _ cluster: EmbeddedCluster, _ caches: SharedCaches) async throws {
    let ready = Mutex(Set<ObjectKey>())
    caches.cache(Rollout.self).onChange { change in
        guard let rollout = change.new, rollout.isReady else { return }
        _ = ready.withLock { $0.insert(ObjectKey(rollout)) }
    }
    let namespaces = min(100, count)
    for index in 0..<namespaces {
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "p\(index)")))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<16 {
            group.addTask {
                for index in stride(from: worker, to: count, by: 16) {
                    _ = try await cluster.client.create(makeRollout(index, in: "p\(index % namespaces)"))
                }
            }
        }
        try await group.waitForAll()
    }
    while ready.withLock({ $0.count }) < count { try await Task.sleep(for: .milliseconds(5)) }
}

extension Rollout {
    fileprivate var isReady: Bool { status.conditions.contains { $0.type == "Ready" && $0.status == "True" } }
}

import ClawApps
import ClawBase
import ClawCluster
import ClawKubernetes
import Logging

/// A cluster in virtual time with nodes, the project `p1`, and the operator at work.
struct OperatedCluster: Sendable {
    let cluster: SimulatedCluster
    let rollouts: Controller
    var client: KubernetesClient { cluster.client }
    var clock: SimulationClock { cluster.clock }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// - Parameter behavior: of the pods; those of the image `broken` never start.
    static func run(
        registry: (@Sendable (any TimeSource) -> RegistryClient)? = nil,
        _ body: @escaping @Sendable (OperatedCluster) async throws -> Void
    ) async throws {
        try await SimulatedCluster.run(options()) { cluster in
            try await prepare(cluster)
            let program = RolloutOperator(
                cluster.client, registry: registry?(cluster.clock), time: cluster.clock, logger: logger)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await program.run()
                    return false
                }
                group.addTask {
                    try await cluster.clock.settle()
                    try await body(OperatedCluster(cluster: cluster, rollouts: program.rollouts))
                    return true
                }
                defer { group.cancelAll() }
                while let isDone = try await group.next() { if isDone { return } }
            }
        }
    }

    static func options() -> SimulatedCluster.Options {
        var options = SimulatedCluster.Options()
        options.nodes = SimulatedNodes.Configuration(count: 2) { pod in
            let isBroken = pod.spec?.containers.contains { $0.image?.contains("broken") ?? false } ?? false
            return PodBehavior(imagePull: .seconds(2), failsToPull: isBroken)
        }
        return options
    }

    static func prepare(_ cluster: SimulatedCluster) async throws {
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "p1")))
        for name in ["fast", "standard"] {
            _ = try await cluster.client.create(
                StorageClass(
                    metadata: ObjectMeta(
                        name: name,
                        annotations: name == "standard" ? ["storageclass.kubernetes.io/is-default-class": "true"] : [:]),
                    provisioner: "simulated.example", allowVolumeExpansion: true))
        }
    }

    /// Creates it without what the server sets.
    @discardableResult
    func create(_ rollout: Rollout) async throws -> Rollout {
        var sent = rollout
        (sent.metadata.uid, sent.metadata.generation) = (nil, nil)
        return try await client.create(sent)
    }

    func get(_ name: String = "web") async throws -> Rollout { try await client.get(Rollout.self, name, in: "p1") }

    func edit(_ name: String = "web", _ change: @escaping @Sendable (inout Rollout) -> Void) async throws {
        _ = try await client.edit(Rollout.self, name, in: "p1") { change(&$0) }
    }

    func annotate(_ name: String = "web", _ annotation: String, _ value: String?) async throws {
        _ = try await client.mergePatch(
            Rollout.self, name, in: "p1",
            ["metadata": ["annotations": [annotation: value.map(JSON.string) ?? .null]]])
    }

    /// Waits until a condition has a status and reason, `Ready=True Serving`.
    func until(
        _ type: RolloutCondition, _ wanted: String, of name: String = "web", within limit: Duration = .minutes(30)
    ) async throws -> Bool {
        try await clock.advance(atMost: limit) {
            guard let rollout = try await client.find(Rollout.self, name, in: "p1") else { return false }
            let condition = rollout.status.condition(type)
            return rollout.status.observedGeneration == rollout.generation
                && condition.map { "\($0.status) \($0.reason)" } == wanted
        }
    }

    func image(_ name: String = "web") async throws -> String? {
        try await client.find(Deployment.self, name, in: "p1")?.spec?.template.spec?.containers.first?.image
    }

    /// The writes of anybody to these resources since then.
    func writes(since start: Int, of resources: String...) -> [String] {
        cluster.history.requests(from: start).filter { $0.isWrite && resources.contains($0.resource) }.map(
            \.description)
    }
}

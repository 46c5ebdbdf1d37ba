import ClawBase
import ClawCluster
import ClawKubernetes
import Logging

/// Runs `body` against an embedded cluster of its own, controllers running.
func withCluster<R: Sendable>(
    dataDirectory: String? = nil, time: any TimeSource = SystemTime(),
    controllers: Set<EmbeddedCluster.ControllerKind> = EmbeddedCluster.ControllerKind.all,
    change: (inout EmbeddedCluster.Options) -> Void = { _ in },
    _ body: @escaping @Sendable (EmbeddedCluster) async throws -> R
) async throws -> R {
    var options = EmbeddedCluster.Options()
    options.dataDirectory = dataDirectory
    options.durability = .none
    (options.time, options.controllers) = (time, controllers)
    change(&options)
    options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try await EmbeddedCluster.withCluster(options, body)
}

/// The same with simulated nodes, that many and with that behaviour.
func withSimulatedNodes(
    _ configuration: SimulatedNodes.Configuration, history: ClusterHistory? = nil,
    _ body: @escaping @Sendable (KubernetesClient) async throws -> Void
) async throws {
    try await withCluster(change: { $0.history = history }) { cluster in
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await SimulatedNodes(configuration, api: cluster.client).run()
                return false
            }
            group.addTask {
                try await body(cluster.client)
                return true
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next() { if isDone { return } }
        }
    }
}

extension KubernetesAPI {
    /// Watches an object until it is as wanted.
    /// - Throws: ``Finding`` with `E_DEADLINE` when that takes longer than a minute.
    @discardableResult
    func waitFor<R: Resource>(
        _ type: R.Type, _ name: String, in namespace: String? = nil, _ isWanted: @escaping @Sendable (R) -> Bool
    ) async throws -> R {
        try await VirtualClock.pass { try await find(type, name, in: namespace).map(isWanted) ?? false }
        return try await SystemTime().withDeadline(.seconds(300), "\(R.type.kind) \(name)") {
            let selection = Selection(fieldSelector: "metadata.name=\(name)")
            for try await event in self.watch(type, in: namespace, matching: selection) {
                switch event {
                case .snapshot(let objects): if let object = objects.first(where: isWanted) { return object }
                case .applied(let object): if isWanted(object) { return object }
                case .deleted: break
                }
            }
            throw CancellationError()
        }
    }

    /// Waits until an object is gone.
    func waitUntilGone<R: Resource>(_ type: R.Type, _ name: String, in namespace: String? = nil) async throws {
        try await VirtualClock.pass { try await find(type, name, in: namespace) == nil }
        try await SystemTime().withDeadline(.seconds(300), "the end of \(R.type.kind) \(name)") {
            let selection = Selection(fieldSelector: "metadata.name=\(name)")
            for try await event in self.watch(type, in: namespace, matching: selection) {
                switch event {
                case .snapshot(let objects): if objects.isEmpty { return }
                case .applied: break
                case .deleted: return
                }
            }
        }
    }
}

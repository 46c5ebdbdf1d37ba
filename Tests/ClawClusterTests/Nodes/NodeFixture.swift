import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Logging
import Testing

/// A cluster with a process node on a directory of its own.
struct NodeFixture: Sendable {
    let cluster: EmbeddedCluster
    let node: ProcessNode
    let root: String
    var api: KubernetesClient { cluster.client }

    /// Runs `body` with cluster and node running; afterwards the node drains, and the directory goes.
    static func run(_ body: @escaping @Sendable (NodeFixture) async throws -> Void) async throws {
        let root = temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await withCluster { cluster in
            try await withNode(cluster, root) { node in
                try await cluster.client.waitFor(Node.self, "local") { $0.isReadyNode }
                try await body(NodeFixture(cluster: cluster, node: node, root: root))
            }
        }
    }

    static func temporaryDirectory() -> String {
        NSTemporaryDirectory() + "clawkit-node-\(UUID().uuidString.prefix(8))"
    }

    /// Quick restarts, so that tests of the back-off need no patience.
    static func configuration(_ root: String) -> ProcessNodeConfiguration {
        var configuration = ProcessNodeConfiguration(name: "local", rootDirectory: root)
        configuration.restartBackoff = RestartBackoff(initial: .milliseconds(50), longest: .milliseconds(200))
        configuration.longestDrain = .seconds(3)
        return configuration
    }

    static func withNode<R: Sendable>(
        _ cluster: EmbeddedCluster, _ root: String, _ body: @escaping @Sendable (ProcessNode) async throws -> R
    ) async throws -> R {
        let node = ProcessNode(
            configuration: configuration(root), api: cluster.client,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        cluster.connect(node: "local", node)
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await node.run()
                return nil
            }
            group.addTask {
                defer { node.drain() }
                return try await body(node)
            }
            var result: R?
            while let outcome = try await group.next() { result = outcome ?? result }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    // MARK: pods

    /// `/bin/sh -c SCRIPT` on the node.
    static func shell(
        _ script: String, name: String = "main", env: [EnvVar] = [], mounts: [VolumeMount] = []
    ) -> Container {
        Container(name: name, image: "none", command: ["/bin/sh", "-c", script], env: env, volumeMounts: mounts)
    }

    @discardableResult
    func start(
        _ name: String, _ containers: [Container], restartPolicy: String = "Always", volumes: [Volume] = [],
        grace: Int = 2, change: (inout Pod) -> Void = { _ in }
    ) async throws -> Pod {
        var pod = Pod(
            metadata: ObjectMeta(name: name, namespace: "default", labels: ["app": name]),
            spec: PodSpec(
                containers: containers, nodeName: "local", restartPolicy: restartPolicy,
                terminationGracePeriodSeconds: grace, volumes: volumes))
        change(&pod)
        return try await api.create(pod)
    }

    @discardableResult
    func waitFor(_ pod: String, _ isWanted: @escaping @Sendable (Pod) -> Bool) async throws -> Pod {
        try await api.waitFor(Pod.self, pod, in: "default", isWanted)
    }

    func log(_ pod: String, _ query: QueryParameters = [:]) async throws -> String {
        let request = APIRequest(.get, "/api/v1/namespaces/default/pods/\(pod)/log", query: query)
        return String(decoding: try await api.stream(for: request).collect(limit: 64 << 20), as: UTF8.self)
    }

    /// What a container's log says once it is as wanted.
    func waitForLog(_ pod: String, container: String? = nil, _ isWanted: @escaping @Sendable (String) -> Bool)
        async throws
        -> String
    {
        var query: QueryParameters = ["follow": "true"]
        if let container { query["container"] = container }
        try await waitFor(pod) { pod in
            pod.main.map { $0.state?.waiting == nil || $0.lastState?.terminated != nil } ?? false
        }
        let request = APIRequest(.get, "/api/v1/namespaces/default/pods/\(pod)/log", query: query)
        return try await SystemTime().withDeadline(.seconds(60), "the log of \(pod)") {
            var text = ""
            for try await chunk in try await api.stream(for: request) {
                text += String(decoding: chunk, as: UTF8.self)
                if isWanted(text) { return text }
            }
            Issue.record("the log ended as \(text)")
            return text
        }
    }

    static func isAlive(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }

    /// Looks again and again until something that nobody announces is so.
    static func eventually(_ what: String, _ isSo: @escaping @Sendable () -> Bool) async throws {
        try await SystemTime().withDeadline(.seconds(60), what) {
            while !isSo() { try await SystemTime().sleep(for: .milliseconds(5)) }
        }
    }
}

extension Node {
    var isReadyNode: Bool { status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false }
}

extension Pod {
    var isReadyPod: Bool { status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false }
    var main: ContainerStatus? { status?.containerStatuses.first }
    var pid: Int32? {
        guard let id = main?.containerID, id.hasPrefix("process://") else { return nil }
        return Int32(id.dropFirst("process://".count).prefix { $0 != "-" })
    }
}

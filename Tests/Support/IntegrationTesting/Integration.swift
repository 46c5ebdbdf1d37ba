import ClawBase
package import ClawKubernetes
package import ClawModels
import Foundation

/// A client over the network, and a namespace that is gone after the test.
package struct Integration: Sendable {
    package let target: IntegrationTarget
    /// May reach everything.
    package let cluster: KubernetesClient
    package let namespace: String
    /// Of the namespace. Controllers that are given this one see nothing of the rest of the cluster.
    package var client: ModifiedAPI { cluster.namespaced(namespace) }

    /// - Parameter nodes: of the embedded cluster; another one has those that it has.
    package static func run(
        _ target: IntegrationTarget, nodes: LoopbackCluster.Nodes = .none,
        _ body: @escaping @Sendable (Integration) async throws -> Void
    ) async throws {
        switch target {
        case .kubeconfig(let path):
            try await inNamespace(target, try ClusterAccess.load(explicit: path), body)
        case .embedded:
            try await LoopbackCluster.run(nodes: nodes) { path in
                try await inNamespace(target, try ClusterAccess.load(explicit: path, environment: [:]), body)
            }
        }
    }

    private static func inNamespace(
        _ target: IntegrationTarget, _ access: ClusterAccess, _ body: (Integration) async throws -> Void
    ) async throws {
        try await withKubernetesClient(access) { cluster in
            var wanted = Namespace(metadata: ObjectMeta())
            wanted.metadata.generateName = "clawkit-test-"
            let namespace = try await cluster.create(wanted).name
            do {
                try await body(Integration(target: target, cluster: cluster, namespace: namespace))
            } catch {
                try await cluster.deleteIfPresent(Namespace.self, namespace)
                throw error
            }
            try await cluster.deleteIfPresent(Namespace.self, namespace)
        }
    }

    /// Runs `body` while the cluster serves a kind. A definition that was there is used and left as it is; one that was
    /// not goes again, after the namespace's objects of the kind.
    package func withDefinition(
        _ definition: CustomResourceDefinition, install: @Sendable (KubernetesClient) async throws -> Void,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        let name = definition.name
        guard try await cluster.find(CustomResourceDefinition.self, name) == nil else { return try await body() }
        try await install(cluster)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        try await cluster.deleteIfPresent(CustomResourceDefinition.self, name)
        // Its objects go first; whoever asks for it meanwhile would find it, and could make none.
        try await eventually("the definition's end") {
            try await cluster.find(CustomResourceDefinition.self, name) == nil
        }
        try outcome.get()
    }

    /// Whether pods come up: whether a node is ready.
    package var runsPods: Bool {
        get async throws {
            try await cluster.list(Node.self).items.contains { node in
                node.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false
            }
        }
    }

    /// A namespace gets its account a moment after it is made, and takes no pods before. Where the cluster has no such
    /// controller, nothing is lost but time.
    package func waitForAccount() async {
        guard !target.isEmbedded else { return }
        _ = try? await client.wait(for: ServiceAccount.self, "default", until: .exists, deadline: .seconds(5))
    }

    /// Asks again until something holds, with pauses that grow.
    /// - Throws: ``Finding`` with `E_DEADLINE` where it does not within `limit`; what `isSo` throws.
    package func eventually(
        _ what: String, within limit: Duration = .seconds(60), _ isSo: () async throws -> Bool
    ) async throws {
        let time = SystemTime()
        let end = time.now + limit
        var pause = Duration.milliseconds(10)
        while try await !isSo() {
            guard time.now < end else { throw Finding(.deadline, "\(what) did not come within \(limit).") }
            try await time.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(250))
        }
    }

    // MARK: objects

    package func map(
        _ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]
    ) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: name, namespace: namespace, labels: labels), data: data)
    }

    /// One that no node takes.
    package func pod(_ name: String) -> Pod {
        Pod(
            metadata: ObjectMeta(name: name, namespace: namespace),
            spec: PodSpec(
                containers: [Container(name: "main", image: "registry.k8s.io/pause:3.10")],
                nodeSelector: ["clawkit.dev/nowhere": "true"]))
    }

    /// One that makes no pods.
    package func deployment(_ name: String) -> Deployment {
        Deployment(
            metadata: ObjectMeta(name: name, namespace: namespace),
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: ["app": name]),
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: ["app": name]),
                    spec: PodSpec(containers: [Container(name: "main", image: "registry.k8s.io/pause:3.10")])),
                paused: true, replicas: 0))
    }
}

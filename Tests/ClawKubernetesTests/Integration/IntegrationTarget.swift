import ClawBase
import ClawCluster
import ClawHTTPServer
import ClawKubernetes
import ClawModels
import Foundation
import Logging
import Testing

/// A cluster that the integration suite runs against: always the embedded one over a TLS socket; and the one that
/// `CLAWKIT_TEST_KUBECONFIG` names, where it is set.
enum IntegrationTarget: Sendable, CustomTestStringConvertible {
    case embedded
    case kubeconfig(String)

    static let variable = "CLAWKIT_TEST_KUBECONFIG"
    static let external = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    static let all: [IntegrationTarget] = [.embedded] + (external.map { [.kubeconfig($0)] } ?? [])

    var testDescription: String {
        switch self {
        case .embedded: "the embedded cluster"
        case .kubeconfig: "the cluster of \(Self.variable)"
        }
    }

    var isEmbedded: Bool { if case .embedded = self { true } else { false } }
}

/// A client over the network, and a namespace that is gone after the test.
struct Integration: Sendable {
    let target: IntegrationTarget
    /// May reach everything.
    let cluster: KubernetesClient
    let namespace: String
    /// Of the namespace.
    var client: ModifiedAPI { cluster.namespaced(namespace) }

    static func run(
        _ target: IntegrationTarget, withNode: Bool = false,
        _ body: @escaping @Sendable (Integration) async throws -> Void
    ) async throws {
        switch target {
        case .kubeconfig(let path):
            try await inNamespace(target, try ClusterAccess.load(explicit: path), body)
        case .embedded:
            try await withServedCluster(withNode: withNode) { try await inNamespace(target, $0, body) }
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

    /// The embedded cluster as a kubeconfig reaches it: over TLS, with a token.
    private static func withServedCluster(
        withNode: Bool, _ body: @escaping @Sendable (ClusterAccess) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let root = NSTemporaryDirectory() + "clawkit-integration-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        var options = EmbeddedCluster.Options()
        options.durability = .none
        options.logger = logger
        let token = Secret("integration-\(UUID().uuidString)")
        options.administratorToken = token
        let cluster = try await EmbeddedCluster(options)
        let authority = try CertificateAuthority.create(commonName: "test", now: SystemTime().now)
        let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: SystemTime().now)
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            tls: TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await cluster.run() }
            group.addTask {
                try await server.withServer(cluster.handler) { address in
                    var access = ClusterAccess(server: "https://\(address)")
                    access.certificateAuthority = authority.certificatePEM
                    access.token = token
                    let path = "\(root)/kubeconfig"
                    try Kubeconfig.text(for: access, name: "test", user: "admin")
                        .write(toFile: path, atomically: true, encoding: .utf8)
                    let loaded = try ClusterAccess.load(explicit: path, environment: [:])
                    guard withNode else { return try await body(loaded) }
                    try await runNode(cluster, root, logger) { try await body(loaded) }
                }
            }
            // Whoever ends first: the test, or a controller with an error.
            try await group.next()
        }
        try cluster.close()
    }

    private static func runNode(
        _ cluster: EmbeddedCluster, _ root: String, _ logger: Logger,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let node = ProcessNode(
            configuration: ProcessNodeConfiguration(name: "local", rootDirectory: "\(root)/node"), api: cluster.client,
            logger: logger)
        cluster.connect(node: "local", node)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await node.run() }
            group.addTask {
                defer { node.drain() }
                try await body()
            }
            try await group.waitForAll()
        }
    }

    /// A namespace gets its account a moment after it is made, and takes no pods before. Where the cluster has no such
    /// controller, nothing is lost but time.
    func waitForAccount() async {
        guard !target.isEmbedded else { return }
        _ = try? await client.wait(for: ServiceAccount.self, "default", until: .exists, deadline: .seconds(5))
    }

    // MARK: objects

    func map(_ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: name, namespace: namespace, labels: labels), data: data)
    }

    /// One that no node takes.
    func pod(_ name: String) -> Pod {
        Pod(
            metadata: ObjectMeta(name: name, namespace: namespace),
            spec: PodSpec(
                containers: [Container(name: "main", image: "registry.k8s.io/pause:3.10")],
                nodeSelector: ["clawkit.dev/nowhere": "true"]))
    }

    /// One that makes no pods.
    func deployment(_ name: String) -> Deployment {
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

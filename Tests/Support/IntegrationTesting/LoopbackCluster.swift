package import ClawBase
import ClawCluster
import ClawHTTPServer
import ClawKubernetes
import Foundation
import Logging

/// The embedded cluster as a kubeconfig reaches it: over TLS on loopback, with a token.
package enum LoopbackCluster {
    /// What runs its pods.
    package enum Nodes: Sendable {
        case none
        /// One node, which runs them as processes.
        case process
        /// Two nodes, which pretend to.
        case simulated
    }

    /// - Parameters:
    ///   - observe: is told every request, before it is answered.
    ///   - body: gets the kubeconfig's path.
    package static func run(
        nodes: Nodes = .none, observe: @escaping @Sendable (Request) -> Void = { _ in },
        _ body: @escaping @Sendable (String) async throws -> Void
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
        let handler = ClosureHandler { [inner = cluster.handler] request in
            observe(request)
            return await inner.respond(to: request)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await cluster.run() }
            group.addTask {
                try await server.withServer(handler) { address in
                    var access = ClusterAccess(server: "https://\(address)")
                    access.certificateAuthority = authority.certificatePEM
                    access.token = token
                    let path = "\(root)/kubeconfig"
                    try Kubeconfig.text(for: access, name: "test", user: "admin")
                        .write(toFile: path, atomically: true, encoding: .utf8)
                    try await run(nodes, of: cluster, root, logger) { try await body(path) }
                }
            }
            // Whoever ends first: the test, or a controller with an error.
            try await group.next()
        }
        try cluster.close()
    }

    private static func run(
        _ nodes: Nodes, of cluster: EmbeddedCluster, _ root: String, _ logger: Logger,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        switch nodes {
        case .none: try await body()
        case .process:
            let node = ProcessNode(
                configuration: ProcessNodeConfiguration(name: "local", rootDirectory: "\(root)/node"),
                api: cluster.client, logger: logger)
            cluster.connect(node: "local", node)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await node.run() }
                group.addTask {
                    defer { node.drain() }
                    try await body()
                }
                try await group.waitForAll()
            }
        case .simulated:
            let simulated = SimulatedNodes(.init(count: 2), api: cluster.client, logger: logger)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await simulated.run()
                    return false
                }
                group.addTask {
                    try await body()
                    return true
                }
                defer { group.cancelAll() }
                while let isDone = try await group.next() { if isDone { return } }
            }
        }
    }
}

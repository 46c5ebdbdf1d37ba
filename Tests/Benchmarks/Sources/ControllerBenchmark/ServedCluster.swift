import ClawBase
import ClawCluster
import ClawHTTPServer
import ClawKubernetes
import Foundation
import HTTPTypes
import Logging
import Synchronization

/// What came over the socket.
final class RequestCount: Sendable {
    struct Numbers: Sendable {
        var all = 0
        var writes = 0
        var watches = 0

        static func - (a: Numbers, b: Numbers) -> Numbers {
            Numbers(all: a.all - b.all, writes: a.writes - b.writes, watches: a.watches - b.watches)
        }
    }

    private let numbers = Mutex(Numbers())
    var now: Numbers { numbers.withLock { $0 } }

    func note(_ request: Request) {
        numbers.withLock { numbers in
            numbers.all += 1
            if request.head.method != .get { numbers.writes += 1 }
            if request.head.path?.contains("watch=") ?? false { numbers.watches += 1 }
        }
    }
}

/// The embedded cluster with simulated nodes, over https on loopback as `claw cluster dev` serves it; `body` gets the
/// cluster, a kubeconfig and the number of requests.
func withServedCluster(
    nodes: Int, _ body: @escaping @Sendable (EmbeddedCluster, String, RequestCount) async throws -> Void
) async throws {
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    let folder = NSTemporaryDirectory() + "clawkit-benchmark-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = EmbeddedCluster.Options()
    options.logger = logger
    let token = Token.random(prefix: "bench")
    options.administratorToken = token
    let authority = try CertificateAuthority.create(commonName: "benchmark", now: SystemTime().now)
    let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: SystemTime().now)
    let count = RequestCount()
    try await EmbeddedCluster.withCluster(options) { cluster in
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            tls: TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM), logger: logger)
        let handler = ClosureHandler { [inner = cluster.handler] request in
            count.note(request)
            return await inner.respond(to: request)
        }
        try await server.withServer(handler) { address in
            var access = ClusterAccess(server: "https://\(address)")
            access.certificateAuthority = authority.certificatePEM
            access.token = token
            let path = "\(folder)/kubeconfig"
            try Kubeconfig.text(for: access, name: "benchmark", user: "admin")
                .write(toFile: path, atomically: true, encoding: .utf8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Pods that come up at once: what is measured is not the nodes.
                let simulated = SimulatedNodes.Configuration(count: nodes) { _ in
                    PodBehavior(imagePull: .zero, start: .zero)
                }
                group.addTask { try await SimulatedNodes(simulated, api: cluster.client).run() }
                try await body(cluster, path, count)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}

import ClawKit
import ExampleSupport
import Logging
import ServiceLifecycle
import Synchronization

/// The embedded cluster and its node, as parts of the platform.
final class EmbeddedPart: Sendable {
    private let settings: Platform.Settings
    private let directory: ClawDirectory
    private let cluster: EmbeddedCluster
    private let token: Secret<String>
    private let authority: CertificateAuthority
    private let time: SystemTime
    private let running = Mutex<ProcessNode?>(nil)

    var client: KubernetesClient { cluster.client }

    init(_ settings: Platform.Settings, _ directory: ClawDirectory, _ time: SystemTime) async throws {
        self.settings = settings
        self.directory = directory
        self.time = time
        let data = try ClawDirectory(settings.dataDirectory)
        token = Secret(try data.keep("cluster-token") { Token.random(prefix: "kube").reveal() })
        authority = try directory.authority(in: settings.dataDirectory, now: time.now)
        try directory.write(authority.certificatePEM, to: "ca.crt")
        var options = EmbeddedCluster.Options()
        options.dataDirectory = "\(settings.dataDirectory)/cluster"
        options.administratorToken = token
        options.logger = settings.logger
        options.nodeTransport = CurlTransport()
        cluster = try await EmbeddedCluster(options)
    }

    /// The cluster's controllers, and its API over https.
    func services(bound: Latch<String>) throws -> [any ServiceLifecycle.Service] {
        let server = HTTPServer(listen: settings.clusterListen, tls: try identity, logger: settings.logger)
        return [
            Part { [cluster] in try await cluster.run() },
            server.service(cluster.handler, onBound: { [self] address in
                let url = "\(settings.isInsecure ? "http" : "https")://\(address)"
                do {
                    try writeKubeconfig(url)
                    bound.set(url)
                } catch {
                    fail(error, program: "control-plane")
                }
            }),
        ]
    }

    private var identity: TLSIdentity? {
        get throws {
            guard !settings.isInsecure else { return nil }
            let hosts = Set(["127.0.0.1", "localhost", "::1", settings.clusterListen.host])
            let issued = try authority.issueServer(hosts: hosts.sorted(), now: time.now)
            return TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM)
        }
    }

    private func writeKubeconfig(_ url: String) throws {
        var access = ClusterAccess(server: url)
        access.certificateAuthority = settings.isInsecure ? nil : authority.certificatePEM
        access.token = token
        try directory.write(Kubeconfig.text(for: access, name: "clawkit", user: "admin"), to: "kubeconfig")
    }

    /// The node that runs pods as processes.
    func node(rootDirectory: String) -> any ServiceLifecycle.Service {
        var configuration = ProcessNodeConfiguration(name: "local", rootDirectory: rootDirectory)
        configuration.renewsLease = false
        let node = ProcessNode(
            configuration: configuration, api: cluster.client, time: time, logger: settings.logger)
        running.withLock { $0 = node }
        cluster.connect(node: configuration.name, node)
        return Part { try await node.run() }
    }

    /// For the second signal: no child outlives the platform.
    func endProcessesNow() { running.withLock { $0 }?.endProcessesNow() }

    func close() throws { try cluster.close() }
}

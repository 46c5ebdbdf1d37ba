public import ClawKit
public import Logging
public import ServiceLifecycle
import Synchronization

/// An embedded cluster as a part of a program: served to others over https, with a kubeconfig for them, and with a node
/// that runs pods as processes where one is wanted.
public final class ServedCluster: Sendable {
    public struct Settings: Sendable {
        public var listen: ListenAddress
        /// Where the kubeconfig and the authority's certificate are written for people.
        public var directory: ClawDirectory
        /// Where the token and the authority's key are kept.
        public var keys: ClawDirectory
        /// Where objects are kept; nil: in memory.
        public var dataDirectory: String?
        public var controllers = EmbeddedCluster.ControllerKind.all
        /// nil: the one kept, or a new one.
        public var token: Secret<String>?
        public var isInsecure = false
        public var logger: Logger

        public init(listen: ListenAddress, directory: ClawDirectory, keys: ClawDirectory, logger: Logger) {
            (self.listen, self.directory, self.keys, self.logger) = (listen, directory, keys, logger)
        }
    }

    private let settings: Settings
    private let cluster: EmbeddedCluster
    private let token: Secret<String>
    private let authority: CertificateAuthority
    private let time: SystemTime
    private let running = Mutex<ProcessNode?>(nil)

    public var client: KubernetesClient { cluster.client }
    public var kubeconfig: String { settings.directory.file("kubeconfig") }

    public init(_ settings: Settings, time: SystemTime) async throws {
        self.settings = settings
        self.time = time
        let keys = settings.keys
        token = try settings.token ?? Secret(keys.keep("cluster-token") { Token.random(prefix: "kube").reveal() })
        authority = try keys.authority(now: time.now)
        try settings.directory.write(authority.certificatePEM, to: "ca.crt")
        var options = EmbeddedCluster.Options()
        options.dataDirectory = settings.dataDirectory
        options.administratorToken = token
        options.authority = authority
        options.controllers = settings.controllers
        options.logger = settings.logger
        options.nodeTransport = CurlTransport()
        cluster = try await EmbeddedCluster(options)
    }

    /// The cluster's controllers, and its API over https.
    /// - Parameter onBound: is told the API's address, once the kubeconfig for it is there, or why it is not.
    public func services(
        onBound: @escaping @Sendable (Result<String, any Error>) -> Void
    ) throws -> [any ServiceLifecycle.Service] {
        let server = HTTPServer(listen: settings.listen, tls: try identity, logger: settings.logger)
        return [
            Part { [cluster] in try await cluster.run() },
            server.service(cluster.handler, onBound: { [self] address in
                let url = "\(settings.isInsecure ? "http" : "https")://\(address)"
                onBound(Result {
                    try writeKubeconfig(url)
                    return url
                })
            }),
        ]
    }

    private var identity: TLSIdentity? {
        get throws {
            guard !settings.isInsecure else { return nil }
            let hosts = Set(["127.0.0.1", "localhost", "::1", settings.listen.host])
            let issued = try authority.issueServer(hosts: hosts.sorted(), now: time.now)
            return TLSIdentity(
                certificateChain: issued.certificatePEM, key: issued.keyPEM,
                clientAuthorities: authority.certificatePEM)
        }
    }

    private func writeKubeconfig(_ url: String) throws {
        var access = ClusterAccess(server: url)
        access.certificateAuthority = settings.isInsecure ? nil : authority.certificatePEM
        access.token = token
        try settings.directory.write(Kubeconfig.text(for: access, name: "clawkit", user: "admin"), to: "kubeconfig")
    }

    /// The node that runs pods as processes.
    public func node(rootDirectory: String) -> any ServiceLifecycle.Service {
        var configuration = ProcessNodeConfiguration(name: "local", rootDirectory: rootDirectory)
        configuration.renewsLease = false
        let node = ProcessNode(
            configuration: configuration, api: cluster.client, time: time, logger: settings.logger)
        running.withLock { $0 = node }
        cluster.connect(node: configuration.name, node)
        return Part { try await node.run() }
    }

    /// Nodes that only pretend to run pods.
    public func simulatedNodes(_ count: Int) -> any ServiceLifecycle.Service {
        let nodes = SimulatedNodes(.init(count: count), api: cluster.client, time: time, logger: settings.logger)
        return Part { try await nodes.run() }
    }

    /// For the second signal: no child outlives the program.
    public func endProcessesNow() { running.withLock { $0 }?.endProcessesNow() }

    public func close() throws { try cluster.close() }
}

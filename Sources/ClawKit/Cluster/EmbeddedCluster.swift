public import ClawBase
public import ClawCertificates
import ClawControl
public import ClawKubernetes
import ClawDocuments
import ClawModels
public import Logging

/// A Kubernetes cluster in this process: API server, storage and controllers.
///
///     try await EmbeddedCluster.withCluster { cluster in      // its controllers running
///         let pods = try await cluster.client.list(Pod.self, in: "default")
///         …
///     }
///
/// Where a program's life decides, ``init(_:)`` makes one, ``run()`` runs its controllers until cancelled, and
/// ``close()`` ends it.
///
/// Everybody in the process reaches it through ``client`` or ``transport``, without a socket and as administrator;
/// others through ``handler`` on a server, with a token.
public final class EmbeddedCluster: Sendable {
    public struct Options: Sendable {
        /// Where objects survive the process; nil keeps them in memory only.
        public var dataDirectory: String?
        /// What an acknowledged write is worth, with a data directory.
        public var durability: Durability = .interval(.milliseconds(100))
        /// The administrator's token for ``handler``; nil: there is none, and over a socket only service accounts and
        /// those with a client certificate get in.
        public var administratorToken: Secret<String>?
        /// Signs certificates that are asked for with a CertificateSigningRequest, and stands in each namespace's
        /// `kube-root-ca.crt`; nil: the cluster makes and keeps one of its own.
        public var authority: CertificateAuthority?
        /// The controllers that ``run()`` runs.
        public var controllers = ControllerKind.all
        /// Where autoscalers' figures come from; nil: from the nodes that run pods (`metrics.k8s.io`).
        public var metrics: (any UsageSource)?
        /// The admission plugins that writes pass.
        public var admission = AdmissionKind.all
        /// Where requests and revisions are noted; nil: nowhere.
        public var history: ClusterHistory?
        public var time: any TimeSource = SystemTime()
        public var logger = Logger(label: "clawkit.cluster")
        /// Makes the way to an admission webhook; a test may put a handler of its own in the place of the network.
        public var webhookTransport: @Sendable (CurlTransport.Configuration) -> any Transport = { CurlTransport($0) }
        /// Reaches nodes that run in other processes.
        public var nodeTransport: (any Transport)?
        public init() {}
    }

    /// Trusts its caller: for this process only.
    public let transport: HandlerTransport
    public let client: KubernetesClient
    /// For serving over a socket: asks who it is by bearer token or verified client certificate, and lets each do what
    /// the cluster's roles allow. Who shows nothing is `system:anonymous`.
    public let handler: any Handler

    /// Signs the cluster's certificates: what servers and clients of it trust.
    public let authority: CertificateAuthority

    let server: APIServer
    private let options: Options

    /// Opens the storage and makes what every cluster has: its first namespaces and roles.
    /// - Throws: ``Finding`` with `E_STORAGE` where the data directory cannot be used.
    public init(_ options: Options = Options()) async throws {
        self.options = options
        let journal = try options.dataDirectory.map { try StoreJournal(directory: $0, durability: options.durability) }
        let (history, time) = (options.history, options.time)
        let store = ObjectStore(journal: journal) { collection, event in
            history?.note(collection, event, at: time.now)
        }
        let nodes = NodeConnections(transport: options.nodeTransport)
        let keys = try await ClusterKeys.load(from: store, authority: options.authority, now: options.time.now)
        authority = keys.authority
        let accounts = ServiceAccountTokens(key: keys.tokenKey, store: store, time: options.time)
        let known = options.administratorToken.map { [($0, UserInfo.administrator)] } ?? []
        let registry = ResourceRegistry(builtIn: RegisteredResource.kubernetes)
        let webhooks = WebhookCaller(store, time: time, logger: options.logger, connect: options.webhookTransport)
        let admission = AdmissionChain(
            options.admission, hasDefaultAccounts: options.controllers.contains(.namespaces), webhooks: webhooks,
            registry: registry)
        server = APIServer(
            store: store, authenticator: TrustingAuthenticator(),
            socketAuthenticator: SocketAuthenticator(known, accounts: accounts), accounts: accounts, nodes: nodes,
            registry: registry, admission: admission, webhooks: webhooks,
            history: options.history, time: options.time, logger: options.logger)
        try await BootstrapPolicy.install(in: store, now: options.time.now)
        transport = HandlerTransport(server)
        client = KubernetesClient(transport, userAgent: "clawkit-cluster")
        handler = server.authenticating(with: server.socketAuthenticator)
        if let source = options.metrics { server.serveMetrics(from: source) }
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"]
        where try await client.find(Namespace.self, name) == nil {
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: name)))
        }
    }

    /// Lets the API server reach a node that runs in this process.
    public func connect(node name: String, _ handler: some Handler) {
        server.nodes.connect(name, handler)
        server.serveMetrics()
    }

    /// Runs the controllers until cancelled; then every watch has ended and everything written is on disk.
    public func run() async throws {
        let caches = SharedCaches(client, time: options.time)
        let controllers = controllers(options.controllers, caches, metrics: options.metrics, options.logger)
        defer { server.store.close() }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await caches.run() }
            group.addTask { try await self.server.store.endWaits(self.options.time) }
            if options.dataDirectory != nil { group.addTask { try await self.keepJournalSmall() } }
            for controller in controllers { group.addTask { try await controller.run() } }
        }
    }

    /// Brings everything to the disk and gives the data directory free. The cluster takes no writes afterwards.
    public func close() throws {
        server.store.close()
        try server.store.closeJournal()
    }

    /// How often the journal's size is looked at.
    private static let compactionInterval = Duration.seconds(10)

    private func keepJournalSmall() async throws {
        while true {
            try await options.time.sleep(for: Self.compactionInterval)
            do {
                try await server.store.compactJournalIfNeeded()
            } catch {
                // The journal goes on as it is; writes themselves report a disk that no longer takes them.
                options.logger.error("the journal could not be compacted", metadata: ["error": "\(error)"])
            }
        }
    }
}

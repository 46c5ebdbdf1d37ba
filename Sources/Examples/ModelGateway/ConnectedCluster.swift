import ClawKit
import ExampleSupport
import Logging
import ServiceLifecycle

/// The cluster that a gateway follows: its models, its policies, and the pods of its runtimes.
struct ConnectedCluster: Sendable {
    /// For the service account of the pod that this process is in.
    static let own = "in-cluster"

    let secrets: RenewedSecrets
    let grants: ClusterGrants
    let tools: ToolPolicies
    private let api: KubernetesClient
    private let transport: ClusterTransport
    private let caches: SharedCaches
    private let keys: PodKeys
    private let logger: Logger

    /// - Parameter kubeconfig: a file, or ``own``.
    /// - Throws: ``Finding`` where the cluster does not serve ClawKit's kinds: this program installs nothing.
    init(_ kubeconfig: String, logger: Logger) async throws {
        let access =
            try kubeconfig == Self.own ? ClusterAccess.inCluster() : ClusterAccess.load(explicit: kubeconfig)
        transport = try ClusterTransport(access)
        api = KubernetesClient(transport.retrying(.kubernetes), userAgent: UserAgent.current)
        caches = SharedCaches(api)
        secrets = RenewedSecrets(ClusterSecrets(api))
        grants = ClusterGrants(caches: caches)
        tools = ToolPolicies(caches: caches)
        keys = PodKeys(caches: caches, grants: grants, logger: logger)
        self.logger = logger
        do {
            for try await _ in api.pages(ModelEndpoint.self, pageSize: 1) { break }
        } catch let error as KubernetesError where error.isNotFound {
            throw Finding(
                .badConfig,
                "The cluster does not serve clawkit.dev/v1alpha1; start control-plane or orchestrator on it first.",
                field: "--kubeconfig")
        }
    }

    func services(_ models: ModelSources) throws -> [any ServiceLifecycle.Service] {
        let following = try ClusterModels(caches: caches, sources: models, logger: logger)
        return [
            Part { [caches] in try await caches.run() }, Part { try await following.run() },
            Part { [keys] in try await keys.run() },
        ]
    }

    /// With the exchange of tokens before it.
    func exchange(before handler: some Handler) -> TokenExchange {
        TokenExchange(
            before: handler, reviewer: TokenReviewer(api, audiences: [TokenExchange.audience]), keys: keys,
            logger: logger)
    }

    func shutdown() async { await transport.shutdown() }
}

public import ClawBase
public import ClawControl
public import ClawKubernetes
import ClawModels
public import ClawPlatform
import ClawResources
public import Logging
import Synchronization

/// Takes the models of a cluster into a gateway as they change: `ModelEndpoint` objects, and the ready pods of the
/// InferencePools that they, or the configuration file, name. Tells in each endpoint's status what became of it.
///
/// Of several gateways on a cluster each follows the endpoints; the one that leads writes their statuses, and only what
/// differs.
public final class ClusterModels: Sendable {
    private let caches: SharedCaches
    private let sources: ModelSources
    private let pools: PoolMembers
    private let endpoints: ObjectCache<ModelEndpoint>
    private let reader: EndpointReader
    private let election: LeaderElection
    private let logger: Logger
    private let news = Signal()
    /// What is wrong with endpoints in themselves, by their names.
    private let findings = Mutex<[String: [Finding]]>([:])
    /// Uids and generations of the endpoints that the sources have.
    private let taken = Mutex<[String]?>(nil)
    private var time: any TimeSource { caches.time }

    /// - Parameters:
    ///   - sources: whose router serves them; its secrets must know ``SecretLocation/cluster(namespace:name:key:)`` of
    ///     `namespace`.
    ///   - namespace: where the Secrets are that endpoints may name, and the Lease of the gateway that leads.
    /// - Throws: ``Finding`` where the namespace is no name.
    public init(
        caches: SharedCaches, sources: ModelSources, namespace: String = PlatformSettings.namespace,
        logger: Logger = Logger(label: "clawkit.gateway")
    ) throws(Finding) {
        (self.caches, self.sources, self.logger) = (caches, sources, logger)
        reader = EndpointReader(namespace: namespace)
        endpoints = caches.cache(ModelEndpoint.self)
        pools = PoolMembers(caches: caches, news: news, logger: logger)
        election = try LeaderElection(
            lease: Self.lease, in: namespace, api: caches.api, time: caches.time,
            options: ElectionOptions(
                leaseDuration: .seconds(60), renewDeadline: .seconds(40), retryPeriod: .seconds(15)), logger: logger)
        endpoints.onChange { [news] _ in news.raise() }
        // The file may name other pools.
        sources.follow { [news] in news.raise() }
    }

    private static let lease = "clawkit-model-gateways"

    /// What this asks of the API server, but for the Secrets that endpoints name: `get` on each of them by its name.
    public static func permissions(in namespace: String = PlatformSettings.namespace) -> [Permission] {
        [
            .watching(ModelEndpoint.type), Permission(["update"], ModelEndpoint.type, part: "status"),
            .watching(InferencePool.type), .watching(Pod.type),
            Permission(["get", "list", "watch", "update"], Lease.type, names: [lease], in: namespace),
            Permission(["create"], Lease.type, in: namespace),
        ]
    }

    /// Follows them until cancelled; the caches are run by their owner.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        try await endpoints.waitUntilSynced()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.follow() }
            group.addTask { try await self.pools.run() }
            group.addTask { try await self.lead() }
        }
    }

    private func follow() async throws {
        while true {
            take()
            try await news.wait()
        }
    }

    /// Gives the sources what there is now.
    private func take() {
        let all = endpoints.all.filter { !$0.isBeingDeleted }.sorted {
            ($0.metadata.creationTimestamp ?? "", $0.name) < ($1.metadata.creationTimestamp ?? "", $1.name)
        }
        let versions = all.map { "\($0.uid ?? "") \($0.metadata.generation ?? 0)" }
        if taken.withLock({ $0 }) != versions {
            var (models, wrong): ([ModelSources.Endpoint], [String: [Finding]]) = ([], [:])
            for endpoint in all {
                let (model, findings) = reader.read(endpoint)
                if let model, findings.isEmpty {
                    models.append(.init(name: endpoint.name, model: model))
                } else {
                    wrong[endpoint.name] = findings
                }
            }
            do throws(Finding) {
                try sources.setEndpoints(models)
                findings.withLock { $0 = wrong }
                taken.withLock { $0 = versions }
            } catch {
                logger.error("the cluster's models could not be taken in", metadata: ["finding": "\(error)"])
            }
        }
        do throws(Finding) { try sources.setMembers(pools.members(of: sources.pools)) } catch {
            logger.error("the pods of a pool could not be taken in", metadata: ["finding": "\(error)"])
        }
    }

    // MARK: statuses

    /// As long as there are endpoints: where there are none nobody needs to lead, and nothing is written.
    private func lead() async throws {
        while true {
            while endpoints.count == 0 { try await time.sleep(for: .seconds(1)) }
            do {
                try await election.run { [self] leadership in
                    let api = leadership.fenced(caches.api)
                    try await reportAll(api)
                }
            } catch let error as KubernetesError {
                // Models are served all the same.
                logger.error(
                    "the statuses of ModelEndpoints are not written: the Lease cannot be had",
                    metadata: ["lease": "\(Self.lease)", "error": "\(error.message)"])
                try await time.sleep(for: .seconds(30))
            }
        }
    }

    private func reportAll(_ api: some KubernetesAPI) async throws {
        while endpoints.count > 0 {
            for endpoint in endpoints.all where !endpoint.isBeingDeleted { try await report(endpoint, api) }
            try await time.sleep(for: .seconds(1))
        }
    }

    private func report(_ endpoint: ModelEndpoint, _ api: some KubernetesAPI) async throws {
        let own = findings.withLock { $0[endpoint.name] } ?? []
        let status = EndpointStatus(
            endpoint, findings: own + [sources.findings[endpoint.name]].compactMap { $0 }, router: sources.router,
            now: time.now
        ).status
        guard status != endpoint.status else { return }
        var changed = endpoint
        changed.status = status
        do {
            _ = try await api.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or changed meanwhile: the next look has it as it is.
        } catch let error as KubernetesError {
            logger.warning(
                "the status of a ModelEndpoint could not be written",
                metadata: ["endpoint": "\(endpoint.name)", "error": "\(error.message)"])
        } catch is TransportError {
            // The next look tries again.
        }
    }
}

import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
import Logging
import Synchronization

/// The ready pods of InferencePools, as they come and go.
final class PoolMembers: Sendable {
    private let api: any KubernetesAPI
    private let time: any TimeSource
    private let logger: Logger
    private let pods: ObjectCache<Pod>
    /// Not one of the shared ones: a cluster without the definition must not end those.
    private let pools: ObjectCache<InferencePool>
    /// The labels of the pools that are in use, by their namespaces.
    private let selectors = Mutex<[String: [[String: String]]]>([:])
    private let wanted = Signal()

    init(caches: SharedCaches, news: Signal, logger: Logger) {
        (api, time, self.logger) = (caches.api, caches.time, logger)
        pods = caches.cache(Pod.self)
        pools = ObjectCache(of: caches.api, time: caches.time)
        pools.onChange { _ in news.raise() }
        pods.onChange { [weak self] change in
            guard let self, let pod = change.object else { return }
            let all = selectors.withLock { $0[pod.namespace ?? ""] } ?? []
            let isMember = [change.old, change.new].contains { pod in
                pod.map { pod in all.contains { Self.matches($0, pod.labels) } } ?? false
            }
            if isMember { news.raise() }
        }
    }

    private static func matches(_ wanted: [String: String], _ labels: [String: String]) -> Bool {
        !wanted.isEmpty && wanted.allSatisfy { labels[$0.key] == $0.value }
    }

    /// Those of the pools that are named. Pools begin to be followed when the first is.
    func members(of named: Set<DeclaredPool>) -> [DeclaredPool: [PoolMember]] {
        if !named.isEmpty { wanted.raise() }
        var (members, labels): ([DeclaredPool: [PoolMember]], [String: [[String: String]]]) = ([:], [:])
        for pool in named {
            guard let live = pools.get(pool.name, in: pool.namespace), !live.isBeingDeleted else { continue }
            labels[pool.namespace, default: []].append(live.spec.labels)
            members[pool] = self.members(of: live)
        }
        selectors.withLock { $0 = labels }
        return members
    }

    private func members(of pool: InferencePool) -> [PoolMember] {
        let (labels, ports) = (pool.spec.labels, pool.spec.ports)
        let ready = pods.all.filter { pod in
            pod.namespace == pool.namespace && Self.matches(labels, pod.labels) && !pod.isBeingDeleted
                && pod.status?.conditions.first { $0.type == "Ready" }?.status == "True"
        }
        return ready.sorted { $0.name < $1.name }.flatMap { pod in
            ports.compactMap { port in
                pod.endpoint(port: .int(port)).map {
                    PoolMember(name: ports.count > 1 ? "\(pod.name):\(port)" : pod.name, host: $0.host, port: $0.port)
                }
            }
        }
    }

    /// Follows the pools until cancelled, once one is named.
    /// - Throws: `CancellationError`.
    func run() async throws {
        try await wanted.wait()
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(30))
        for failures in 1... {
            do {
                try await pools.run()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning(
                    "InferencePools cannot be followed; install their definition, or let the gateway list and watch them",
                    metadata: ["error": "\(error)"])
            }
            try await time.sleep(for: backoff.delay(afterFailures: failures))
        }
    }
}

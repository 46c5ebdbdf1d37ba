import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Removes pods whose node is gone, and those that are to go and whose node is out of service: nobody else ends them.
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection>
struct OrphanedPodController: Sendable {
    /// So long a node may take to show up.
    static let quarantine = Duration.seconds(40)

    private let client: KubernetesClient
    private let byNode: ObjectIndex<Pod, String>
    private let nodes: ObjectCache<Node>
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        byNode = lookups.byNode
        nodes = caches.cache(Node.self)
    }

    /// Its keys are nodes' names.
    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let byNode = byNode
        let missing = MissingSince()
        return Controller("orphaned-pods", caches: caches, logger: logger) { key in
            let now = time.now
            if let node = nodes[key], node.isOutOfService {
                for pod in byNode[key.name] where pod.isBeingDeleted { try await remove(pod, nil, now) }
            }
            guard nodes[key] == nil, case let left = byNode[key.name], !left.isEmpty else {
                missing.forget(key)
                return .settled
            }
            let end = missing.since(key, now: now) + Self.quarantine
            guard end <= now else { return .again(after: end - now) }
            // The cache may not know it yet.
            guard try await client.find(Node.self, key.name) == nil else { return .settled }
            for pod in left { try await remove(pod, "PodGC: node no longer exists", now) }
            return .settled
        }
        .watches(Node.self) { [ObjectKey($0)] }
        .watches(Pod.self) { pod in
            guard let name = pod.spec?.nodeName, !name.isEmpty else { return [] }
            if let node = nodes.get(name), !(node.isOutOfService && pod.isBeingDeleted) { return [] }
            return [ObjectKey(name: name)]
        }
    }

    /// - Parameter reason: nil: its deletion has told one.
    private func remove(_ pod: Pod, _ reason: String?, _ now: Timestamp) async throws {
        do {
            if !pod.hasEnded {
                _ = try await client.edit(Pod.self, pod.name, in: pod.namespace, subresource: "status", time: time) { pod in
                    var status = pod.status ?? PodStatus()
                    status.phase = "Failed"
                    if let reason {
                        status.conditions.removeAll { $0.type == "DisruptionTarget" }
                        status.conditions.append(
                            PodCondition(
                                type: "DisruptionTarget", status: "True", reason: "DeletionByPodGC", message: reason,
                                lastTransitionTime: now.rfc3339()))
                    }
                    pod.status = status
                }
            }
            try await client.delete(Pod.self, pod.name, in: pod.namespace, gracePeriodSeconds: 0, uid: pod.uid)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {}
    }
}

extension Node {
    /// Not heard of, and somebody says that it is off: what ran there does not run any more.
    /// <https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown>
    fileprivate var isOutOfService: Bool {
        readiness != "True" && (spec?.taints ?? []).contains { $0.key == "node.kubernetes.io/out-of-service" }
    }
}

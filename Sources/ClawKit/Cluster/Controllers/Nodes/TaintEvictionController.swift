import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Deletes pods from nodes whose taints they do not tolerate, or no longer.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions>
struct TaintEvictionController: Sendable {
    private let client: KubernetesClient
    private let pods: ObjectCache<Pod>
    private let byNode: ObjectIndex<Pod, String>
    private let nodes: ObjectCache<Node>
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        pods = caches.cache(Pod.self)
        byNode = lookups.byNode
        nodes = caches.cache(Node.self)
        events = ControllerEvents(client, "taint-eviction-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let byNode = byNode
        let controller = Controller("taint-eviction", caches: caches, logger: logger) { key in
            guard let pod = pods[key], !pod.isBeingDeleted, let node = nodes.get(pod.spec?.nodeName ?? "") else {
                return .settled
            }
            return try await reconcile(pod, node)
        }
        .watches(Node.self) { _ in [] }
        .watches(Pod.self) { pod in
            // Most pods are on nodes without such taints.
            guard let node = nodes.get(pod.spec?.nodeName ?? ""), !node.evictingTaints.isEmpty else { return [] }
            return [ObjectKey(pod)]
        }
        nodes.onChange { [weak controller] change in
            guard let node = change.new, node.evictingTaints != change.old?.evictingTaints ?? [] else { return }
            controller?.ask(for: byNode.keys(of: node.name))
        }
        return controller
    }

    private func reconcile(_ pod: Pod, _ node: Node) async throws -> Reconciled {
        let now = time.now
        var end: Timestamp?
        for taint in node.evictingTaints {
            let tolerations = (pod.spec?.tolerations ?? []).filter { $0.tolerates(taint) }
            if tolerations.isEmpty {
                end = now
            } else if let seconds = tolerations.compactMap(\.tolerationSeconds).min() {
                // From when the taint came, or, without that moment, from now on.
                let start = taint.timeAdded.flatMap(Timestamp.init(rfc3339:)) ?? now
                end = min(end ?? start + .seconds(seconds), start + .seconds(max(0, seconds)))
            }
        }
        guard let end else { return .settled }
        guard end <= now else { return .again(after: end - now) }
        await events.normal(
            "TaintManagerEviction", "Marking for deletion Pod \(pod.namespace ?? "")/\(pod.name)", on: pod)
        do {
            _ = try await client.edit(Pod.self, pod.name, in: pod.namespace, subresource: "status", time: time) { present in
                guard present.uid == pod.uid else { return }
                var status = present.status ?? PodStatus()
                status.conditions.removeAll { $0.type == "DisruptionTarget" }
                status.conditions.append(
                    PodCondition(
                        type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager",
                        message: "Taint manager: deleting due to NoExecute taint", lastTransitionTime: now.rfc3339()))
                present.status = status
            }
            try await client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {}
        return .settled
    }
}

extension Node {
    fileprivate var evictingTaints: [Taint] { (spec?.taints ?? []).filter { $0.effect == "NoExecute" } }
}

import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging

/// Binds each pod to a node that is ready, wanted and tolerated, the one with the fewest pods first.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/>
struct Scheduler: Sendable {
    private let client: KubernetesClient

    init(_ client: KubernetesClient) { self.client = client }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let pods = caches.cache(Pod.self)
        let nodes = caches.cache(Node.self)
        let time = caches.time
        return Controller("scheduler", caches: caches, logger: logger) { key in
            guard let pod = pods[key], pod.isWaitingForNode else { return .settled }
            let candidates = nodes.all.filter { pod.isAllowed(on: $0) }
            guard !candidates.isEmpty else {
                try await report(pod, "0/\(nodes.count) nodes are available.", now: time.now)
                return .settled
            }
            var load: [String: Int] = [:]
            for other in pods.all { if let node = other.spec?.nodeName { load[node, default: 0] += 1 } }
            guard let best = candidates.min(by: { (load[$0.name] ?? 0, $0.name) < (load[$1.name] ?? 0, $1.name) })
            else { return .settled }
            try await bind(pod, to: best)
            return .settled
        }
        .reconciles(Pod.self)
        .watches(Node.self) { _ in pods.all.filter(\.isWaitingForNode).map { ObjectKey($0) } }
    }

    private func bind(_ pod: Pod, to node: Node) async throws {
        let binding: JSON = [
            "apiVersion": "v1", "kind": "Binding",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace ?? "")],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node.name)],
        ]
        do {
            _ = try await client.document(
                for: APIRequest(
                    .post, Pod.type, namespace: pod.namespace, name: pod.name, subresource: "binding", body: binding))
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, going or bound by somebody else meanwhile.
        }
    }

    /// Says in the pod's conditions why it waits, once.
    private func report(_ pod: Pod, _ message: String, now: Timestamp) async throws {
        let old = pod.status?.conditions.first { $0.type == "PodScheduled" }
        guard old?.message != message else { return }
        var changed = pod
        var status = pod.status ?? PodStatus()
        status.conditions.removeAll { $0.type == "PodScheduled" }
        status.conditions.append(
            PodCondition(
                type: "PodScheduled", status: "False", reason: "Unschedulable", message: message,
                lastTransitionTime: now.rfc3339()))
        changed.status = status
        do {
            _ = try await client.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // The change that was quicker asks for this pod again.
        }
    }
}

extension Pod {
    fileprivate var isWaitingForNode: Bool {
        (spec?.nodeName ?? "").isEmpty && !isBeingDeleted && spec?.schedulerName == "default-scheduler"
    }

    fileprivate func isAllowed(on node: Node) -> Bool {
        guard node.status?.conditions.first(where: { $0.type == "Ready" })?.status == "True",
            node.spec?.unschedulable != true, !node.isBeingDeleted
        else { return false }
        let labels = node.labels
        guard (spec?.nodeSelector ?? [:]).allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        let tolerations = spec?.tolerations ?? []
        return (node.spec?.taints ?? []).filter { $0.effect != "PreferNoSchedule" }.allSatisfy { taint in
            tolerations.contains { $0.tolerates(taint) }
        }
    }
}

extension Toleration {
    /// <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/>
    fileprivate func tolerates(_ taint: Taint) -> Bool {
        if let effect, !effect.isEmpty, effect != taint.effect { return false }
        if let key, !key.isEmpty, key != taint.key { return false }
        return self.operator == "Exists" || (key != nil && (value ?? "") == (taint.value ?? ""))
    }
}

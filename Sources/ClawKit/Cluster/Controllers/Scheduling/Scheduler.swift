import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging

/// Binds each pod to a node that is ready, wanted, tolerated and has room for it, the one with the fewest pods first.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/>
struct Scheduler: Sendable {
    private let client: KubernetesClient

    init(_ client: KubernetesClient) { self.client = client }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let pods = caches.cache(Pod.self)
        let nodes = caches.cache(Node.self)
        let time = caches.time
        let ledger = NodeLedger()
        nodes.onChange { ledger.didChange($0) }
        let controller = Controller("scheduler", caches: caches, logger: logger) { key in
            guard let pod = pods[key], pod.isWaitingForNode else { return .settled }
            switch ledger.reserve(pod) {
            case .node(let name):
                do {
                    try await bind(pod, to: name)
                } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                    // Gone, going or bound by somebody else meanwhile.
                    ledger.release(pod)
                    if let present = pods[key] { ledger.see(present) }
                } catch {
                    ledger.release(pod)
                    throw error
                }
            case .none(let message): try await report(pod, message, now: time.now)
            }
            return .settled
        }
        // Before the controller hears of a change, the ledger has.
        pods.onChange { [weak controller] change in
            // What is over has made room.
            if ledger.didChange(change) { controller?.ask(for: ledger.waiting) }
        }
        return controller.reconciles(Pod.self).watches(Node.self) { _ in ledger.waiting }
    }

    private func bind(_ pod: Pod, to node: String) async throws {
        let binding: JSON = [
            "apiVersion": "v1", "kind": "Binding",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace ?? "")],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ]
        _ = try await client.document(
            for: APIRequest(
                .post, Pod.type, namespace: pod.namespace, name: pod.name, subresource: "binding", body: binding))
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
}

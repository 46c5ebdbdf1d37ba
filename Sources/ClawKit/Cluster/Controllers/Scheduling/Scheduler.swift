import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging

/// Binds each pod to the node that suits it best of those that are ready, wanted, tolerated and have room for it, and
/// where none has, makes room by evicting pods of lower priority.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/>
struct Scheduler: Sendable {
    private let client: KubernetesClient
    private let time: any TimeSource
    private let pods: ObjectCache<Pod>
    private let nodes: ObjectCache<Node>
    private let budgets: ObjectCache<PodDisruptionBudget>
    private let volumes: PodVolumeReader
    private let events: ControllerEvents
    private let ledger: NodeLedger

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        time = caches.time
        pods = caches.cache(Pod.self)
        nodes = caches.cache(Node.self)
        budgets = caches.cache(PodDisruptionBudget.self)
        volumes = PodVolumeReader(client, caches)
        events = ControllerEvents(client, "default-scheduler", time: caches.time)
        let namespaces = caches.cache(Namespace.self)
        ledger = NodeLedger { namespaces.get($0)?.labels ?? [:] }
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let ledger = ledger
        nodes.onChange { ledger.didChange($0) }
        let controller = Controller("scheduler", caches: caches, logger: logger) { key in
            guard let pod = pods[key], pod.isWaitingForNode else { return .settled }
            return try await schedule(pod)
        }
        // Before the controller hears of a change, the ledger has.
        pods.onChange { [weak controller] change in
            switch ledger.didChange(change) {
            case .room: controller?.ask(for: ledger.waiting)
            case .neighbour: controller?.ask(for: ledger.waitingForOthers)
            case .none: break
            }
        }
        return controller.reconciles(Pod.self)
            .watches(Node.self) { _ in ledger.waiting }
            .watches(PersistentVolumeClaim.self) { _ in ledger.waitingWithClaims }
            .watches(PersistentVolume.self) { _ in ledger.waitingWithClaims }
            .watches(StorageClass.self) { _ in ledger.waitingWithClaims }
            .watches(PodDisruptionBudget.self) { _ in [] }
            .watches(Namespace.self) { _ in [] }
    }

    private func schedule(_ pod: Pod) async throws -> Reconciled {
        // Several are placed at once; of those that chose one volume all but the first choose again.
        while true {
            try Task.checkCancellation()
            switch try await place(pod) {
            case .done: return .settled
            case .outrun: continue
            case .outdated, .binding: return .again(after: .milliseconds(20))
            }
        }
    }

    private enum Attempt: Sendable {
        /// The pod has its node, or waits for one.
        case done
        /// Volumes are kept for its claims. Its node is chosen once they are bound, by what they are bound to: the
        /// binder may have been quicker with others.
        case binding
        /// A volume that it chose has been promised to another claim meanwhile.
        case outrun
        /// The pod, or a volume that it chose, is not as the cache has it.
        case outdated
    }

    private func place(_ pod: Pod) async throws -> Attempt {
        var found: PodVolumes?
        if !pod.claimNames.isEmpty {
            switch try await volumes.read(pod) {
            case .ready(let volumes): found = volumes
            case .waits(let message):
                try await report(pod, waiting(message))
                return .done
            }
        }
        let demand = PodDemand(pod, volumes: found)
        switch ledger.reserve(demand) {
        case .node(let name):
            do {
                if let found {
                    let attempt = try await select(found, on: name)
                    guard case .done = attempt else {
                        ledger.release(pod)
                        return attempt
                    }
                }
                try await bind(pod, to: name)
                await events.normal(
                    "Scheduled", "Successfully assigned \(pod.namespace ?? "")/\(pod.name) to \(name)", on: pod)
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, going or bound by somebody else meanwhile; or a claim or a volume is not as the cache has it.
                ledger.release(pod)
                if let present = pods[ObjectKey(pod)] { ledger.see(present) }
                return .outdated
            } catch {
                ledger.release(pod)
                throw error
            }
        case .none(Obstacle.noNodes): try await report(pod, Obstacle.noNodes)
        case .none(let message): try await makeRoom(for: pod, demand, message)
        }
        return .done
    }

    /// What no node can help with.
    private func waiting(_ message: String) -> String {
        let count = ledger.nodeCount
        if count == 0 { return Obstacle.noNodes }
        return "0/\(count) nodes are available: \(message). preemption: "
            + Obstacle.message([Obstacle.preemptionIsNoHelp: count], nodes: count)
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

    /// Settles where the claims that waited for their consumer are bound: to the volumes chosen, or, where one is still
    /// to be made, on that node. Before the pod has the node, so that no other claim can take what its node was chosen for.
    private func select(_ found: PodVolumes, on node: String) async throws -> Attempt {
        guard let facts = nodes.get(node).map({ NodeFacts($0) }), let chosen = found.volumes(on: facts) else { return .done }
        guard volumes.promise(chosen, to: found.delayed) else { return .outrun }
        do {
            for claim in found.delayed.map(\.claim) {
                if let volume = chosen[claim.uid ?? ""] {
                    guard try await keep(volume, for: claim) else {
                        volumes.forgetPromises(to: found.delayed)
                        return .outdated
                    }
                } else if claim.annotations[VolumeNames.selectedNode] != node {
                    _ = try await client.mergePatch(
                        PersistentVolumeClaim.self, claim.name, in: claim.namespace,
                        ["metadata": ["annotations": .object([VolumeNames.selectedNode: .string(node)])]])
                }
            }
        } catch {
            volumes.forgetPromises(to: found.delayed)
            throw error
        }
        return chosen.isEmpty ? .done : .binding
    }

    /// - Returns: false where the volume is another claim's, or gone.
    private func keep(_ volume: String, for claim: PersistentVolumeClaim) async throws -> Bool {
        do {
            let kept = try await client.edit(PersistentVolume.self, volume, time: time) { $0.keep(for: claim) }
            return kept.isKept(for: claim)
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }

    // MARK: no place

    private func makeRoom(for pod: Pod, _ demand: PodDemand, _ message: String) async throws {
        switch ledger.preempt(for: demand, budgets.all.compactMap { EvictionBudget($0) }) {
        case .none(let reason): try await report(pod, "\(message) preemption: \(reason)")
        case .victims(let victims, let node):
            try await report(pod, message, nominating: node)
            for victim in victims { try await evict(victim, for: pod, on: node) }
        }
    }

    private func evict(_ victim: Preemption.Victim, for pod: Pod, on node: String) async throws {
        guard let present = pods[victim.key], present.uid == victim.uid, !present.isBeingDeleted else { return }
        do {
            _ = try await client.edit(Pod.self, present.name, in: present.namespace, subresource: "status", time: time) {
                guard $0.uid == victim.uid else { return }
                $0.status?.conditions.removeAll { $0.type == "DisruptionTarget" }
                $0.status?.conditions.append(
                    PodCondition(
                        type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler",
                        message: "default-scheduler: preempting to accommodate a higher priority pod",
                        lastTransitionTime: time.now.rfc3339()))
            }
            try await client.delete(Pod.self, present.name, in: present.namespace, uid: victim.uid)
            await events.normal("Preempted", "Preempted by pod \(pod.uid ?? "") on node \(node)", on: present)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone already.
        }
    }

    /// Says in the pod's conditions why it waits, once.
    private func report(_ pod: Pod, _ message: String, nominating node: String? = nil) async throws {
        let old = pod.status?.conditions.first { $0.type == "PodScheduled" }
        guard old?.message != message || (node != nil && node != pod.status?.nominatedNodeName) else { return }
        var changed = pod
        var status = pod.status ?? PodStatus()
        status.conditions.removeAll { $0.type == "PodScheduled" }
        status.conditions.append(
            PodCondition(
                type: "PodScheduled", status: "False", reason: "Unschedulable", message: message,
                lastTransitionTime: old?.status == "False" ? old?.lastTransitionTime : time.now.rfc3339()))
        if let node { status.nominatedNodeName = node }
        changed.status = status
        do {
            _ = try await client.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // The change that was quicker asks for this pod again.
            return
        }
        await events.warning("FailedScheduling", message, on: pod)
    }
}

extension Pod {
    fileprivate var isWaitingForNode: Bool {
        (spec?.nodeName ?? "").isEmpty && !isBeingDeleted && spec?.schedulerName == "default-scheduler"
            && (spec?.schedulingGates ?? []).isEmpty
    }
}

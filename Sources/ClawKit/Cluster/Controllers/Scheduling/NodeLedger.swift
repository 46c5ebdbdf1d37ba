import ClawControl
import ClawModels
import Synchronization

/// What nodes offer and what pods take of it, kept up by the caches' changes, so that placing a pod looks at nodes only.
///
/// A pod counts from the moment its place is chosen: what the caches say comes later.
final class NodeLedger: Sendable {
    enum Placement: Sendable, Equatable {
        case node(String)
        /// kube-scheduler's message.
        case none(String)
    }

    private struct Waiting {
        let priority: Int
        let looksAtOthers: Bool
        let hasClaims: Bool
    }

    private struct State {
        var placements: Placements
        private(set) var waiting: [ObjectKey: Waiting] = [:]
        /// How many of those look at others.
        private(set) var socials = 0

        /// - Returns: whether it waited before.
        @discardableResult
        mutating func setWaiting(_ key: ObjectKey, _ new: Waiting?) -> Bool {
            let old = waiting[key]
            waiting[key] = new
            socials += (new?.looksAtOthers == true ? 1 : 0) - (old?.looksAtOthers == true ? 1 : 0)
            return old != nil
        }
    }

    /// What a change of a pod means for those that wait.
    enum News: Sendable, Equatable {
        case none
        /// Room, perhaps for anybody.
        case room
        /// Another neighbour.
        case neighbour
    }

    private let state: Mutex<State>

    init(namespaceLabels: @escaping PodGroup.NamespaceLabels = { _ in [:] }) {
        state = Mutex(State(placements: Placements(namespaceLabels)))
    }

    /// Pods without a node, those of the highest priority first.
    var waiting: [ObjectKey] { waiting { _ in true } }

    /// Those of them whose place depends on where others are.
    var waitingForOthers: [ObjectKey] {
        // Asked at each pod's binding: mostly there are none.
        state.withLock { $0.socials } == 0 ? [] : waiting(where: \.looksAtOthers)
    }

    /// Those of them that have claims.
    var waitingWithClaims: [ObjectKey] { waiting(where: \.hasClaims) }

    private func waiting(where isMeant: (Waiting) -> Bool) -> [ObjectKey] {
        state.withLock { state in state.waiting.filter { isMeant($0.value) } }
        .sorted { ($1.value.priority, $0.key.namespace, $0.key.name) < ($0.value.priority, $1.key.namespace, $1.key.name) }
        .map(\.key)
    }

    var nodeCount: Int { state.withLock { $0.placements.nodes.count } }

    func didChange(_ change: ObjectCache<Node>.Change) {
        state.withLock { state in
            if let node = change.new {
                state.placements.set(NodeFacts(node))
            } else {
                state.placements.removeNode(change.object?.name ?? "")
            }
        }
    }

    func didChange(_ change: ObjectCache<Pod>.Change) -> News {
        // A pod of the same name may have taken the place of another one.
        if let old = change.old, old.uid != change.new?.uid { forget(old) }
        guard let pod = change.new else { return .room }
        let isNew = see(pod)
        return pod.isOver ? .room : isNew ? .neighbour : .none
    }

    /// - Returns: whether the pod counts in another way than before.
    @discardableResult
    func see(_ pod: Pod) -> Bool {
        guard let uid = pod.uid, !pod.isOver else {
            forget(pod)
            return true
        }
        let key = ObjectKey(pod)
        return state.withLock { state in
            guard let node = pod.spec?.nodeName, !node.isEmpty else {
                state.setWaiting(
                    key,
                    Waiting(
                        priority: pod.spec?.priority ?? 0, looksAtOthers: pod.looksAtOthers,
                        hasClaims: !pod.claimNames.isEmpty))
                return false
            }
            let isBound = state.setWaiting(key, nil)
            if let known = state.placements.placed[uid], known.node == node, known.isUpToDate(with: pod) { return isBound }
            state.placements.place(uid, PlacedPod(pod, on: node))
            return true
        }
    }

    private func forget(_ pod: Pod) {
        state.withLock { state in
            state.placements.remove(pod.uid ?? "")
            state.placements.forgetNomination(pod.uid ?? "")
            state.setWaiting(ObjectKey(pod), nil)
        }
    }

    /// Chooses the node that suits the pod best, the one with the fewest pods of equals, and counts it there.
    func reserve(_ demand: PodDemand) -> Placement {
        state.withLock { state in
            let (node, reasons) = state.placements.choose(demand)
            if let node {
                state.placements.place(demand.uid, demand.placed(on: node))
                return .node(node)
            }
            guard !state.placements.nodes.isEmpty else { return .none(Obstacle.noNodes) }
            return .none(Obstacle.message(reasons, nodes: state.placements.nodes.count))
        }
    }

    /// Finds whom the pod may displace, and keeps their room for it.
    func preempt(for demand: PodDemand, _ budgets: [EvictionBudget]) -> Preemption {
        state.withLock { $0.placements.preempt(for: demand, budgets) }
    }

    /// The pod did not go where it was to go.
    func release(_ pod: Pod) { state.withLock { $0.placements.remove(pod.uid ?? "") } }
}

extension Pod {
    fileprivate var isOver: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }
}

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

    private struct State {
        var nodes: [String: NodeFacts] = [:]
        var taken: [String: ResourceAmounts] = [:]
        /// By the pod's uid.
        var placed: [String: (node: String, request: ResourceAmounts)] = [:]
        var waiting: Set<ObjectKey> = []

        mutating func place(_ uid: String, on node: String, _ request: ResourceAmounts) {
            remove(uid)
            placed[uid] = (node, request)
            taken[node, default: ResourceAmounts()] += request
        }

        mutating func remove(_ uid: String) {
            guard let old = placed.removeValue(forKey: uid) else { return }
            taken[old.node]? -= old.request
        }
    }

    private let state = Mutex(State())

    /// Pods without a node.
    var waiting: [ObjectKey] { state.withLock { Array($0.waiting) } }

    func didChange(_ change: ObjectCache<Node>.Change) {
        state.withLock { state in
            if let node = change.new {
                state.nodes[node.name] = NodeFacts(node)
            } else {
                state.nodes[change.object?.name ?? ""] = nil
            }
        }
    }

    /// - Returns: whether the pod takes no room any more.
    func didChange(_ change: ObjectCache<Pod>.Change) -> Bool {
        // A pod of the same name may have taken the place of another one.
        if let old = change.old, old.uid != change.new?.uid { forget(old) }
        if let pod = change.new { see(pod) }
        return change.new?.isOver ?? true
    }

    func see(_ pod: Pod) {
        guard let uid = pod.uid, !pod.isOver else { return forget(pod) }
        let key = ObjectKey(pod)
        state.withLock { state in
            guard let node = pod.spec?.nodeName, !node.isEmpty else {
                state.waiting.insert(key)
                return
            }
            state.waiting.remove(key)
            if state.placed[uid]?.node != node { state.place(uid, on: node, pod.requestedResources) }
        }
    }

    private func forget(_ pod: Pod) {
        state.withLock { state in
            state.remove(pod.uid ?? "")
            state.waiting.remove(ObjectKey(pod))
        }
    }

    /// Chooses the node with the fewest pods of those that take the pod, and counts it there.
    func reserve(_ pod: Pod) -> Placement {
        let needs = PodNeeds(pod)
        return state.withLock { state in
            var best: (pods: Int, name: String)?
            var obstacles: [String: Int] = [:]
            for node in state.nodes.values {
                let taken = state.taken[node.name] ?? ResourceAmounts()
                let reasons = needs.obstacles(on: node, taken: taken)
                for reason in reasons { obstacles[reason, default: 0] += 1 }
                guard reasons.isEmpty else { continue }
                let candidate = (taken.pods, node.name)
                if best.map({ candidate < $0 }) ?? true { best = candidate }
            }
            if let best, let uid = pod.uid {
                state.place(uid, on: best.name, needs.request)
                return .node(best.name)
            }
            guard !state.nodes.isEmpty else { return .none("no nodes available to schedule pods") }
            let reasons = obstacles.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
            return .none("0/\(state.nodes.count) nodes are available: \(reasons).")
        }
    }

    /// The pod did not go where it was to go.
    func release(_ pod: Pod) { state.withLock { $0.remove(pod.uid ?? "") } }
}

extension Pod {
    fileprivate var isOver: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }
}

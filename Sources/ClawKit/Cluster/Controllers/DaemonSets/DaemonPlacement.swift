import ClawModels

/// On which nodes a DaemonSet's pods belong. Pure.
struct DaemonPlacement: Sendable {
    private let needs: PodNeeds

    init(_ set: DaemonSet) { needs = PodNeeds(set.newPod(on: "", hash: nil), ignoringNames: set.spec?.template.spec) }

    /// Whether a pod is to be there, and whether one that is may stay.
    func verdict(on node: Node) -> (isWanted: Bool, mayStay: Bool) {
        let facts = NodeFacts(node)
        guard needs.isMeant(for: facts) else { return (false, false) }
        let taints = facts.taints.filter { !needs.isTolerated($0) }
        if taints.isEmpty { return (true, true) }
        return (false, !taints.contains { $0.effect == "NoExecute" })
    }
}

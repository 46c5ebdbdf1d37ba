import ClawKubernetes

extension Placements {
    /// How many nodes are looked at for victims: a tenth of all, and at least this many.
    private static let fewestCandidates = 100

    /// Finds the pods that are to go so that this one fits.
    mutating func preempt(for demand: PodDemand, _ budgets: [EvictionBudget]) -> Preemption {
        guard demand.mayPreempt else { return .none("not eligible due to preemptionPolicy=Never.") }
        if isRoomBeingMade(for: demand) {
            return .none("not eligible due to a terminating pod on the nominated node.")
        }
        let surroundings = Surroundings(of: demand, in: &self)
        let most = max(Self.fewestCandidates, nodes.count / 10)
        var reasons: [String: Int] = [:]
        var candidates: [PreemptionCandidate] = []
        for node in nodes.values.sorted(by: { $0.name < $1.name }) where candidates.count < most {
            if obstacles(on: node, demand, surroundings).contains(where: \.isFinal) {
                reasons[Obstacle.preemptionIsNoHelp, default: 0] += 1
            } else if let candidate = candidate(on: node, demand, budgets) {
                candidates.append(candidate)
            } else {
                reasons[Obstacle.noVictims, default: 0] += 1
            }
        }
        guard let best = candidates.min(by: PreemptionCandidate.precedes) else {
            return .none(Obstacle.message(reasons, nodes: nodes.count))
        }
        // Whoever waited for the same room and comes later looks for another.
        for (uid, other) in nominated where other.node == best.node && other.pod.priority < demand.priority {
            forgetNomination(uid)
        }
        nominate(demand.uid, demand.placed(on: best.node))
        return .victims(best.victims.map { .init(uid: $0.uid, key: $0.pod.key) }, node: best.node)
    }

    /// Whether pods are going from the node where the pod is to go.
    private func isRoomBeingMade(for demand: PodDemand) -> Bool {
        byNode[demand.nominatedNode]?.contains { uid in
            placed[uid].map { $0.isLeaving && $0.priority < demand.priority } ?? false
        } ?? false
    }

    /// The pods of one node that have to go; nil where that does not help.
    private mutating func candidate(
        on node: NodeFacts, _ demand: PodDemand, _ budgets: [EvictionBudget]
    ) -> PreemptionCandidate? {
        let lower = (byNode[node.name] ?? []).compactMap { uid in placed[uid].map { (uid: uid, pod: $0) } }
            .filter { $0.pod.priority < demand.priority }
            .sorted { ($1.pod.priority, $0.pod.start, $0.uid) < ($0.pod.priority, $1.pod.start, $1.uid) }
        if lower.isEmpty { return nil }
        for victim in lower { remove(victim.uid) }
        defer { for victim in lower { place(victim.uid, victim.pod) } }
        guard fits(demand, on: node) else { return nil }
        let (kept, others) = split(lower, budgets)
        var victims: [(uid: String, pod: PlacedPod)] = []
        // Whoever need not go stays: first those that a budget keeps, the most important first.
        func spare(_ pods: [(uid: String, pod: PlacedPod)], _ placements: inout Placements) {
            for pod in pods {
                placements.place(pod.uid, pod.pod)
                if placements.fits(demand, on: node) { continue }
                placements.remove(pod.uid)
                victims.append(pod)
            }
        }
        spare(kept, &self)
        let violations = victims.count
        spare(others, &self)
        victims.sort { ($1.pod.priority, $0.pod.start, $0.uid) < ($0.pod.priority, $1.pod.start, $1.uid) }
        return victims.isEmpty ? nil : PreemptionCandidate(node: node.name, victims: victims, violations: violations)
    }

    private mutating func fits(_ demand: PodDemand, on node: NodeFacts) -> Bool {
        obstacles(on: node, demand, Surroundings(of: demand, in: &self)).isEmpty
    }

    /// The pods that budgets keep, and the others.
    private func split(
        _ pods: [(uid: String, pod: PlacedPod)], _ budgets: [EvictionBudget]
    ) -> (kept: [(uid: String, pod: PlacedPod)], others: [(uid: String, pod: PlacedPod)]) {
        var budgets = budgets
        var result: (kept: [(uid: String, pod: PlacedPod)], others: [(uid: String, pod: PlacedPod)]) = ([], [])
        for pod in pods {
            var isKept = false
            for index in budgets.indices
            where budgets[index].namespace == pod.pod.namespace && budgets[index].query.matches(pod.pod.labels) {
                budgets[index].allowed -= 1
                if budgets[index].allowed < 0 { isKept = true }
            }
            if isKept { result.kept.append(pod) } else { result.others.append(pod) }
        }
        return result
    }
}

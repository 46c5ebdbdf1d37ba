import ClawModels

/// From where the volumes of a pod's claims can be used.
struct PodVolumes: Sendable {
    /// A claim that is bound once its pod has a node.
    struct Delayed: Sendable {
        let claim: PersistentVolumeClaim
        /// The volumes that suit it, the smallest first.
        let candidates: [(name: String, terms: [NodeSelectorTerm]?)]
        /// Whether a volume would be made for it, and where; nil: nobody makes any.
        let provisioned: [TopologySelectorTerm]?
    }

    /// Of each bound volume that cannot be used everywhere.
    var bound: [[NodeSelectorTerm]] = []
    var delayed: [Delayed] = []

    func obstacle(on node: NodeFacts) -> Obstacle? {
        guard bound.allSatisfy({ terms in terms.contains { $0.matches(node) } }) else { return .volumeNode }
        return delayed.isEmpty || volumes(on: node) != nil ? nil : .noVolume
    }

    /// The volumes that the delayed claims get there, by the claims' uid; nil where they do not all get one.
    func volumes(on node: NodeFacts) -> [String: String]? {
        var chosen: [String: String] = [:]
        for claim in delayed {
            let taken = Set(chosen.values)
            let volume = claim.candidates.first { name, terms in
                !taken.contains(name) && terms.map { $0.contains { $0.matches(node) } } ?? true
            }
            if let volume {
                chosen[claim.claim.uid ?? ""] = volume.name
            } else if !claim.canBeProvisioned(on: node) {
                return nil
            }
        }
        return chosen
    }
}

extension PodVolumes.Delayed {
    fileprivate func canBeProvisioned(on node: NodeFacts) -> Bool {
        guard let provisioned else { return false }
        return provisioned.isEmpty
            || provisioned.contains { term in
                term.matchLabelExpressions.allSatisfy { $0.values.contains(node.labels[$0.key] ?? "") }
            }
    }
}

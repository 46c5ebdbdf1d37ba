import ClawModels

/// How evenly pods of a group are to be spread over domains.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/>
struct SpreadRule: Hashable, Sendable {
    let group: PodGroup
    let topologyKey: String
    let maxSkew: Int
    let minDomains: Int
    /// Otherwise it is a wish.
    let isRequired: Bool
    let honorsNodeAffinity: Bool
    let honorsNodeTaints: Bool

    init(_ constraint: TopologySpreadConstraint, of labels: [String: String], in namespace: String) {
        group = PodGroup(constraint, of: labels, in: namespace)
        topologyKey = constraint.topologyKey
        maxSkew = constraint.maxSkew
        minDomains = constraint.minDomains ?? 1
        isRequired = constraint.whenUnsatisfiable == "DoNotSchedule"
        honorsNodeAffinity = constraint.nodeAffinityPolicy != "Ignore"
        honorsNodeTaints = constraint.nodeTaintsPolicy == "Honor"
    }
}

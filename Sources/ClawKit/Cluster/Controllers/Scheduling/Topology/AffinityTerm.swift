import ClawModels

/// Pods of a group in a domain: the nodes that have one value of a label.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity>
struct AffinityTerm: Hashable, Sendable {
    let group: PodGroup
    let topologyKey: String

    init(_ term: PodAffinityTerm, of labels: [String: String], in namespace: String) {
        group = PodGroup(term, of: labels, in: namespace)
        topologyKey = term.topologyKey
    }
}

struct WeightedTerm: Hashable, Sendable {
    let term: AffinityTerm
    /// Below zero for what is to be avoided.
    let weight: Int
}

/// All that a pod says of other pods.
struct PodAffinities: Sendable {
    var required: [AffinityTerm] = []
    var forbidden: [AffinityTerm] = []
    var wishes: [WeightedTerm] = []

    init(_ pod: Pod) {
        guard let affinity = pod.spec?.affinity, affinity.podAffinity != nil || affinity.podAntiAffinity != nil else { return }
        let (labels, namespace) = (pod.labels, pod.namespace ?? "")
        func read(_ terms: [PodAffinityTerm]) -> [AffinityTerm] {
            terms.map { AffinityTerm($0, of: labels, in: namespace) }
        }
        func weigh(_ terms: [WeightedPodAffinityTerm], by sign: Int) -> [WeightedTerm] {
            terms.map {
                WeightedTerm(term: AffinityTerm($0.podAffinityTerm, of: labels, in: namespace), weight: sign * $0.weight)
            }
        }
        required = read(affinity.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
        forbidden = read(affinity.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
        wishes =
            weigh(affinity.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [], by: 1)
            + weigh(affinity.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [], by: -1)
    }
}

import ClawKubernetes
import ClawModels

/// Pods that are meant together: by namespaces and labels.
struct PodGroup: Hashable, Sendable {
    var namespaces: Set<String>
    /// Namespaces by their labels, besides.
    var namespaceQuery: LabelQuery?
    var pods: LabelQuery

    /// A namespace's labels; none where it is not known.
    typealias NamespaceLabels = @Sendable (String) -> [String: String]

    func contains(_ labels: [String: String], in namespace: String, _ namespaceLabels: NamespaceLabels) -> Bool {
        guard pods.matches(labels) else { return false }
        if namespaces.contains(namespace) { return true }
        return namespaceQuery?.matches(namespaceLabels(namespace)) ?? false
    }
}

extension PodGroup {
    /// Of a term of affinity of a pod in `namespace`.
    init(_ term: PodAffinityTerm, of labels: [String: String], in namespace: String) {
        pods = LabelQuery(selecting: term.labelSelector)
        for key in term.matchLabelKeys { if let value = labels[key] { pods.requirements.append(.isIn(key, [value])) } }
        for key in term.mismatchLabelKeys { if let value = labels[key] { pods.requirements.append(.isNotIn(key, [value])) } }
        namespaces = Set(term.namespaces)
        namespaceQuery = term.namespaceSelector.map { LabelQuery(selecting: $0) }
        // Where neither says anything, the pod's own is meant.
        if namespaces.isEmpty, namespaceQuery == nil { namespaces = [namespace] }
    }

    init(_ constraint: TopologySpreadConstraint, of labels: [String: String], in namespace: String) {
        pods = LabelQuery(selecting: constraint.labelSelector)
        for key in constraint.matchLabelKeys {
            if let value = labels[key] { pods.requirements.append(.isIn(key, [value])) }
        }
        (namespaces, namespaceQuery) = ([namespace], nil)
    }
}

extension LabelQuery {
    /// Selects nothing.
    private static let nothing = LabelQuery(requirements: [.isIn("", [])])

    /// An absent selector selects nothing, an empty one everything.
    init(selecting selector: LabelSelector?) {
        self = selector.flatMap { try? LabelQuery($0) } ?? .nothing
    }
}

import ClawModels

/// What a node is to the scheduler.
struct NodeFacts: Sendable {
    let name: String
    let labels: [String: String]
    let taints: [Taint]
    /// What is to be avoided, but not forbidden.
    let softTaints: [Taint]
    let isReady: Bool
    let isUnschedulable: Bool
    /// nil where the node does not say: it takes any number of pods.
    let offered: ResourceAmounts?

    init(_ node: Node) {
        name = node.name
        labels = node.labels
        let taints = node.spec?.taints ?? []
        self.taints = taints.filter { $0.effect != "PreferNoSchedule" }
        softTaints = taints.filter { $0.effect == "PreferNoSchedule" }
        isReady = node.status?.conditions.first { $0.type == "Ready" }?.status == "True" && !node.isBeingDeleted
        isUnschedulable = node.spec?.unschedulable == true
        let allocatable = node.status?.allocatable ?? [:]
        offered = allocatable.isEmpty ? nil : ResourceAmounts(allocatable)
    }
}

/// What a pod asks of a node itself, whatever other pods do.
struct PodNeeds: Sendable {
    let request: ResourceAmounts
    let ports: [HostPort]
    let preferred: [PreferredSchedulingTerm]
    private let selector: [String: String]
    private var terms: [NodeSelectorTerm]?
    private let tolerations: [Toleration]

    init(_ pod: Pod) {
        request = pod.requestedResources
        ports = pod.hostPorts
        selector = pod.spec?.nodeSelector ?? [:]
        let affinity = pod.spec?.affinity?.nodeAffinity
        terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
        preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
        tolerations = pod.spec?.tolerations ?? []
    }

    /// As far as `template` says where it may go: what the pod itself says of nodes' names does not count.
    init(_ pod: Pod, ignoringNames template: PodSpec?) {
        self.init(pod)
        terms = template?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
    }

    func isMeant(for node: NodeFacts) -> Bool {
        selector.allSatisfy { node.labels[$0.key] == $0.value } && terms?.contains { $0.matches(node) } ?? true
    }

    /// Why the pod cannot go there, in the order in which kube-scheduler asks; nil where it can.
    func obstacle(of node: NodeFacts) -> Obstacle? {
        if node.isUnschedulable, !isTolerated(Self.unschedulable) { return .unschedulable }
        guard node.isReady else { return .notReady }
        if let taint = node.taints.first(where: { !isTolerated($0) }) {
            return Obstacle("node(s) had untolerated taint {\(taint.key): \(taint.value ?? "")}", isFinal: true)
        }
        return isMeant(for: node) ? nil : .affinity
    }

    /// What there is too little of.
    func shortages(on node: NodeFacts, taken: ResourceAmounts) -> [Obstacle] {
        guard let offered = node.offered else { return [] }
        let missing = request.missing(from: offered, taken: taken)
        if missing.isEmpty { return [] }
        // What the node never has, nobody can leave to the pod.
        let never = Set(request.missing(from: offered, taken: ResourceAmounts()))
        return missing.map {
            Obstacle($0 == "pods" ? "Too many pods" : "Insufficient \($0)", isFinal: never.contains($0))
        }
    }

    private static let unschedulable = Taint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule")

    func isTolerated(_ taint: Taint) -> Bool { tolerations.contains { $0.tolerates(taint) } }
}

extension Toleration {
    /// <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/>
    func tolerates(_ taint: Taint) -> Bool {
        if let effect, !effect.isEmpty, effect != taint.effect { return false }
        if let key, !key.isEmpty, key != taint.key { return false }
        return self.operator == "Exists" || (key != nil && (value ?? "") == (taint.value ?? ""))
    }
}

extension NodeSelectorTerm {
    /// All of its requirements hold; a term without any matches nothing.
    /// <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity>
    func matches(_ node: NodeFacts) -> Bool {
        let (expressions, fields) = (matchExpressions, matchFields)
        guard !expressions.isEmpty || !fields.isEmpty else { return false }
        return expressions.allSatisfy { $0.holds(for: node.labels[$0.key]) }
            && fields.allSatisfy { $0.holds(for: $0.key == "metadata.name" ? node.name : nil) }
    }
}

extension NodeSelectorRequirement {
    fileprivate func holds(for value: String?) -> Bool {
        switch self.operator {
        case "In": value.map(values.contains) ?? false
        case "NotIn": value.map { !values.contains($0) } ?? true
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        case "Gt": compare(value) { $0 > $1 }
        case "Lt": compare(value) { $0 < $1 }
        default: false
        }
    }

    private func compare(_ value: String?, _ order: (Int, Int) -> Bool) -> Bool {
        guard let number = value.flatMap({ Int($0) }), let limit = values.first.flatMap({ Int($0) }) else { return false }
        return order(number, limit)
    }
}

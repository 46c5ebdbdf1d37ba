/// Nodes, the pods on them, and what is counted of those, so that placing one more looks at nodes only.
struct Placements: Sendable {
    private(set) var nodes: [String: NodeFacts] = [:]
    private(set) var taken: [String: ResourceAmounts] = [:]
    /// By the pod's uid.
    private(set) var placed: [String: PlacedPod] = [:]
    private(set) var byNode: [String: Set<String>] = [:]
    private var ports: [String: [HostPort: Int]] = [:]
    private var counters: [CounterKey: [String: Int]] = [:]
    /// How many pods with the same required anti-affinity each node has.
    private(set) var bars: [AffinityTerm: [String: Int]] = [:]
    /// The same of what pods wish.
    private(set) var wishes: [WeightedTerm: [String: Int]] = [:]
    /// How many nodes are to be avoided where possible.
    private(set) var softTainted = 0
    /// Pods that room was made for, by their uid, until they have their node.
    private(set) var nominated: [String: (node: String, pod: PlacedPod)] = [:]

    let namespaceLabels: PodGroup.NamespaceLabels

    init(_ namespaceLabels: @escaping PodGroup.NamespaceLabels) { self.namespaceLabels = namespaceLabels }

    /// Which pods are counted.
    struct CounterKey: Hashable {
        /// A pod counts that is in all of them.
        let groups: [PodGroup]
        let withLeaving: Bool
    }

    /// More than this many are not kept up: they are counted anew when they are next asked for.
    private static let mostCounters = 256

    mutating func set(_ node: NodeFacts) {
        softTainted += (node.softTaints.isEmpty ? 0 : 1) - (nodes[node.name]?.softTaints.isEmpty == false ? 1 : 0)
        nodes[node.name] = node
    }

    mutating func removeNode(_ name: String) {
        guard let old = nodes.removeValue(forKey: name) else { return }
        if !old.softTaints.isEmpty { softTainted -= 1 }
    }

    // MARK: pods

    mutating func place(_ uid: String, _ pod: PlacedPod) {
        remove(uid)
        placed[uid] = pod
        nominated[uid] = nil
        taken[pod.node, default: ResourceAmounts()] += pod.request
        byNode[pod.node, default: []].insert(uid)
        count(pod, by: 1)
    }

    mutating func remove(_ uid: String) {
        guard let old = placed.removeValue(forKey: uid) else { return }
        taken[old.node]? -= old.request
        byNode[old.node]?.remove(uid)
        count(old, by: -1)
    }

    private mutating func count(_ pod: PlacedPod, by step: Int) {
        for port in pod.ports { ports[pod.node, default: [:]][port, default: 0] += step }
        for term in pod.affinities.forbidden { Self.add(step, to: &bars[term], pod.node) }
        for wish in pod.affinities.wishes { Self.add(step, to: &wishes[wish], pod.node) }
        // Whom a pod needs near it is welcome there (kube-scheduler's hardPodAffinityWeight).
        for term in pod.affinities.required {
            Self.add(step, to: &wishes[WeightedTerm(term: term, weight: 1)], pod.node)
        }
        if counters.isEmpty { return }
        // Of the keys alone: a view of the dictionary would have each change copy it.
        for key in Array(counters.keys) where counts(key, pod) { Self.add(step, to: &counters[key, default: [:]], pod.node) }
    }

    /// Terms that no pod has any more are forgotten: each one is looked at for each pod that is placed.
    private static func add(_ step: Int, to counts: inout [String: Int]?, _ node: String) {
        var changed = counts ?? [:]
        // Given up meanwhile, so that the map is changed in place.
        counts = nil
        add(step, to: &changed, node)
        if !changed.isEmpty { counts = changed }
    }

    private static func add(_ step: Int, to counts: inout [String: Int], _ node: String) {
        let sum = (counts[node] ?? 0) + step
        counts[node] = sum == 0 ? nil : sum
    }

    private func counts(_ key: CounterKey, _ pod: PlacedPod) -> Bool {
        (key.withLeaving || !pod.isLeaving)
            && key.groups.allSatisfy { $0.contains(pod.labels, in: pod.namespace, namespaceLabels) }
    }

    // MARK: counts

    /// How many pods of all these groups each node has.
    mutating func count(_ groups: [PodGroup], withLeaving: Bool = true) -> [String: Int] {
        let key = CounterKey(groups: groups, withLeaving: withLeaving)
        if let known = counters[key] { return known }
        if counters.count >= Self.mostCounters { counters = [:] }
        var counts: [String: Int] = [:]
        for pod in placed.values where self.counts(key, pod) { counts[pod.node, default: 0] += 1 }
        counters[key] = counts
        return counts
    }

    /// The same by the value of a label of the nodes.
    func byDomain(_ counts: [String: Int], _ topologyKey: String) -> [String: Int] {
        var result: [String: Int] = [:]
        for (node, count) in counts {
            if let domain = nodes[node]?.labels[topologyKey] { result[domain, default: 0] += count }
        }
        return result
    }

    /// Whether any of the ports is somebody's on the node already.
    func isTaken(_ wanted: [HostPort], on node: String) -> Bool {
        guard let taken = ports[node], !taken.isEmpty else { return false }
        return wanted.contains { port in taken.contains { $0.value > 0 && $0.key.collides(with: port) } }
    }

    // MARK: nominations

    mutating func nominate(_ uid: String, _ pod: PlacedPod) { nominated[uid] = (pod.node, pod) }
    mutating func forgetNomination(_ uid: String) { nominated[uid] = nil }

    /// What is taken of a node for a pod of that priority: with what is kept for those that come before it.
    func taken(on node: String, for demand: PodDemand) -> ResourceAmounts {
        var amounts = taken[node] ?? ResourceAmounts()
        if nominated.isEmpty { return amounts }
        for (uid, kept) in nominated
        where kept.node == node && kept.pod.priority >= demand.priority && uid != demand.uid {
            amounts += kept.pod.request
        }
        return amounts
    }
}

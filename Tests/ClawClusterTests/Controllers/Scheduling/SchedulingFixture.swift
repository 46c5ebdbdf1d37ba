@testable import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels

func testNode(
    _ name: String, labels: [String: String] = [:], taints: [Taint] = [], offered: [String: Quantity] = [:],
    isReady: Bool = true, unschedulable: Bool? = nil
) -> Node {
    Node(
        metadata: ObjectMeta(name: name, labels: labels.merging(["kubernetes.io/hostname": name]) { $1 }),
        spec: NodeSpec(taints: taints, unschedulable: unschedulable),
        status: NodeStatus(
            allocatable: offered, conditions: [NodeCondition(type: "Ready", status: isReady ? "True" : "False")]))
}

func testPod(
    _ name: String, labels: [String: String] = [:], in namespace: String = "default", cpu: Quantity? = nil,
    change: (inout PodSpec) -> Void = { _ in }
) -> Pod {
    let resources = cpu.map { ResourceRequirements(requests: ["cpu": $0]) }
    var spec = PodSpec(containers: [Container(name: "main", image: "web:1", resources: resources)])
    change(&spec)
    return Pod(metadata: ObjectMeta(name: name, namespace: namespace, labels: labels, uid: name), spec: spec)
}

/// Six nodes: two in each of the zones a, b and c.
let zonedNodes = ["a", "b", "c"].flatMap { zone in
    (1...2).map { testNode("\(zone)\($0)", labels: ["zone": zone]) }
}

/// The scheduler's view of some nodes, without a cluster.
struct Board {
    private var placements: Placements

    init(_ nodes: [Node], namespaces: [String: [String: String]] = [:]) {
        placements = Placements { namespaces[$0] ?? [:] }
        for node in nodes { placements.set(NodeFacts(node)) }
    }

    /// Chooses a node for the pod and puts it there.
    /// - Returns: the node, or why there is none.
    @discardableResult
    mutating func place(_ pod: Pod, volumes: PodVolumes? = nil) -> String {
        let demand = PodDemand(pod, volumes: volumes)
        let (node, reasons) = placements.choose(demand)
        guard let node else { return Obstacle.message(reasons, nodes: placements.nodes.count) }
        put(pod, on: node)
        return node
    }

    mutating func put(_ pod: Pod, on node: String) { placements.place(pod.uid ?? "", PlacedPod(pod, on: node)) }

    mutating func remove(_ pod: Pod) { placements.remove(pod.uid ?? "") }

    mutating func preempt(for pod: Pod, budgets: [PodDisruptionBudget] = []) -> Preemption {
        placements.preempt(for: PodDemand(pod, volumes: nil), budgets.compactMap { EvictionBudget($0) })
    }
}

extension PodAffinityTerm {
    static func near(
        _ labels: [String: String], _ key: String = "zone", namespaceSelector: LabelSelector? = nil
    ) -> PodAffinityTerm {
        PodAffinityTerm(
            topologyKey: key, labelSelector: LabelSelector(matchLabels: labels), namespaceSelector: namespaceSelector)
    }
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Where pods may go")
struct SchedulingTests {
    private func node(
        _ name: String, labels: [String: String] = [:], taints: [Taint] = [], offered: [String: Quantity] = [:],
        isReady: Bool = true, unschedulable: Bool? = nil
    ) -> Node {
        let condition = NodeCondition(type: "Ready", status: isReady ? "True" : "False")
        return Node(
            metadata: ObjectMeta(name: name, labels: labels),
            spec: NodeSpec(taints: taints, unschedulable: unschedulable),
            status: NodeStatus(allocatable: offered, conditions: [condition]))
    }

    private func pod(_ name: String, cpu: Quantity? = nil, change: (inout PodSpec) -> Void = { _ in }) -> Pod {
        let resources = cpu.map { ResourceRequirements(requests: ["cpu": $0]) }
        var spec = PodSpec(containers: [Container(name: "main", image: "web:1", resources: resources)])
        change(&spec)
        return Pod(metadata: ObjectMeta(name: name, namespace: "default"), spec: spec)
    }

    /// The node a pod gets among these, or why it gets none.
    private func placement(of pod: Pod, among nodes: [Node]) async throws -> String {
        try await withCluster { cluster in
            for node in nodes {
                _ = try await cluster.client.create(node)
                _ = try await cluster.client.edit(Node.self, node.name, subresource: "status") { $0.status = node.status }
            }
            _ = try await cluster.client.create(pod)
            let seen = try await cluster.client.waitFor(Pod.self, pod.name, in: "default") {
                !($0.spec?.nodeName ?? "").isEmpty || $0.status?.conditions.contains { $0.type == "PodScheduled" } ?? false
            }
            return seen.spec?.nodeName
                ?? seen.status?.conditions.first { $0.type == "PodScheduled" }?.message ?? ""
        }
    }

    @Test("the selector, the affinity's operators, taints and their tolerations, cordoned and unready nodes")
    func filters() async throws {
        let nodes = [
            node("a", labels: ["disk": "ssd", "cores": "4"]), node("b", labels: ["disk": "hdd", "cores": "16"]),
            node("c", labels: ["disk": "ssd"], taints: [Taint(key: "gpu", effect: "NoSchedule", value: "yes")]),
            node("d", isReady: false), node("e", unschedulable: true),
        ]
        func affinity(_ key: String, _ operation: String, _ values: [String]) -> Pod {
            let term = NodeSelectorTerm(
                matchExpressions: [NodeSelectorRequirement(key: key, operator: operation, values: values)])
            return pod("p") {
                $0.affinity = Affinity(
                    nodeAffinity: NodeAffinity(
                        requiredDuringSchedulingIgnoredDuringExecution: NodeSelector(nodeSelectorTerms: [term])))
            }
        }
        let expected: [(Pod, String)] = [
            (pod("p") { $0.nodeSelector = ["disk": "hdd"] }, "b"),
            (affinity("cores", "Gt", ["8"]), "b"),
            (affinity("cores", "Lt", ["8"]), "a"),
            (affinity("disk", "NotIn", ["ssd", "hdd"]),
             "0/5 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 1 node(s) were not ready, "
                + "1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector. preemption: "
                + "0/5 nodes are available: 5 Preemption is not helpful for scheduling."),
            (pod("p") {
                $0.nodeSelector = ["disk": "ssd"]
                $0.tolerations = [Toleration(key: "gpu", operator: "Exists", effect: "NoSchedule")]
                $0.affinity = affinity("cores", "DoesNotExist", []).spec?.affinity
            }, "c"),
        ]
        for (pod, place) in expected { #expect(try await placement(of: pod, among: nodes) == place) }
    }

    @Test("a node takes no more than it offers, and what is deleted makes room for what waits")
    func room() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            let small = node("small", offered: ["cpu": "1", "memory": "1Gi", "pods": "10"])
            _ = try await client.create(small)
            _ = try await client.edit(Node.self, "small", subresource: "status") { $0.status = small.status }
            _ = try await client.create(pod("first", cpu: "700m"))
            try await client.waitFor(Pod.self, "first", in: "default") { $0.spec?.nodeName == "small" }
            _ = try await client.create(pod("second", cpu: "400m"))
            try await client.waitFor(Pod.self, "second", in: "default") {
                $0.status?.conditions.contains { $0.message?.hasPrefix("0/1 nodes are available: 1 Insufficient cpu.") ?? false } ?? false
            }
            _ = try await client.create(pod("third", cpu: "300m"))
            try await client.waitFor(Pod.self, "third", in: "default") { $0.spec?.nodeName == "small" }
            try await client.delete(Pod.self, "first", in: "default", gracePeriodSeconds: 0)
            try await client.waitFor(Pod.self, "second", in: "default") { $0.spec?.nodeName == "small" }
        }
    }

    @Test("without any node the pod says so")
    func none() async throws {
        #expect(try await placement(of: pod("p"), among: []) == "no nodes available to schedule pods")
    }
}

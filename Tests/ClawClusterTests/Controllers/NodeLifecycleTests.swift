import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("The life of nodes")
struct NodeLifecycleTests {
    private func makeNode(_ client: KubernetesClient, _ name: String = "n", lease: Timestamp?) async throws {
        var node = try await client.create(Node(metadata: ObjectMeta(name: name)))
        node.status = NodeStatus(conditions: [NodeCondition(type: "Ready", status: "True")])
        _ = try await client.replaceStatus(node)
        guard let lease else { return }
        _ = try await client.create(
            Lease(
                metadata: ObjectMeta(name: name, namespace: "kube-node-lease"),
                spec: LeaseSpec(holderIdentity: name, renewTime: lease.rfc3339(fractionDigits: 6))))
    }

    private func makePod(_ client: KubernetesClient, _ name: String, patience: Int? = nil) async throws {
        var pod = Pod(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: PodSpec(containers: [Container(name: "c", image: "i")], nodeName: "n", terminationGracePeriodSeconds: 0))
        if let patience {
            pod.spec?.tolerations = ["not-ready", "unreachable"].map {
                Toleration(
                    key: "node.kubernetes.io/\($0)", operator: "Exists", effect: "NoExecute", tolerationSeconds: patience)
            }
        }
        try await client.move(try await client.create(pod), to: "Running", isReady: true)
    }

    @Test("a node that falls silent is unknown, its pods are not ready, and they go when their patience ends")
    func lostNode() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            try await makeNode(client, lease: cluster.clock.now)
            try await makeNode(client, "well", lease: nil)
            try await makePod(client, "quick", patience: 10)
            try await makePod(client, "patient")
            for _ in 0..<6 {
                try await cluster.clock.advance(by: .seconds(10))
                _ = try await client.edit(Lease.self, "n", in: "kube-node-lease") {
                    $0.spec?.renewTime = cluster.clock.now.rfc3339(fractionDigits: 6)
                }
            }
            try await cluster.clock.settle()
            #expect(try await client.get(Node.self, "n").spec?.taints.isEmpty ?? true)
            try await cluster.clock.advance(by: .seconds(52))
            let lost = try await client.waitFor(Node.self, "n") { ($0.spec?.taints ?? []).count == 2 }
            let ready = lost.status?.conditions.first { $0.type == "Ready" }
            #expect(ready?.status == "Unknown" && ready?.reason == "NodeStatusUnknown")
            #expect(ready?.message == "Kubelet stopped posting node status.")
            #expect(Set(lost.spec?.taints.map(\.key) ?? []) == ["node.kubernetes.io/unreachable"])
            try await client.waitFor(Pod.self, "patient", in: "default") { !$0.isReadyPod }
            try await cluster.clock.advance(by: .seconds(12))
            try await client.waitUntilGone(Pod.self, "quick", in: "default")
            #expect(try await client.get(Pod.self, "patient", in: "default").isBeingDeleted == false)
            // By default it takes five minutes.
            try await cluster.clock.advance(by: .seconds(300))
            try await client.waitUntilGone(Pod.self, "patient", in: "default")
        }
    }

    @Test("a node that is heard of again loses its taints")
    func recovery() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            try await makeNode(client, lease: cluster.clock.now)
            try await makeNode(client, "well", lease: nil)
            try await cluster.clock.advance(by: .seconds(60))
            var node = try await client.waitFor(Node.self, "n") { ($0.spec?.taints ?? []).count == 2 }
            _ = try await client.edit(Lease.self, "n", in: "kube-node-lease") {
                $0.spec?.renewTime = cluster.clock.now.rfc3339(fractionDigits: 6)
            }
            node.status?.conditions = [NodeCondition(type: "Ready", status: "True")]
            _ = try await client.replaceStatus(node)
            try await client.waitFor(Node.self, "n") { $0.spec?.taints.isEmpty ?? true }
        }
    }

    @Test("conditions and cordoning become taints; a node without a lease is left as it is")
    func taints() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            try await makeNode(client, lease: nil)
            try await cluster.clock.advance(by: .seconds(300))
            #expect(try await client.get(Node.self, "n").spec?.taints.isEmpty ?? true)
            _ = try await client.edit(Node.self, "n") {
                $0.spec = $0.spec ?? NodeSpec()
                $0.spec?.unschedulable = true
            }
            try await client.waitFor(Node.self, "n") {
                $0.spec?.taints.map(\.key) == ["node.kubernetes.io/unschedulable"]
            }
            _ = try await client.edit(Node.self, "n", subresource: "status") {
                $0.status?.conditions.append(NodeCondition(type: "DiskPressure", status: "True"))
            }
            try await client.waitFor(Node.self, "n") { $0.spec?.taints.count == 2 }
        }
    }

    @Test("pods of a node that is gone are removed after a while")
    func goneNode() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            try await makeNode(client, lease: nil)
            try await makePod(client, "p")
            try await client.delete(Node.self, "n")
            try await cluster.clock.advance(by: .seconds(30))
            #expect(try await client.find(Pod.self, "p", in: "default") != nil)
            try await cluster.clock.advance(by: .seconds(20))
            try await client.waitUntilGone(Pod.self, "p", in: "default")
        }
    }

    @Test("a ReplicationController keeps its pods too")
    func replicationController() async throws {
        try await withSimulatedNodes(.init(count: 1)) { client in
            _ = try await client.create(
                ReplicationController(
                    metadata: ObjectMeta(name: "old", namespace: "default"),
                    spec: ReplicationControllerSpec(
                        replicas: 2, selector: ["app": "old"],
                        template: PodTemplateSpec(
                            metadata: ObjectMeta(labels: ["app": "old"]),
                            spec: PodSpec(containers: [Container(name: "main", image: "old:1")])))))
            let ready = try await client.waitFor(ReplicationController.self, "old", in: "default") {
                $0.status?.readyReplicas == 2
            }
            #expect(ready.status?.replicas == 2 && ready.status?.fullyLabeledReplicas == 2)
            _ = try await client.scale(ReplicationController.self, "old", in: "default", to: 1)
            try await client.waitFor(ReplicationController.self, "old", in: "default") { $0.status?.replicas == 1 }
        }
    }
}

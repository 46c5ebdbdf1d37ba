@testable import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("Pods go where their volumes and ports are")
struct PlacementWithVolumesTests {
    private func volume(_ name: String, on node: String, size: String = "1Gi") -> PersistentVolume {
        let term = NodeSelectorTerm(
            matchExpressions: [NodeSelectorRequirement(key: "kubernetes.io/hostname", operator: "In", values: [node])])
        return PersistentVolume(
            metadata: ObjectMeta(name: name),
            spec: PersistentVolumeSpec(
                accessModes: ["ReadWriteOnce"], capacity: ["storage": Quantity(size) ?? .zero],
                hostPath: HostPathVolumeSource(path: "/data"),
                nodeAffinity: VolumeNodeAffinity(required: NodeSelector(nodeSelectorTerms: [term])),
                storageClassName: "late"))
    }

    private func pod(_ name: String, claim: String) -> Pod {
        var pod = testPod(name) {
            $0.volumes = [
                Volume(
                    name: "data", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: claim))
            ]
        }
        pod.metadata.uid = nil
        return pod
    }

    private func makeNodes(_ names: String..., client: KubernetesClient) async throws {
        for name in names {
            let node = testNode(name)
            _ = try await client.create(node)
            _ = try await client.edit(Node.self, name, subresource: "status") { $0.status = node.status }
        }
    }

    private func claim(_ name: String, class kind: String) -> PersistentVolumeClaim {
        PersistentVolumeClaim(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]),
                storageClassName: kind))
    }

    @Test("a claim that waits for its consumer is bound where a volume is, each to one of its own")
    func delayed() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            try await makeNodes("x", "y", "z", client: client)
            _ = try await client.create(
                StorageClass(
                    metadata: ObjectMeta(name: "late"), provisioner: "kubernetes.io/no-provisioner",
                    volumeBindingMode: "WaitForFirstConsumer"))
            for node in ["y", "z"] { _ = try await client.create(volume("on-\(node)", on: node)) }
            for number in 1...3 {
                _ = try await client.create(claim("c\(number)", class: "late"))
                _ = try await client.create(pod("p\(number)", claim: "c\(number)"))
            }
            let pods = try await client.waitForAll(Pod.self) { pods in
                pods.filter { !($0.spec?.nodeName ?? "").isEmpty }.count == 2
                    && pods.contains { pod in
                        (pod.spec?.nodeName ?? "").isEmpty
                            && (pod.status?.conditions.contains { $0.type == "PodScheduled" } ?? false)
                    }
            }
            let placed = pods.filter { !($0.spec?.nodeName ?? "").isEmpty }
            #expect(Set(placed.compactMap(\.spec?.nodeName)) == ["y", "z"])
            for pod in placed {
                let claim = try await client.waitFor(
                    PersistentVolumeClaim.self, pod.claimNames[0], in: "default") { $0.status?.phase == "Bound" }
                #expect(claim.spec?.volumeName == "on-\(pod.spec?.nodeName ?? "")")
            }
            let waiting = try #require(pods.first { ($0.spec?.nodeName ?? "").isEmpty })
            #expect(
                waiting.status?.conditions.first { $0.type == "PodScheduled" }?.message
                    == "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind. "
                    + "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")
        }
    }

    @Test("of many that are placed at once no two count on one volume")
    func crowd() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            try await makeNodes("x", "y", "z", client: client)
            for number in 1...24 { _ = try await client.create(claim("c\(number)", class: "late")) }
            // Before the pods: of a claim that nothing could ever bind simulated nodes ask nothing.
            for number in 1...24 { _ = try await client.create(volume("v\(number)", on: ["x", "y", "z"][number % 3])) }
            for number in 1...24 { _ = try await client.create(pod("p\(number)", claim: "c\(number)")) }
            // Now that all of them can be placed, all are looked at.
            _ = try await client.create(
                StorageClass(
                    metadata: ObjectMeta(name: "late"), provisioner: "kubernetes.io/no-provisioner",
                    volumeBindingMode: "WaitForFirstConsumer"))
            let claims = try await client.waitForAll(PersistentVolumeClaim.self) { claims in
                claims.count { $0.status?.phase == "Bound" } == 24
            }
            #expect(Set(claims.compactMap(\.spec?.volumeName)).count == 24)
            let pods = try await client.waitForAll(Pod.self) { pods in
                pods.count { !($0.spec?.nodeName ?? "").isEmpty } == 24
            }
            for pod in pods {
                let claim = try #require(claims.first { $0.name == pod.claimNames[0] })
                let volume = try await client.get(PersistentVolume.self, claim.spec?.volumeName ?? "")
                let term = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms.first?.matchExpressions.first
                #expect(term?.values == [pod.spec?.nodeName ?? ""])
            }
        }
    }

    @Test("a pod waits for its claim, and for the claim to be bound, and says so")
    func immediate() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            try await makeNodes("x", client: client)
            _ = try await client.create(
                StorageClass(
                    metadata: ObjectMeta(name: "now"), provisioner: "kubernetes.io/no-provisioner",
                    volumeBindingMode: "Immediate"))
            func says(_ text: String) async throws {
                try await client.waitFor(Pod.self, "p", in: "default") { pod in
                    pod.status?.conditions.contains { $0.message?.hasPrefix("0/1 nodes are available: \(text).") ?? false } ?? false
                }
            }
            _ = try await client.create(pod("p", claim: "c"))
            try await says("persistentvolumeclaim \"c\" not found")
            _ = try await client.create(claim("c", class: "now"))
            try await says("pod has unbound immediate PersistentVolumeClaims")
            var free = volume("v", on: "x")
            free.spec?.storageClassName = "now"
            _ = try await client.create(free)
            try await client.waitFor(Pod.self, "p", in: "default") { $0.spec?.nodeName == "x" }
        }
    }

    @Test("a bound volume keeps its pod where it can be reached")
    func bound() {
        var board = Board([testNode("x"), testNode("y")])
        var volumes = PodVolumes()
        volumes.bound = [volume("v", on: "y").spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []]
        #expect(board.place(testPod("p"), volumes: volumes) == "y")
        volumes.bound = [volume("v", on: "gone").spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []]
        #expect(
            board.place(testPod("q"), volumes: volumes)
                == "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.")
    }

    @Test("a port of the node is one pod's; at other addresses or with another protocol it is another port")
    func hostPorts() {
        func pod(_ name: String, _ port: Int, _ transport: String = "TCP", at address: String? = nil) -> Pod {
            testPod(name) {
                $0.containers[0].ports = [
                    ContainerPort(containerPort: 80, protocol: transport, hostIP: address, hostPort: port)
                ]
            }
        }
        var board = Board([testNode("x"), testNode("y")])
        #expect(Set([board.place(pod("a", 80)), board.place(pod("b", 80))]) == ["x", "y"])
        #expect(
            board.place(pod("c", 80))
                == "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.")
        #expect(!board.place(pod("d", 80, "UDP")).hasPrefix("0/"))
        #expect(board.place(pod("e", 80, at: "10.0.0.1")).hasPrefix("0/2"))
        #expect(!board.place(pod("f", 81, at: "10.0.0.1")).hasPrefix("0/"))
        #expect(!board.place(pod("g", 81, at: "10.0.0.2")).hasPrefix("0/"))
    }
}

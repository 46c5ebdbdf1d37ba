import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("The binding of volumes")
struct VolumeBindingTests {
    private static func volume(
        _ name: String, _ size: Quantity, _ change: (inout PersistentVolume) -> Void = { _ in }
    ) -> PersistentVolume {
        var volume = PersistentVolume(
            metadata: ObjectMeta(name: name),
            spec: PersistentVolumeSpec(
                accessModes: ["ReadWriteOnce"], capacity: ["storage": size],
                hostPath: HostPathVolumeSource(path: "/volumes/\(name)"), persistentVolumeReclaimPolicy: "Retain",
                storageClassName: "manual"))
        change(&volume)
        return volume
    }

    private static func claim(
        _ name: String, _ size: Quantity = "5Gi", _ change: (inout PersistentVolumeClaimSpec) -> Void = { _ in }
    ) -> PersistentVolumeClaim {
        var spec = PersistentVolumeClaimSpec(
            accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": size]),
            storageClassName: "manual")
        change(&spec)
        return PersistentVolumeClaim(metadata: ObjectMeta(name: name, namespace: "default"), spec: spec)
    }

    private func bound(_ client: KubernetesClient, _ claim: String) async throws -> PersistentVolumeClaim {
        try await client.waitFor(PersistentVolumeClaim.self, claim, in: "default") { $0.status?.phase == "Bound" }
    }

    @Test("the smallest volume that suits is taken, once; labels choose, and what is kept for a claim goes to it")
    func matching() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.volume("large", "100Gi"))
            _ = try await client.create(Self.volume("medium", "10Gi"))
            _ = try await client.create(Self.volume("small", "1Gi"))
            _ = try await client.create(Self.volume("other", "6Gi") { $0.spec?.storageClassName = "fast" })
            try await client.waitFor(PersistentVolume.self, "medium") { $0.status?.phase == "Available" }
            _ = try await client.create(Self.claim("one"))
            let one = try await bound(client, "one")
            #expect(one.spec?.volumeName == "medium" && one.status?.capacity["storage"] == "10Gi")
            #expect(one.annotations["pv.kubernetes.io/bind-completed"] == "yes")
            let medium = try await client.waitFor(PersistentVolume.self, "medium") { $0.status?.phase == "Bound" }
            #expect(medium.spec?.claimRef?.uid == one.uid)
            _ = try await client.create(Self.claim("two"))
            #expect(try await bound(client, "two").spec?.volumeName == "large")
            _ = try await client.create(Self.claim("three"))
            try await client.waitFor(PersistentVolumeClaim.self, "three", in: "default") { $0.status?.phase == "Pending" }
            _ = try await client.create(
                Self.volume("kept", "5Gi") {
                    $0.spec?.claimRef = ObjectReference(
                        kind: "PersistentVolumeClaim", name: "four", namespace: "default")
                })
            _ = try await client.create(Self.volume("labelled", "5Gi") { $0.labels = ["disk": "ssd"] })
            #expect(try await bound(client, "three").spec?.volumeName == "labelled")
            _ = try await client.create(Self.claim("four", "1Gi"))
            #expect(try await bound(client, "four").spec?.volumeName == "kept")
            _ = try await client.create(
                Self.claim("five", "1Gi") { $0.selector = LabelSelector(matchLabels: ["disk": "nvme"]) })
            _ = try await client.create(Self.volume("nvme", "5Gi") { $0.labels = ["disk": "nvme"] })
            #expect(try await bound(client, "five").spec?.volumeName == "nvme")
        }
    }

    @Test("a volume kept for a claim that another one got goes back: to everybody, or to who asks by that name")
    func keptInVain() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.volume("taken", "10Gi"))
            _ = try await client.create(Self.claim("one"))
            let one = try await bound(client, "one")
            for (name, keeper) in [("by-scheduler", "yes"), ("by-hand", nil)] {
                _ = try await client.create(
                    Self.volume(name, "10Gi") {
                        $0.annotations["pv.kubernetes.io/bound-by-controller"] = keeper
                        $0.spec?.claimRef = ObjectReference(
                            kind: "PersistentVolumeClaim", name: "one", namespace: "default", uid: one.uid)
                    })
                try await client.waitFor(PersistentVolume.self, name) { volume in
                    let reference = volume.spec?.claimRef
                    return volume.status?.phase == "Available" && reference?.uid == nil
                        && reference?.name == (keeper == nil ? "one" : nil)
                }
            }
            #expect(try await bound(client, "one").spec?.volumeName == "taken")
        }
    }

    @Test("of many claims and volumes each gets one of its own")
    func race() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            for number in 0..<20 {
                _ = try await client.create(Self.claim("c-\(number)"))
                _ = try await client.create(Self.volume("v-\(number)", "5Gi"))
            }
            let claims = try await client.waitForAll(PersistentVolumeClaim.self) { claims in
                claims.count == 20 && claims.allSatisfy { $0.status?.phase == "Bound" }
            }
            #expect(Set(claims.compactMap { $0.spec?.volumeName }).count == 20)
        }
    }

    @Test("a volume outlives its claim, released; a claim whose volume is gone is lost")
    func afterlife() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.volume("v", "5Gi"))
            _ = try await client.create(Self.claim("c"))
            _ = try await bound(client, "c")
            try await client.delete(PersistentVolumeClaim.self, "c", in: "default")
            try await client.waitFor(PersistentVolume.self, "v") { $0.status?.phase == "Released" }
            // Another claim of the same name is another claim.
            _ = try await client.create(Self.claim("c"))
            try await client.waitFor(PersistentVolumeClaim.self, "c", in: "default") { $0.status?.phase == "Pending" }
            _ = try await client.create(Self.volume("w", "5Gi"))
            _ = try await bound(client, "c")
            _ = try await client.edit(PersistentVolume.self, "w") { $0.metadata.finalizers = [] }
            try await client.delete(PersistentVolume.self, "w")
            try await client.waitFor(PersistentVolumeClaim.self, "c", in: "default") { $0.status?.phase == "Lost" }
        }
    }

    @Test("a class that waits for the first consumer binds where the pod has gone; provisioners are told")
    func firstConsumer() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            for (name, provisioner) in [("manual", "kubernetes.io/no-provisioner"), ("made", "test.dev/maker")] {
                _ = try await client.create(
                    StorageClass(
                        metadata: ObjectMeta(name: name), provisioner: provisioner,
                        volumeBindingMode: name == "manual" ? "WaitForFirstConsumer" : "Immediate"))
            }
            for name in ["a", "b"] {
                _ = try await client.create(Node(metadata: ObjectMeta(name: name, labels: ["kubernetes.io/hostname": name])))
                _ = try await client.create(
                    Self.volume("v-\(name)", "5Gi") {
                        let here = NodeSelectorRequirement(key: "kubernetes.io/hostname", operator: "In", values: [name])
                        $0.spec?.nodeAffinity = VolumeNodeAffinity(
                            required: NodeSelector(nodeSelectorTerms: [NodeSelectorTerm(matchExpressions: [here])]))
                    })
            }
            _ = try await client.create(Self.claim("c"))
            try await client.waitForAll(Event.self) { $0.contains { $0.reason == "WaitForFirstConsumer" } }
            _ = try await client.create(
                Pod(
                    metadata: ObjectMeta(name: "p", namespace: "default"),
                    spec: PodSpec(
                        containers: [Container(name: "c", image: "i")], nodeName: "b",
                        volumes: [
                            Volume(
                                name: "v", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: "c"))
                        ])))
            #expect(try await bound(client, "c").spec?.volumeName == "v-b")
            _ = try await client.create(Self.claim("d") { $0.storageClassName = "made" })
            try await client.waitFor(PersistentVolumeClaim.self, "d", in: "default") {
                $0.annotations["volume.kubernetes.io/storage-provisioner"] == "test.dev/maker"
            }
        }
    }
}

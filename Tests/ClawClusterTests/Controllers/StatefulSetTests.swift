import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("StatefulSets")
struct StatefulSetTests {
    private static func set(replicas: Int, _ change: (inout StatefulSetSpec) -> Void = { _ in }) -> StatefulSet {
        var spec = StatefulSetSpec(
            selector: LabelSelector(matchLabels: ["app": "db"]),
            template: PodTemplateSpec(
                metadata: ObjectMeta(labels: ["app": "db"]),
                spec: PodSpec(containers: [Container(name: "main", image: "db:1")])),
            replicas: replicas, serviceName: "db")
        change(&spec)
        return StatefulSet(metadata: ObjectMeta(name: "db", namespace: "default"), spec: spec)
    }

    private static let data = PersistentVolumeClaim(
        metadata: ObjectMeta(name: "data"),
        spec: PersistentVolumeClaimSpec(
            accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "1Gi"])))

    private func pods(_ client: KubernetesClient, _ names: [String]) async throws -> [Pod] {
        try await client.waitForAll(Pod.self, labels: ["app": "db"]) { pods in
            pods.filter { !$0.isBeingDeleted }.map(\.name).sorted() == names
        }
    }

    private static func isDone(_ set: StatefulSet) -> Bool {
        let (status, replicas) = (set.status, set.spec?.replicas ?? 1)
        return status?.observedGeneration == set.metadata.generation && status?.replicas == replicas
            && status?.readyReplicas == replicas && status?.updatedReplicas == replicas
            && status?.currentRevision == status?.updateRevision
    }

    private func image(_ client: KubernetesClient, _ image: String) async throws {
        _ = try await client.edit(StatefulSet.self, "db", in: "default") {
            $0.spec?.template.spec?.containers[0].image = image
        }
    }

    private static func images(_ pods: [Pod]) -> [String] {
        pods.sorted { $0.name < $1.name }.map { $0.spec?.containers.first?.image ?? "" }
    }

    @Test("pods come one after the other, each when the one before is ready, and go the other way round")
    func order() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.set(replicas: 3))
            for count in 1...3 {
                let names = (0..<count).map { "db-\($0)" }
                let present = try await pods(client, names)
                try await cluster.clock.settle()
                #expect(try await client.list(Pod.self, in: "default").items.count == count)
                let last = try #require(present.first { $0.name == names.last })
                #expect(last.labels["statefulset.kubernetes.io/pod-name"] == last.name)
                #expect(last.labels["apps.kubernetes.io/pod-index"] == String(count - 1))
                #expect(last.spec?.hostname == last.name && last.spec?.subdomain == "db")
                try await client.move(last, to: "Running", isReady: true)
            }
            let done = try await client.waitFor(StatefulSet.self, "db", in: "default", Self.isDone)
            #expect(done.status?.availableReplicas == 3 && done.status?.currentReplicas == 3)
            #expect(done.status?.collisionCount == 0)
            _ = try await client.edit(Pod.self, "db-2", in: "default") { $0.metadata.finalizers = ["test.dev/hold"] }
            _ = try await client.edit(StatefulSet.self, "db", in: "default") { $0.spec?.replicas = 1 }
            try await client.waitFor(Pod.self, "db-2", in: "default") { $0.isBeingDeleted }
            try await cluster.clock.settle()
            #expect(try await client.get(Pod.self, "db-1", in: "default").isBeingDeleted == false)
            _ = try await client.edit(Pod.self, "db-2", in: "default") { $0.metadata.finalizers = [] }
            _ = try await pods(client, ["db-0"])
        }
    }

    @Test("in parallel all come at once; ordinals may begin elsewhere")
    func parallel() async throws {
        try await withVirtualCluster { cluster in
            _ = try await cluster.client.create(
                Self.set(replicas: 3) {
                    $0.podManagementPolicy = "Parallel"
                    $0.ordinals = StatefulSetOrdinals(start: 5)
                })
            _ = try await pods(cluster.client, ["db-5", "db-6", "db-7"])
        }
    }

    @Test("a new template rolls out from the highest ordinal down to the partition, and undone it rolls back")
    func rollout() async throws {
        try await withSimulatedNodes(.init(count: 2)) { client in
            _ = try await client.create(Self.set(replicas: 3))
            let first = try await client.waitFor(StatefulSet.self, "db", in: "default", Self.isDone)
            _ = try await client.edit(StatefulSet.self, "db", in: "default") {
                $0.spec?.updateStrategy?.rollingUpdate = RollingUpdateStatefulSetStrategy(partition: 2)
                $0.spec?.template.spec?.containers[0].image = "db:2"
            }
            let part = try await client.waitFor(StatefulSet.self, "db", in: "default") { set in
                set.status?.observedGeneration == set.metadata.generation && set.status?.updatedReplicas == 1
                    && set.status?.readyReplicas == 3
            }
            #expect(part.status?.currentReplicas == 2)
            #expect(part.status?.currentRevision == first.status?.currentRevision)
            #expect(part.status?.updateRevision != first.status?.updateRevision)
            #expect(Self.images(try await client.list(Pod.self, in: "default").items) == ["db:1", "db:1", "db:2"])
            // A pod below the partition comes back as it was.
            try await client.delete(Pod.self, "db-0", in: "default")
            try await client.waitForAll(Pod.self) { pods in
                pods.count == 3 && pods.allSatisfy { $0.isReadyPod && !$0.isBeingDeleted }
            }
            #expect(Self.images(try await client.list(Pod.self, in: "default").items) == ["db:1", "db:1", "db:2"])
            _ = try await client.edit(StatefulSet.self, "db", in: "default") {
                $0.spec?.updateStrategy?.rollingUpdate?.partition = 0
            }
            try await client.waitFor(StatefulSet.self, "db", in: "default", Self.isDone)
            #expect(Self.images(try await client.list(Pod.self, in: "default").items) == ["db:2", "db:2", "db:2"])
            let revisions = try await client.list(ControllerRevision.self, in: "default").items
            #expect(revisions.map(\.revision).sorted() == [1, 2])
            // As `kubectl rollout undo` does it.
            let old = try #require(revisions.first { $0.revision == 1 })
            _ = try await client.patch(StatefulSet.self, "db", in: "default", .strategic(try #require(old.data)))
            let back = try await client.waitFor(StatefulSet.self, "db", in: "default") {
                Self.isDone($0) && $0.status?.currentRevision == old.name
            }
            #expect(back.spec?.template == first.spec?.template)
            #expect(Self.images(try await client.list(Pod.self, in: "default").items) == ["db:1", "db:1", "db:1"])
            let again = try await client.list(ControllerRevision.self, in: "default").items
            #expect(again.map(\.revision).sorted() == [2, 3])
        }
    }

    @Test("OnDelete waits for pods to be deleted; revisions that nobody uses go beyond the limit")
    func onDelete() async throws {
        try await withSimulatedNodes(.init(count: 2)) { client in
            _ = try await client.create(
                Self.set(replicas: 2) {
                    $0.updateStrategy = StatefulSetUpdateStrategy(type: "OnDelete")
                    $0.revisionHistoryLimit = 1
                })
            try await client.waitFor(StatefulSet.self, "db", in: "default") { $0.status?.readyReplicas == 2 }
            for number in 2...4 {
                try await image(client, "db:\(number)")
                try await client.waitFor(StatefulSet.self, "db", in: "default") {
                    $0.status?.observedGeneration == $0.metadata.generation
                }
            }
            #expect(Self.images(try await client.list(Pod.self, in: "default").items) == ["db:1", "db:1"])
            try await client.delete(Pod.self, "db-1", in: "default")
            try await client.waitForAll(Pod.self) { Self.images($0) == ["db:1", "db:4"] }
            // In use: the first and the fourth; of the others one is kept.
            let left = try await client.waitForAll(ControllerRevision.self) { $0.count == 3 }
            #expect(left.map(\.revision).sorted() == [1, 3, 4])
        }
    }

    @Test("as many pods of an old template go at a time as may be missing")
    func maxUnavailable() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.set(replicas: 4) {
                    $0.podManagementPolicy = "Parallel"
                    $0.updateStrategy = StatefulSetUpdateStrategy(
                        rollingUpdate: RollingUpdateStatefulSetStrategy(maxUnavailable: 2))
                })
            for pod in try await pods(client, (0..<4).map { "db-\($0)" }) {
                try await client.move(pod, to: "Running", isReady: true)
            }
            try await client.waitFor(StatefulSet.self, "db", in: "default", Self.isDone)
            try await image(client, "db:2")
            try await client.waitForAll(Pod.self) { Self.images($0) == ["db:1", "db:1", "db:2", "db:2"] }
            try await cluster.clock.settle()
            #expect(Self.images(try await client.list(Pod.self, in: "default").items) == ["db:1", "db:1", "db:2", "db:2"])
        }
    }

    @Test("each pod has its claims; they stay, or go with the set or with the scaled-down pod, as the policy says")
    func volumeClaims() async throws {
        try await withSimulatedNodes(.init(count: 1)) { client in
            _ = try await client.create(
                Self.set(replicas: 2) {
                    $0.volumeClaimTemplates = [Self.data]
                    $0.persistentVolumeClaimRetentionPolicy = StatefulSetPersistentVolumeClaimRetentionPolicy(
                        whenDeleted: "Retain", whenScaled: "Delete")
                })
            try await client.waitFor(StatefulSet.self, "db", in: "default") { $0.status?.replicas ?? 0 >= 1 }
            let claim = try await client.waitFor(PersistentVolumeClaim.self, "data-db-0", in: "default") { _ in true }
            #expect(claim.labels == ["app": "db"] && claim.metadata.ownerReferences.isEmpty)
            let pod = try await client.waitFor(Pod.self, "db-0", in: "default") { _ in true }
            #expect(pod.spec?.volumes.first { $0.name == "data" }?.persistentVolumeClaim?.claimName == "data-db-0")
            try await client.waitFor(PersistentVolumeClaim.self, "data-db-1", in: "default") { _ in true }
            _ = try await client.edit(StatefulSet.self, "db", in: "default") { $0.spec?.replicas = 1 }
            try await client.waitUntilGone(PersistentVolumeClaim.self, "data-db-1", in: "default")
            try await client.waitFor(StatefulSet.self, "db", in: "default") { $0.status?.replicas == 1 }
            _ = try await client.edit(StatefulSet.self, "db", in: "default") {
                $0.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted = "Delete"
            }
            try await client.waitFor(PersistentVolumeClaim.self, "data-db-0", in: "default") {
                $0.metadata.ownerReferences.first?.kind == "StatefulSet"
            }
            try await client.delete(StatefulSet.self, "db", in: "default")
            try await client.waitUntilGone(PersistentVolumeClaim.self, "data-db-0", in: "default")
        }
    }

    @Test("a pod that failed is put in place again; at rest nothing is written")
    func restoration() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.set(replicas: 1))
            let pod = try await pods(client, ["db-0"])[0]
            try await client.move(pod, to: "Failed", exitCode: 1)
            try await client.waitFor(Pod.self, "db-0", in: "default") { $0.uid != pod.uid }
            try await cluster.clock.settle()
            let version = try await client.get(StatefulSet.self, "db", in: "default").resourceVersion
            _ = try await client.edit(Pod.self, "db-0", in: "default") { $0.annotations["note"] = "one" }
            try await cluster.clock.settle()
            #expect(try await client.get(StatefulSet.self, "db", in: "default").resourceVersion == version)
        }
    }
}

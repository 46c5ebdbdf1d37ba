import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("Volumes of runtimes")
struct RuntimeVolumeTests {
    private func volume(_ spec: JSONObject) -> Runtime { Fixture.runtime { $0["volume"] = .object(spec) } }

    @Test(
        "a volume grows where its storage lets it, and never shrinks",
        arguments: [("2Gi", "1Gi", true, true), ("2Gi", "1Gi", false, false), ("1Gi", "2Gi", true, false), ("1Gi", "1Gi", true, false)])
    func growth(wanted: String, there: String, canGrow: Bool, grows: Bool) {
        let runtime = volume(["size": .string(wanted)])
        var observed = Fixture.observed(runtime, pod: Fixture.ready)
        observed.volume?.size = Quantity(there)
        observed.volume?.canGrow = canGrow
        #expect(Fixture.next(runtime, observed).actions == (grows ? [.ensureVolume] : []))
    }

    @Test("a shared volume is mounted at a directory of the runtime's own, and none is made")
    func shared() throws {
        let runtime = volume(["shared": ["claim": "team"]])
        let cell = try RuntimeCell(runtime, Fixture.context)
        let state = try #require(cell.pod.spec?.volumes.first { $0.name == "state" })
        #expect(state.persistentVolumeClaim?.claimName == "team")
        let mount = cell.pod.spec?.containers.first?.volumeMounts.first { $0.name == "state" }
        #expect(mount?.subPath == "ada/ada")
        #expect(mount?.mountPath == RuntimeCell.stateDirectory)
        let step = Fixture.next(runtime, RuntimeObservation())
        #expect(step.actions == [.ensureIdentity, .startPod])
        let named = try RuntimeCell(volume(["shared": ["claim": "team", "subPath": "x/y"]]), Fixture.context)
        #expect(named.pod.spec?.containers.first?.volumeMounts.first?.subPath == "x/y")
    }

    @Test("nobody shares what is one runtime's own")
    func others() {
        let findings = RuntimeKind.admit(volume(["shared": ["claim": "bob-state"]]), Fixture.context)
        #expect(findings.map(\.code) == [.volumeTaken])
        #expect(findings.first?.field == "spec.volume.shared.claim")
    }

    @Test("before another program gets the volume it is kept; not before a mere restart for secrets")
    func snapshots() throws {
        let runtime = volume(["snapshots": ["keep": 2]])
        var observed = Fixture.observed(runtime, pod: Fixture.ready)
        observed.pod?.cellHash = "another"
        #expect(Fixture.next(runtime, observed).actions == [.snapshotVolume, .stopPod])
        let plain = Fixture.runtime()
        var seen = Fixture.observed(plain, pod: Fixture.ready)
        seen.pod?.cellHash = "another"
        #expect(Fixture.next(plain, seen).actions == [.stopPod])
    }

    @Test("a volume that is made from a snapshot says so, and keeps it")
    func restored() throws {
        let claim = try RuntimeCell(volume(["restoreFrom": "before"]), Fixture.context).claim
        #expect(claim.spec?.dataSource?.kind == "VolumeSnapshot")
        #expect(claim.spec?.dataSource?.name == "before")
        #expect(claim.spec?.dataSource?.apiGroup == "snapshot.storage.k8s.io")
        #expect(try RuntimeCell(volume([:]), Fixture.context).claim.spec?.dataSource == nil)
    }

    @Test("in a cluster: the claim grows, snapshots are taken before an update and the oldest go")
    func cluster() async throws {
        try await withRuntimes { world in
            let client = world.client
            _ = try await client.create(
                StorageClass(metadata: ObjectMeta(name: "elastic"), provisioner: "test", allowVolumeExpansion: true))
            try await Self.installSnapshots(client)
            // No provisioner serves the class: a volume is there already.
            _ = try await client.create(
                PersistentVolume(document: [
                    "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": "one"],
                    "spec": [
                        "accessModes": ["ReadWriteOnce"], "capacity": ["storage": "1Gi"], "storageClassName": "elastic",
                        "persistentVolumeReclaimPolicy": "Retain", "hostPath": ["path": "/nowhere"],
                    ],
                ]))
            try await world.start { spec in
                spec["volume"] = ["size": "1Gi", "storageClass": "elastic", "snapshots": ["keep": 2]]
            }
            try await world.reach(.ready)
            #expect(try await world.claim()?.spec?.storageClassName == "elastic")
            try await world.edit(["spec": ["volume": ["size": "3Gi"]]])
            try await eventually("the claim asks for more") {
                try await world.claim()?.spec?.resources?.requests["storage"]?.text == "3Gi"
            }
            let pod = try await world.pod()?.uid
            // A checkpoint's, or somebody else's: it is not for the runtime to delete.
            var others = VolumeSnapshot(
                metadata: ObjectMeta(name: "others", namespace: "demo", labels: [RuntimeCell.runtimeLabel: "ada"]),
                claim: "ada-state", snapshotClass: nil)
            let runtime = try await client.get(Runtime.self, "ada", in: "demo")
            others.metadata.ownerReferences = [OwnerReference(controlling: runtime)]
            _ = try await client.create(others)
            for command in ["one", "two", "three"] {
                let before = try await world.pod()?.uid
                try await world.edit(["spec": ["command": [.string(command)]]])
                // As long as it cannot be used the program that writes to the volume goes on.
                try await eventually("the snapshot is waited for") {
                    try await world.client.get(Runtime.self, "ada", in: "demo").status.lastError?.code == "E_SNAPSHOT_PENDING"
                }
                #expect(try await world.pod()?.uid == before)
                try await Self.makeSnapshots(client)
                try await eventually("it runs \(command)") {
                    try await world.pod()?.spec?.containers.first?.command == [command]
                }
                try await world.reach(.ready)
            }
            #expect(try await world.pod()?.uid != pod)
            _ = try await client.get(VolumeSnapshot.self, "others", in: "demo")
            let snapshots = try await client.list(VolumeSnapshot.self, in: "demo").items.filter { $0.name != "others" }
            #expect(snapshots.count == 2)
            #expect(snapshots.allSatisfy { $0.labels[RuntimeCell.userLabel] == "ada" })
            #expect(
                snapshots.allSatisfy {
                    $0.document["spec"]?["source"]?["persistentVolumeClaimName"]?.string == "ada-state"
                })
            // They are nobody's: what they hold outlives the runtime.
            #expect(snapshots.allSatisfy { $0.metadata.ownerReferences.isEmpty })
        }
    }

    @Test("a snapshot is of whom it says, else of whom the volume was that it was taken of, and not a later one of the name")
    func user() {
        var snapshot = VolumeSnapshot(ObjectMeta(name: "before", creationTimestamp: "2026-01-02T00:00:00Z"))
        var claim = PersistentVolumeClaim(
            metadata: ObjectMeta(
                name: "ada-state", labels: [RuntimeCell.userLabel: "ada"], creationTimestamp: "2026-01-01T00:00:00Z"))
        #expect(snapshot.user(of: claim) == "ada")
        #expect(snapshot.user(of: nil) == nil)
        claim.metadata.creationTimestamp = "2026-01-02T00:00:01Z"
        #expect(snapshot.user(of: claim) == nil)
        claim.metadata.creationTimestamp = "2026-01-01T00:00:00Z"
        claim.metadata.labels = [:]
        #expect(snapshot.user(of: claim) == nil)
        snapshot.metadata.labels = [RuntimeCell.userLabel: "bob"]
        #expect(snapshot.user(of: claim) == "bob")
    }

    @Test("a volume begins as a snapshot of its own user's data only")
    func origins() async throws {
        try await withRuntimes { world in
            let client = world.client
            try await Self.installSnapshots(client)
            _ = try await client.create(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "old-state", namespace: "demo", labels: [RuntimeCell.userLabel: "ada"]),
                    spec: PersistentVolumeClaimSpec(
                        accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]))))
            @Sendable func make(_ name: String, of claim: String, user: String? = nil) async throws {
                let labels = user.map { [RuntimeCell.userLabel: $0] } ?? [:]
                let metadata = ObjectMeta(name: name, namespace: "demo", labels: labels)
                _ = try await client.create(VolumeSnapshot(metadata: metadata, claim: claim, snapshotClass: nil))
            }
            @Sendable func begins(_ name: String) async throws {
                let claim = try await client.object(PersistentVolumeClaim.self, "\(name)-state", in: "demo") { _ in true }
                #expect(claim.spec?.dataSource?.kind == "VolumeSnapshot")
            }
            @Sendable func isRefused(_ name: String, _ code: String) async throws {
                try await client.object(Runtime.self, name, in: "demo") { $0.status.lastError?.code == code }
                #expect(try await client.find(PersistentVolumeClaim.self, "\(name)-state", in: "demo") == nil)
                #expect(try await client.find(Pod.self, name, in: "demo") == nil)
            }
            try await make("stated", of: "gone", user: "ada")
            try await make("traced", of: "old-state")
            try await make("unknown", of: "gone")
            try await make("bobs", of: "old-state", user: "bob")
            for name in ["stated", "traced", "unknown", "bobs", "missing"] {
                try await world.start("r-\(name)") { $0["volume"] = ["restoreFrom": .string(name)] }
            }
            try await begins("r-stated")
            try await begins("r-traced")
            try await isRefused("r-unknown", "E_VOLUME_TAKEN")
            try await isRefused("r-bobs", "E_VOLUME_TAKEN")
            try await isRefused("r-missing", "E_SNAPSHOT_PENDING")
            // Whoever may write snapshots says whose they are.
            _ = try await client.mergePatch(
                VolumeSnapshot.self, "unknown", in: "demo", ["metadata": ["labels": [RuntimeCell.userLabel: "ada"]]])
            try await begins("r-unknown")
            try await make("missing", of: "old-state")
            try await begins("r-missing")
        }
    }

    /// What storage does with snapshots that were ordered.
    static func makeSnapshots(_ client: KubernetesClient) async throws {
        for snapshot in try await client.list(VolumeSnapshot.self, in: "demo").items where !snapshot.isReady {
            var made = snapshot
            made.document["status"] = ["readyToUse": true, "restoreSize": "1Gi"]
            _ = try await client.replace(made)
        }
    }

    /// The definitions, as far as they are needed.
    static func installSnapshots(_ client: KubernetesClient) async throws {
        try await define("VolumeSnapshot", plural: "volumesnapshots", scope: "Namespaced", client)
        try await eventually("snapshots are served") {
            (try? await client.list(VolumeSnapshot.self, in: "demo")) != nil
        }
    }

    /// Says for which storage there are snapshots.
    static func installSnapshotClass(driver: String, _ client: KubernetesClient) async throws {
        try await define("VolumeSnapshotClass", plural: "volumesnapshotclasses", scope: "Cluster", client)
        try await eventually("their classes are served") { (try? await client.list(VolumeSnapshotClass.self)) != nil }
        var one = VolumeSnapshotClass(ObjectMeta(name: "one"))
        one.document["driver"] = .string(driver)
        _ = try await client.create(one)
    }

    private static func define(_ kind: String, plural: String, scope: String, _ client: KubernetesClient) async throws {
        let anything: JSON = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        let definition = CustomResourceDefinition(document: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string("\(plural).snapshot.storage.k8s.io"),
                "annotations": [
                    "api-approved.kubernetes.io": "https://github.com/kubernetes-csi/external-snapshotter/pull/814"
                ],
            ],
            "spec": [
                "group": "snapshot.storage.k8s.io", "scope": .string(scope),
                "names": ["kind": .string(kind), "plural": .string(plural)],
                "versions": [["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": anything]]],
            ],
        ])
        _ = try await client.create(definition)
    }
}

import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@Suite("The life of a process node and its pods", .serialized)
struct NodeLifeTests {
    @Test("the node tells what it is, and renews its lease")
    func registration() async throws {
        try await NodeFixture.run { fixture in
            let node = try await fixture.api.get(Node.self, "local")
            #expect(node.labels["clawkit.dev/node-kind"] == "process")
            #expect(node.labels["kubernetes.io/hostname"] == "local")
            #expect(node.status?.capacity["pods"] == "110")
            #expect(node.status?.nodeInfo?.kubeletVersion == "v1.36.2+clawkit")
            #expect(node.status?.addresses.first { $0.type == "InternalIP" }?.address == "127.0.0.1")
            try await fixture.api.waitFor(Lease.self, "local", in: "kube-node-lease") {
                $0.spec?.leaseDurationSeconds == 40
            }
            try await fixture.api.waitFor(StorageClass.self, "local") { $0.reclaimPolicy == "Delete" }
        }
    }

    @Test("a program that heeds SIGTERM ends in its own way, within its grace period")
    func gracefulEnd() async throws {
        try await NodeFixture.run { fixture in
            let file = "\(fixture.root)/farewell"
            try await fixture.start(
                "polite",
                [NodeFixture.shell("trap 'echo bye > \(file); exit 0' TERM; echo up; while :; do sleep 0.02; done")],
                grace: 10)
            _ = try await fixture.waitForLog("polite") { $0 == "up\n" }
            try await fixture.api.delete(Pod.self, "polite", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "polite", in: "default")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "bye\n")
        }
    }

    @Test("a program that ignores SIGTERM is killed with all it started")
    func forcedEnd() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "stubborn", [NodeFixture.shell("trap '' TERM; sleep 60 & echo $!; while :; do sleep 0.02; done")],
                grace: 1)
            let line = try await fixture.waitForLog("stubborn") { $0.hasSuffix("\n") }
            let child = try #require(Int32(line.dropLast()))
            try await fixture.api.delete(Pod.self, "stubborn", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "stubborn", in: "default")
            try await NodeFixture.eventually("the child is gone") { !NodeFixture.isAlive(child) }
        }
    }

    @Test("a forced deletion ends the processes at once")
    func forcedDeletion() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "web", [NodeFixture.shell("trap '' TERM; while :; do sleep 0.02; done")], grace: 600)
            let running = try await fixture.waitFor("web") { $0.isReadyPod }
            let pid = try #require(running.pid)
            try await fixture.api.delete(Pod.self, "web", in: "default", gracePeriodSeconds: 0)
            try await NodeFixture.eventually("the process is gone") { !NodeFixture.isAlive(pid) }
        }
    }

    @Test("what a container leaves running when it ends is ended too")
    func leftInGroup() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("parent", [NodeFixture.shell("sleep 60 & echo $!")], restartPolicy: "Never")
            try await fixture.waitFor("parent") { $0.status?.phase == "Succeeded" }
            let child = try #require(Int32(try await fixture.log("parent").dropLast()))
            try await NodeFixture.eventually("the child is gone") { !NodeFixture.isAlive(child) }
        }
    }

    @Test("a daemon that leaves its container's session does not outlive the container")
    func daemon() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "daemon",
                [
                    NodeFixture.shell(
                        "setsid sh -c 'echo $$$$ >p; exec sleep 60' & until test -s p; do sleep 0.02; done; cat p"
                    )
                ],
                restartPolicy: "Never")
            try await fixture.waitFor("daemon") { $0.status?.phase == "Succeeded" }
            let text = try await fixture.log("daemon")
            let child = try #require(Int32(text.dropLast()), "the log says \(text)")
            try await NodeFixture.eventually("the daemon is gone") { !NodeFixture.isAlive(child) }
        }
    }

    private static let storage = VolumeResourceRequirements(requests: ["storage": "1Gi"])
    private static let onThisNode = VolumeNodeAffinity(
        required: NodeSelector(nodeSelectorTerms: [
            NodeSelectorTerm(matchExpressions: [
                NodeSelectorRequirement(key: "kubernetes.io/hostname", operator: "In", values: ["local"])
            ])
        ]))

    @Test("a pod says which claim it waits for, and starts once the claim is there")
    func waitsForClaim() async throws {
        try await NodeFixture.run { fixture in
            let volume = Volume(
                name: "data", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: "late"))
            try await fixture.start("web", [NodeFixture.shell("exec sleep 60")], volumes: [volume])
            try await fixture.waitFor("web") {
                $0.main?.state?.waiting?.message == "persistentvolumeclaim \"late\" not found"
            }
            _ = try await fixture.api.create(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "late", namespace: "default"),
                    spec: PersistentVolumeClaimSpec(
                        accessModes: ["ReadWriteOnce"], resources: Self.storage, storageClassName: "by-hand")))
            try await fixture.waitFor("web") {
                $0.main?.state?.waiting?.message == "waiting for persistentvolumeclaim \"late\" to be bound"
            }
            let directory = "\(fixture.root)/by-hand"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            _ = try await fixture.api.create(
                PersistentVolume(
                    metadata: ObjectMeta(name: "by-hand"),
                    spec: PersistentVolumeSpec(
                        accessModes: ["ReadWriteOnce"], capacity: ["storage": "1Gi"],
                        local: LocalVolumeSource(path: directory), nodeAffinity: Self.onThisNode,
                        storageClassName: "by-hand")))
            // Others write to a claim too: who protects it, who binds it.
            _ = try await fixture.api.edit(PersistentVolumeClaim.self, "late", in: "default") {
                $0.spec?.volumeName = "by-hand"
            }
            _ = try await fixture.api.edit(PersistentVolumeClaim.self, "late", in: "default", subresource: "status") {
                $0.status = PersistentVolumeClaimStatus(phase: "Bound")
            }
            try await fixture.waitFor("web") { $0.isReadyPod }
        }
    }

    @Test("a claim deleted under a running pod keeps its files until the pod has ended")
    func claimInUse() async throws {
        try await NodeFixture.run { fixture in
            _ = try await fixture.api.create(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "data", namespace: "default"),
                    spec: PersistentVolumeClaimSpec(accessModes: ["ReadWriteOnce"], resources: Self.storage)))
            let volume = Volume(
                name: "data", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: "data"))
            try await fixture.start("web", [NodeFixture.shell("exec sleep 60")], volumes: [volume])
            try await fixture.waitFor("web") { $0.isReadyPod }
            let claim = try await fixture.api.get(PersistentVolumeClaim.self, "data", in: "default")
            let bound = try await fixture.api.get(PersistentVolume.self, claim.spec?.volumeName ?? "")
            let directory = try #require(bound.spec?.local?.path)
            try await fixture.api.delete(PersistentVolumeClaim.self, "data", in: "default")
            // Another claim's whole life passes meanwhile.
            _ = try await fixture.api.create(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "other", namespace: "default"),
                    spec: PersistentVolumeClaimSpec(accessModes: ["ReadWriteOnce"], resources: Self.storage)))
            let other = try await fixture.api.waitFor(PersistentVolumeClaim.self, "other", in: "default") {
                $0.status?.phase == "Bound"
            }
            try await fixture.api.delete(PersistentVolumeClaim.self, "other", in: "default")
            try await fixture.api.waitUntilGone(PersistentVolume.self, other.spec?.volumeName ?? "")
            #expect(FileManager.default.fileExists(atPath: directory))
            try await fixture.api.delete(Pod.self, "web", in: "default")
            try await fixture.api.waitUntilGone(PersistentVolume.self, bound.name)
            #expect(!FileManager.default.fileExists(atPath: directory))
        }
    }

    @Test("a node that stops ends its processes; the next one on the directory starts the pods again")
    func restartOfTheNode() async throws {
        let root = NodeFixture.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await withCluster { cluster in
            let pid = try await NodeFixture.withNode(cluster, root) { node in
                let fixture = NodeFixture(cluster: cluster, node: node, root: root)
                try await fixture.start("web", [NodeFixture.shell("exec sleep 60")])
                return try await fixture.waitFor("web") { $0.isReadyPod }.pid
            }
            let process = try #require(pid)
            #expect(!NodeFixture.isAlive(process))
            let stopped = try await cluster.client.get(Pod.self, "web", in: "default")
            #expect(!stopped.isReadyPod)
            #expect(stopped.main?.state?.waiting?.reason == "NodeStopped")
            let node = try await cluster.client.get(Node.self, "local")
            #expect(!node.isReadyNode)
            try await NodeFixture.withNode(cluster, root) { node in
                let fixture = NodeFixture(cluster: cluster, node: node, root: root)
                let again = try await fixture.waitFor("web") { $0.isReadyPod }
                #expect(again.main?.restartCount == 1)
            }
        }
    }

    @Test("processes that a crashed node left behind are ended before anything starts")
    func leftOvers() async throws {
        let root = NodeFixture.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: "\(root)/node/processes", withIntermediateDirectories: true)
        let id = "11111111-2222-3333-4444-555555555555"
        try id.write(toFile: "\(root)/node/id", atomically: true, encoding: .utf8)
        // One that carries the node's marker, and one that only looks like it.
        let (orphan, stranger) = (Process(), Process())
        for (process, marker) in [(orphan, "\(id)/u1/main/0"), (stranger, "another/u1/main/0")] {
            process.executableURL = URL(fileURLWithPath: "/bin/sleep")
            process.arguments = ["20"]
            // Nothing of the test's own: a child that outlives a failed test must not hold its output open.
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            process.environment = ["CLAW_CONTAINER": marker]
            try process.run()
        }
        // The shells that run tests may have children ignore SIGTERM.
        defer { kill(stranger.processIdentifier, SIGKILL) }
        try await withCluster { cluster in
            try await NodeFixture.withNode(cluster, root) { _ in
                try await cluster.client.waitFor(Node.self, "local") { $0.isReadyNode }
                #expect(!orphan.isRunning)
                #expect(stranger.isRunning)
            }
        }
    }

    @Test("a second node on the same directory is refused")
    func oneNodePerDirectory() async throws {
        try await NodeFixture.run { fixture in
            let second = ProcessNode(configuration: NodeFixture.configuration(fixture.root), api: fixture.api)
            await #expect {
                try await second.run()
            } throws: { ($0 as? Finding)?.message.contains("in use by another process node") == true }
        }
    }

    @Test("a pod at rest, and a node at rest, write nothing")
    func steadyState() async throws {
        try await NodeFixture.run { fixture in
            var container = NodeFixture.shell("exec sleep 60")
            container.readinessProbe = Probe(exec: ExecAction(command: ["true"]), periodSeconds: 1)
            try await fixture.start("web", [container])
            let ready = try await fixture.waitFor("web") { $0.isReadyPod }
            // Another pod's whole life passes meanwhile.
            try await fixture.start("other", [NodeFixture.shell("sleep 1.2")], restartPolicy: "Never")
            try await fixture.waitFor("other") { $0.status?.phase == "Succeeded" }
            let later = try await fixture.api.get(Pod.self, "web", in: "default")
            #expect(later.resourceVersion == ready.resourceVersion)
        }
    }

    @Test("people see what happened, equal events counted as one")
    func events() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("crash", [NodeFixture.shell("exit 3")])
            try await fixture.waitFor("crash") { ($0.main?.restartCount ?? 0) >= 3 }
            try await fixture.api.delete(Pod.self, "crash", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "crash", in: "default")
            let events = try await fixture.api.list(Event.self, in: "default").items
            #expect(events.filter { $0.reason == "Started" }.count == 1)
            #expect(events.contains { $0.reason == "BackOff" && $0.type == "Warning" })
            #expect(events.first { $0.reason == "Started" }?.involvedObject.fieldPath == "spec.containers{main}")
        }
    }
}

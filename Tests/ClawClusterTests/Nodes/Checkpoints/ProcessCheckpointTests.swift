import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import ClawCluster

@Suite("Processes that are checkpointed and come back", .serialized, .timeLimit(.minutes(10)))
struct ProcessCheckpointTests {
    @Test(
        "a server goes on where it was: its count, its open file, its log, its probes and commands in it",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func goesOn() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [NodeFixture.counter()])
            let first = try await fixture.waitFor("web") { $0.isReadyPod }
            #expect(try await fixture.ask("web") == "1")
            #expect(try await fixture.ask("web") == "2")

            let checkpoint = try await fixture.checkpoint("web")
            // The source runs on: nothing of what follows is in the checkpoint.
            #expect(try await fixture.ask("web") == "3")
            let second = try await fixture.replace("web", from: checkpoint)

            #expect(second.restored?.method == .process)
            #expect(second.restored?.checkpoint == checkpoint)
            #expect(second.pid == first.pid)
            #expect(second.main?.containerID != first.main?.containerID)
            #expect(PodEndpoint.ports(of: second) == PodEndpoint.ports(of: first))
            #expect(try await fixture.ask("web") == "3")
            let log = try await fixture.waitForLog("web") { $0.contains("request 3") }
            #expect(log == "request 1\nrequest 2\nrequest 3\n")
            let notes = try await fixture.api.run("web", ["cat", "notes"], in: "default")
            #expect(notes.output == "1\n2\n3\n")

            // It is a container like any other: again, and then away without a trace.
            let again = try await fixture.replace("web", from: try await fixture.checkpoint("web"))
            #expect(again.restored?.method == .process)
            #expect(try await fixture.ask("web") == "4")
            let pid = try #require(again.pid)
            try await fixture.api.delete(Pod.self, "web", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "web", in: "default")
            #expect(!NodeFixture.isAlive(pid))
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.root)/node/pods")
            #expect(left == [])
        }
    }

    @Test(
        "with its checkpoint a container can end, and is not started again",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func ends() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [NodeFixture.counter()])
            let first = try await fixture.waitFor("web") { $0.isReadyPod }
            #expect(try await fixture.ask("web") == "1")
            let checkpoint = try await fixture.checkpoint("web", "end=true")
            let ended = try await fixture.waitFor("web") { $0.status?.phase == "Succeeded" }
            #expect(ended.main?.state?.terminated?.reason == "Checkpointed")
            #expect(ended.main?.restartCount == 0)
            let pid = try #require(first.pid)
            #expect(!NodeFixture.isAlive(pid))
            let second = try await fixture.replace("web", from: checkpoint)
            #expect(second.restored?.method == .process)
            #expect(try await fixture.ask("web") == "2")
        }
    }

    @Test(
        "volumes of the pod's own come back with the process; a drained node leaves no process behind",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func ownVolumes() async throws {
        let volumes = [Volume(name: "scratch", emptyDir: EmptyDirVolumeSource())]
        let container = NodeFixture.counter(mounts: [VolumeMount(name: "scratch", mountPath: "/scratch")])
        let pid = PIDBox()
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [container], volumes: volumes)
            try await fixture.waitFor("web") { $0.isReadyPod }
            let write = try await fixture.api.run(
                "web", ["sh", "-c", "echo kept > $0; mkfifo $CLAW_VOLUME_SCRATCH/pipe", "/scratch/file"], in: "default")
            #expect(write.outcome.isSuccess)
            let checkpoint = try await fixture.checkpoint("web")
            let second = try await fixture.replace("web", from: checkpoint, with: [container], volumes: volumes)
            #expect(second.restored?.method == .process)
            let read = try await fixture.api.run("web", ["cat", "/scratch/file"], in: "default")
            #expect(read.output == "kept\n")
            pid.set(second.pid)
            // What a killed node's next life finds and ends it by.
            let records = try ProcessRecords(NodeDirectories(root: fixture.root))
            #expect(records.all().map(\.pid) == [second.pid])
            #expect(records.all().first?.startTicks == ProcessTable.entry(second.pid ?? 0)?.startTicks)
        }
        let ended = try #require(pid.value)
        #expect(!NodeFixture.isAlive(ended))
    }

    @Test(
        "a sealed archive shows nothing of the process, and opens with the namespace's key only",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func sealed() async throws {
        try await NodeFixture.run { fixture in
            let secret = KubernetesSecret(
                metadata: ObjectMeta(name: "tenant-key", namespace: "default"),
                stringData: ["key": "0123456789abcdef0123456789abcdef"])
            _ = try await fixture.api.create(secret)
            let container = NodeFixture.counter(env: [EnvVar(name: "PHRASE", value: "nobody-may-read-this")])
            try await fixture.start("web", [container])
            try await fixture.waitFor("web") { $0.isReadyPod }
            #expect(try await fixture.ask("web") == "1")
            let checkpoint = try await fixture.checkpoint("web", "secret=tenant-key")
            #expect(checkpoint.hasSuffix(".tar.sealed"))
            let stored = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.root)/checkpoints/\(checkpoint)"))
            #expect(stored.count > 1 << 20)
            #expect(stored.range(of: Data("nobody-may-read-this".utf8)) == nil)

            let second = try await fixture.replace("web", from: checkpoint, with: [container])
            #expect(second.restored?.method == .process)
            #expect(try await fixture.ask("web") == "2")

            var other = try await fixture.api.get(KubernetesSecret.self, "tenant-key", in: "default")
            other.data["key"] = Base64.encode(Array("another-key-0123456789abcdef0123".utf8))
            _ = try await fixture.api.replace(other)
            let third = try await fixture.replace("web", from: checkpoint, with: [container])
            #expect(third.restored?.method == .cold)
            #expect(third.restored?.code == "E_CHECKPOINT_DAMAGED")
            #expect(try await fixture.ask("web") == "1")
        }
    }

    @Test(
        "an archive names what it is and what it needs, and goes when it is deleted",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func kept() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [NodeFixture.counter()])
            try await fixture.waitFor("web") { $0.isReadyPod }
            let checkpoint = try await fixture.checkpoint("web")
            let facts = try await fixture.callNode(.get, "checkpoints/\(checkpoint)").json
            #expect(facts["digest"]?.string?.hasPrefix("sha256:") == true)
            #expect(facts["namespace"]?.string == "default")
            #expect(facts["encrypted"]?.bool == false)
            #expect(facts["constraints"]?["kernel"]?.string == HostFacts.kernel)
            let attributes = try FileManager.default.attributesOfItem(
                atPath: "\(fixture.root)/checkpoints/\(checkpoint)")
            #expect(attributes[.size] as? Int64 == facts["size"]?.integer)
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0)

            #expect(try await fixture.callNode(.get, "checkpoints").json["items"]?.array?.count == 1)
            #expect(try await fixture.callNode(.delete, "checkpoints/\(checkpoint)").code == 200)
            #expect(try await fixture.callNode(.delete, "checkpoints/\(checkpoint)").code == 200)
            #expect(try await fixture.callNode(.get, "checkpoints/\(checkpoint)").code == 404)
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.root)/checkpoints")
            #expect(left == [])
            let second = try await fixture.replace("web", from: checkpoint)
            #expect(second.restored?.code == "E_CHECKPOINT_MISSING")
        }
    }
}

/// A number that a closure leaves for what follows it.
final class PIDBox: Sendable {
    private let stored = Mutex<Int32?>(nil)
    var value: Int32? { stored.withLock { $0 } }
    func set(_ pid: Int32?) { stored.withLock { $0 = pid } }
}

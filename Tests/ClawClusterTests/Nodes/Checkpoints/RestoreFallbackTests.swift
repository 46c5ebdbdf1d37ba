import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@testable import ClawCluster

@Suite("Restores that cannot be: the container starts anew, and says why", .serialized, .timeLimit(.minutes(10)))
struct RestoreFallbackTests {
    /// A pod with a count of 1, its checkpoint, and what is done to either before the restore.
    private static func restored(
        with container: Container = NodeFixture.counter(), keepsSource: Bool = false,
        after change: @escaping @Sendable (NodeFixture, String) async throws -> String = { $1 },
        _ check: @escaping @Sendable (NodeFixture, Pod) async throws -> Void
    ) async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [NodeFixture.counter()])
            try await fixture.waitFor("web") { $0.isReadyPod }
            #expect(try await fixture.ask("web") == "1")
            let checkpoint = try await fixture.checkpoint("web")
            let asked = try await change(fixture, checkpoint)
            let pod =
                keepsSource
                ? try await fixture.restore("other", from: asked, with: [container])
                : try await fixture.replace("web", from: asked, with: [container])
            #expect(pod.restored?.method == .cold)
            #expect(try await fixture.ask(pod.name) == "1")
            let events = try await fixture.api.list(Event.self, in: "default").items
            #expect(events.contains { $0.reason == "RestoreFailed" && $0.type == "Warning" })
            try await check(fixture, pod)
        }
    }

    @Test(
        "a damaged archive is told by its digest", .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func damaged() async throws {
        try await Self.restored { fixture, checkpoint in
            let path = "\(fixture.root)/checkpoints/\(checkpoint)"
            let handle = try #require(FileHandle(forUpdatingAtPath: path))
            let middle = try handle.seekToEnd() / 2
            try handle.seek(toOffset: middle)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: middle)
            try handle.write(contentsOf: Data([byte ^ 1]))
            try handle.close()
            return checkpoint
        } _: { fixture, pod in
            #expect(pod.restored?.code == "E_CHECKPOINT_DAMAGED")
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.root)/checkpoints")
            #expect(left.filter { $0.hasPrefix(".") } == [])
        }
    }

    @Test(
        "a digest that is not the asked one is refused before anything is read",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func otherDigest() async throws {
        try await Self.restored {
            "\($1)@sha256:00"
        } _: { _, pod in
            #expect(pod.restored?.code == "E_CHECKPOINT_DAMAGED")
        }
    }

    @Test(
        "a container with another environment starts with it",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func otherEnvironment() async throws {
        try await Self.restored(with: NodeFixture.counter(env: [EnvVar(name: "MODE", value: "new")])) { _, pod in
            #expect(pod.restored?.code == "E_CHECKPOINT_CHANGED")
            #expect(pod.restored?.message?.contains("environment") == true)
        }
    }

    @Test(
        "while its source runs, a process is not there twice",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func sourceRuns() async throws {
        try await Self.restored(keepsSource: true) { fixture, pod in
            #expect(pod.restored?.code == "E_CHECKPOINT_BUSY")
            let count = try await fixture.ask("web")
            #expect(count == "2")
        }
    }

    @Test(
        "an archive of another kernel, processor or node is none for this one",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() },
        arguments: ["kernel", "architecture", "nodeID", "features"])
    func constraints(_ name: String) async throws {
        try await Self.restored { fixture, checkpoint in
            let path = "\(fixture.root)/checkpoints/\(checkpoint).json"
            let record = try JSONParser.parse(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
            var object = try #require(record.object)
            var constraints = try #require(object["constraints"]?.object)
            constraints[name] = name == "features" ? ["no-processor-has-this"] : "another"
            object["constraints"] = .object(constraints)
            try Data(JSON.object(object).bytes()).write(to: URL(fileURLWithPath: path))
            return checkpoint
        } _: { _, pod in
            #expect(pod.restored?.code == "E_CHECKPOINT_CONSTRAINT")
        }
    }

    @Test(
        "another namespace's archive is not there",
        .enabled(CheckpointMachine.mend) { await CheckpointMachine.works() })
    func otherNamespace() async throws {
        try await NodeFixture.run { fixture in
            _ = try await fixture.api.create(Namespace(metadata: ObjectMeta(name: "theirs")))
            try await fixture.start("web", [NodeFixture.counter()])
            try await fixture.waitFor("web") { $0.isReadyPod }
            let checkpoint = try await fixture.checkpoint("web")
            try await fixture.api.delete(Pod.self, "web", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "web", in: "default")
            var thief = Pod(
                metadata: ObjectMeta(name: "web", namespace: "theirs"),
                spec: PodSpec(containers: [NodeFixture.counter()], nodeName: "local"))
            thief.annotations[PodRestore.requestAnnotation] = checkpoint
            _ = try await fixture.api.create(thief)
            let pod = try await fixture.api.waitFor(Pod.self, "web", in: "theirs") {
                $0.isReadyPod && $0.restored != nil
            }
            #expect(pod.restored?.method == .cold)
            #expect(pod.restored?.code == "E_CHECKPOINT_MISSING")
        }
    }
}

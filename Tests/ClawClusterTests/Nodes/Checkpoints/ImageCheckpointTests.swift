import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Testing

@testable import ClawCluster

@Suite("Containers kept by their files, where their processes cannot be", .serialized, .timeLimit(.minutes(10)))
struct ImageCheckpointTests {
    /// Notes each of its starts in a file of its own and on a volume of its pod's, and ends as it is asked to.
    private static func diary(tty: Bool = false, image: String = "diary:1") -> Container {
        var container = NodeFixture.shell(
            """
            trap 'echo end >> diary; exit 0' TERM
            echo start >> diary; echo start >> $NOTES/diary
            cat diary $NOTES/diary; echo up
            while true; do sleep 0.05; done
            """, env: [EnvVar(name: "NOTES", value: "/notes")], mounts: [VolumeMount(name: "notes", mountPath: "/notes")])
        (container.tty, container.image) = (tty ? true : nil, image)
        return container
    }
    private static let volumes = [Volume(name: "notes", emptyDir: EmptyDirVolumeSource())]

    private static func count(_ word: String, in log: String) -> Int {
        log.split(whereSeparator: \.isNewline).count { $0 == word }
    }

    private static func facts(_ fixture: NodeFixture, _ checkpoint: String) async throws -> JSON {
        try await fixture.callNode(.get, "checkpoints/\(checkpoint)").json
    }

    @Test("asked for its files, a container goes on; a new one begins with them, also with another command")
    func files() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [Self.diary()], volumes: Self.volumes)
            _ = try await fixture.waitForLog("web") { $0.contains("up") }
            let checkpoint = try await fixture.checkpoint("web", "timeout=60&method=image")
            #expect(try await Self.facts(fixture, checkpoint)["method"]?.string == "Image")
            #expect(try await fixture.api.get(Pod.self, "web", in: "default").status?.containerStatuses.first?.state?.running != nil)
            var second = Self.diary()
            second.env.append(EnvVar(name: "MODE", value: "new"))
            let pod = try await fixture.replace("web", from: checkpoint, with: [second], volumes: Self.volumes)
            #expect(pod.restored?.method == .image, "\(String(describing: pod.restored))")
            // The log goes on too: the first start's lines, then both starts in both files.
            _ = try await fixture.waitForLog("web") { Self.count("start", in: $0) == 6 && Self.count("up", in: $0) == 2 }
        }
    }

    @Test("a program that ends for its checkpoint ends as it does at any deletion, and its last words are kept")
    func ends() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [Self.diary()], volumes: Self.volumes)
            _ = try await fixture.waitForLog("web") { $0.contains("up") }
            let checkpoint = try await fixture.checkpoint("web", "timeout=60&method=image&end=true")
            let ended = try await fixture.waitFor("web") { $0.status?.containerStatuses.first?.state?.terminated != nil }
            #expect(ended.status?.containerStatuses.first?.state?.terminated?.reason == "Checkpointed")
            let pod = try await fixture.replace("web", from: checkpoint, with: [Self.diary()], volumes: Self.volumes)
            #expect(pod.restored?.method == .image)
            _ = try await fixture.waitForLog("web") { Self.count("end", in: $0) == 1 && Self.count("up", in: $0) == 2 }
        }
    }

    @Test("the best there is: where processes cannot be written down the files are, and it is told why")
    func best() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [Self.diary(tty: true)], volumes: Self.volumes)
            _ = try await fixture.waitForLog("web") { $0.contains("up") }
            let strict = try await fixture.callNode(.post, "checkpoint/default/web/main?timeout=60")
            #expect(strict.code == 500 && strict.text.contains("E_CHECKPOINT_UNSUPPORTED"), "\(strict.text)")
            let checkpoint = try await fixture.checkpoint("web", "timeout=60&method=best")
            let facts = try await Self.facts(fixture, checkpoint)
            #expect(facts["method"]?.string == "Image")
            #expect(facts["code"]?.string == "E_CHECKPOINT_UNSUPPORTED")
            let unknown = try await fixture.callNode(.post, "checkpoint/default/web/main?method=magic")
            #expect(unknown.code == 404)
        }
    }

    @Test("files belong to their image: with another one a container starts without them")
    func otherImage() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [Self.diary()], volumes: Self.volumes)
            _ = try await fixture.waitForLog("web") { $0.contains("up") }
            let checkpoint = try await fixture.checkpoint("web", "timeout=60&method=image")
            let pod = try await fixture.replace(
                "web", from: checkpoint, with: [Self.diary(image: "diary:2")], volumes: Self.volumes)
            #expect(pod.restored?.method == .cold)
            #expect(pod.restored?.code == "E_CHECKPOINT_CHANGED")
        }
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import Testing

@Suite("Runtimes kept before updates, and by events", .serialized, .timeLimit(.minutes(10)))
struct UpdateCheckpointTests {
    private static func counter(_ spec: inout RuntimeSpec, _ checkpoint: RuntimeCheckpoint?) {
        spec.document["command"] = ["python3", "-c", .string(ProcessWorld.counter)]
        spec.checkpoint = checkpoint
    }

    /// What `claw checkpoint restore` writes.
    private static func goBack(_ world: ProcessWorld, to checkpoint: String, and change: JSONObject = [:]) async throws {
        var patch = change
        patch["metadata"] = [
            "annotations": [
                Runtime.restoreAnnotation: .string(checkpoint), Runtime.restartAnnotation: .string(UUID().uuidString),
            ]
        ]
        try await world.edit(.object(patch))
    }

    private static func isBusy(_ runtime: Runtime) throws {
        if runtime.status.restored?.code == "E_CHECKPOINT_BUSY" {
            try Test.cancel("something else on this machine has taken a number of the process")
        }
    }

    @Test(
        "before another configuration its processes are kept, and it goes back to them when that is taken back",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await SleepingRuntimeTests.works() })
    func thereAndBack() async throws {
        try await withProcessRuntimes { world in
            try await world.start { Self.counter(&$0, RuntimeCheckpoint(beforeUpdate: UpdateCheckpoint())) }
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            let first = try await world.client.get(Pod.self, "ada", in: "demo")
            try await world.edit(["spec": ["env": [["name": "EDITION", "value": "2"]]]])
            let updated = try await world.reach(.ready)
            let kept = try #require(updated.status.beforeUpdate)
            #expect(kept.method == .process, "\(String(describing: kept.message))")
            #expect(kept.checkpoint == "ada-update-\((first.uid ?? "").prefix(8))")
            #expect(try await world.client.get(Pod.self, "ada", in: "demo").uid != first.uid)
            #expect(try await world.count() == "1", "another configuration begins anew")

            try await Self.goBack(world, to: kept.checkpoint, and: ["spec": ["env": []]])
            let back = try await world.reach(.ready)
            try Self.isBusy(back)
            #expect(back.status.restored?.method == .process, "\(String(describing: back.status.restored?.message))")
            #expect(try await world.count() == "2")
            #expect(try await world.client.list(Checkpoint.self, in: "demo").items.map(\.name) == [kept.checkpoint])
        }
    }

    @Test("where nothing can be kept the update waits and the present program goes on, until it is let through")
    func held() async throws {
        try await withProcessRuntimes { world in
            try await world.start {
                Self.counter(&$0, RuntimeCheckpoint(secretName: "no-such-key", beforeUpdate: UpdateCheckpoint()))
            }
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            let uid = try await world.client.get(Pod.self, "ada", in: "demo").uid
            try await world.edit(["spec": ["env": [["name": "EDITION", "value": "2"]]]])
            let held = try await world.client.object(Runtime.self, "ada", in: "demo") {
                $0.status.lastError?.code == "E_UPDATE_HELD"
            }
            #expect(held.status.phase == .ready)
            #expect(held.hasNewWish, "the wish is not carried out")
            #expect(held.condition("Degraded")?.reason == "UpdateHeld")
            #expect(held.status.beforeUpdate?.method == nil)
            #expect(held.status.beforeUpdate?.code?.hasPrefix("E_CHECKPOINT_") == true)
            #expect(try await world.client.get(Pod.self, "ada", in: "demo").uid == uid)
            #expect(try await world.count() == "2")
            try await world.edit(["spec": ["checkpoint": ["beforeUpdate": ["onFailure": "Proceed"]]]])
            let updated = try await world.reach(.ready)
            #expect(updated.status.lastError == nil)
            #expect(try await world.client.get(Pod.self, "ada", in: "demo").uid != uid)
            #expect(try await world.count() == "1")
        }
    }

    @Test("volumes are kept before updates, as many as are wanted, and another runtime begins as one was")
    func volumes() async throws {
        var context = Fixture.context
        context.contentImage = "clawkit.dev/contents"
        try await withProcessRuntimes(context: context) { world in
            try await world.start { spec in
                spec.checkpoint = RuntimeCheckpoint(beforeUpdate: UpdateCheckpoint(method: .volume, keep: 1))
            }
            try await world.reach(.ready)
            let directory = try await world.directory(of: "ada-state")
            for edition in ["one", "two"] {
                try Data(edition.utf8).write(to: URL(filePath: "\(directory)/edition"))
                try await world.edit(["spec": ["env": [["name": "EDITION", "value": .string(edition)]]]])
                let updated = try await world.reach(.ready)
                #expect(updated.status.beforeUpdate?.method == .volume, "\(String(describing: updated.status.beforeUpdate?.message))")
            }
            try Data("three".utf8).write(to: URL(filePath: "\(directory)/edition"))
            try await eventually("one is left") { try await world.client.list(Checkpoint.self, in: "demo").items.count == 1 }
            let kept = try #require(try await world.client.list(Checkpoint.self, in: "demo").items.first)
            try await world.start("back") { $0.document["volume"] = ["restoreFrom": .string(kept.name)] }
            try await world.reach(.ready, "back")
            let restored = try await world.directory(of: "back-state")
            #expect(try String(contentsOfFile: "\(restored)/edition", encoding: .utf8) == "two")
        }
    }

    @Test(
        "asked for by an annotation, and when its node is emptied: it goes on meanwhile, and back to that when asked",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await SleepingRuntimeTests.works() })
    func events() async throws {
        try await withProcessRuntimes { world in
            try await world.start { Self.counter(&$0, RuntimeCheckpoint(on: [.drain])) }
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            let uid = try await world.client.get(Pod.self, "ada", in: "demo").uid ?? ""
            try await world.edit(["metadata": ["annotations": [Runtime.checkpointAnnotation: "now"]]])
            try await world.client.object(Runtime.self, "ada", in: "demo") { $0.annotations[Runtime.checkpointAnnotation] == nil }
            var asked: Checkpoint?
            try await eventually("it is kept") {
                asked = try await world.client.list(Checkpoint.self, in: "demo").items.first { $0.name.hasPrefix("ada-at-") }
                return asked?.status.phase == .stored
            }
            #expect(asked?.status.method == .process)
            #expect(try await world.count() == "2")

            _ = try await world.client.mergePatch(Node.self, "local", ["spec": ["unschedulable": true]])
            let drained = "ada-drain-\(uid.prefix(8))"
            try await world.client.object(Checkpoint.self, drained, in: "demo") { $0.status.phase == .stored }
            #expect(try await world.client.get(Pod.self, "ada", in: "demo").uid == uid, "it goes on")
            #expect(try await world.count() == "3")
            _ = try await world.client.mergePatch(Node.self, "local", ["spec": ["unschedulable": .null]])

            try await Self.goBack(world, to: drained)
            let back = try await world.reach(.ready)
            try Self.isBusy(back)
            #expect(back.status.restored?.method == .process, "\(String(describing: back.status.restored?.message))")
            #expect(try await world.count() == "3", "as it was when the node was cordoned")
            let told = try await world.client.object(Checkpoint.self, drained, in: "demo") { !$0.status.restores.isEmpty }
            #expect(told.status.restores.map(\.method) == [.process])
            // Once: a pod that is lost later does not go back again.
            let restored = try await world.client.get(Pod.self, "ada", in: "demo").uid
            try await world.client.delete(Pod.self, "ada", in: "demo", gracePeriodSeconds: 0)
            try await world.client.object(Pod.self, "ada", in: "demo") { $0.uid != restored && $0.isReady }
            #expect(try await world.count() == "1")
        }
    }

    @Test("an image of a kubelet's archive is what the pod runs that goes back to it, until the next restart")
    func image() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let image = try await world.pod()?.spec?.containers.first?.image
            _ = try await world.client.create(
                Checkpoint(
                    metadata: ObjectMeta(
                        name: "kept", namespace: "demo",
                        annotations: [Checkpoint.imageAnnotation: "registry.example.org/ada@sha256:1234"]),
                    spec: CheckpointSpec(runtime: "ada")))
            // The node is a simulated one: what a kubelet answers stands in for its archive.
            _ = try await world.client.edit(Checkpoint.self, "kept", in: "demo", subresource: "status") { kept in
                (kept.status.phase, kept.status.method) = (.stored, .process)
                kept.status.location = "/var/lib/kubelet/checkpoints/checkpoint-ada.tar"
            }
            try await world.edit([
                "metadata": ["annotations": [Runtime.restoreAnnotation: "kept", Runtime.restartAnnotation: "1"]]
            ])
            try await eventually("it runs the image") {
                try await world.pod()?.spec?.containers.first?.image == "registry.example.org/ada@sha256:1234"
            }
            try await world.reach(.ready)
            try await world.edit(["metadata": ["annotations": [Runtime.restoreAnnotation: .null, Runtime.restartAnnotation: "2"]]])
            try await eventually("it runs its own again") { try await world.pod()?.spec?.containers.first?.image == image }
        }
    }
}

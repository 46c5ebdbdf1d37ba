import ClawBase
@testable import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Testing

@Suite("Runtimes that sleep as processes and wake as they were", .serialized, .timeLimit(.minutes(10)))
struct SleepingRuntimeTests {
    static func works() async -> Bool {
        (try? await CRIU.find(nil, searchPath: ProcessInfo.processInfo.environment["PATH"])) != nil
    }

    private static func run(
        checkpoint: RuntimeCheckpoint?, command: JSON = ["python3", "-c", .string(ProcessWorld.counter)],
        _ body: @escaping @Sendable (ProcessWorld) async throws -> Void
    ) async throws {
        try await withProcessRuntimes { world in
            try await world.start { spec in
                spec.document["command"] = command
                spec.checkpoint = checkpoint
            }
            try await body(world)
        }
    }

    @Test(
        "suspended and woken, again and again: the count goes on, and the status says by which method",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func sleeps() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint()) { world in
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            // At once again: what was kept before is still on its way out then.
            for round in 2...4 {
                try await world.want(.suspended)
                let asleep = try await world.reach(.suspended)
                #expect(asleep.status.kept?.method == .process, "\(String(describing: asleep.status.kept?.message))")
                #expect(try await world.client.find(Pod.self, "ada", in: "demo") == nil)
                try await world.want(.running)
                let awake = try await world.reach(.ready)
                // Between a process' end and its return its number or port may go to anybody on the machine.
                if awake.status.restored?.code == "E_CHECKPOINT_BUSY" {
                    try Test.cancel("something else on this machine has taken a number of the process")
                }
                #expect(
                    awake.status.restored?.method == .process, "\(String(describing: awake.status.restored?.message))")
                #expect(try await world.count() == "\(round)")
            }
            // Nothing goes on twice from the same moment, and nothing is left of it.
            try await eventually("what was kept is gone") {
                try await world.client.find(Checkpoint.self, "ada-rest", in: "demo") == nil
            }
            let archives = try FileManager.default.contentsOfDirectory(atPath: "\(world.root)/checkpoints")
            #expect(archives == [])
        }
    }

    @Test(
        "one that was taken from a pool goes on too, the first time as later",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func claimedSleeps() async throws {
        try await withProcessRuntimes { world in
            let command = ["python3", "-c", ProcessWorld.counter]
            _ = try await world.client.create(
                RuntimeTemplate(name: "counter", in: "demo", spec: RuntimeTemplateSpec(command: command)))
            _ = try await world.client.create(
                RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(template: "counter", size: 1)))
            try await world.client.object(RuntimePool.self, "warm", in: "demo") { $0.status.warm == 1 }
            var spec = RuntimeSpec(user: "ada", template: "counter")
            spec.checkpoint = RuntimeCheckpoint()
            _ = try await world.client.create(Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: spec))
            let claimed = try await world.reach(.ready)
            #expect(claimed.status.pool == "warm")
            let all = try await world.client.list(Pod.self, in: "demo").items
            let pod = try #require(all.first { $0.metadata.controllerReference?.uid == claimed.uid })
            #expect(try await world.count(of: pod.name) == "1")
            let bundle = { () async throws -> String? in
                try await world.client.get(KubernetesSecret.self, "ada-runtime", in: "demo").data[RuntimeBundle.key]
            }
            let first = try await bundle()
            for round in 2...3 {
                try await world.want(.suspended)
                let asleep = try await world.reach(.suspended)
                #expect(asleep.status.kept?.method == .process, "\(String(describing: asleep.status.kept?.message))")
                try await world.want(.running)
                let awake = try await world.reach(.ready)
                if awake.status.restored?.code == "E_CHECKPOINT_BUSY" {
                    try Test.cancel("something else on this machine has taken a number of the process")
                }
                #expect(
                    awake.status.restored?.method == .process, "\(String(describing: awake.status.restored?.message))")
                #expect(try await world.count() == "\(round)")
                #expect(try await bundle() == first, "it is there for a start from nothing")
            }
        }
    }

    private static let agent = ProcessNode.executableDirectory.map { "\($0)/agent-runtime" } ?? ""

    @Test(
        "the example runtime is kept with its conversation's file open, encrypted with the tenant's key",
        .enabled(if: FileManager.default.isExecutableFile(atPath: agent), "needs agent-runtime: make build"),
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func agentSleeps() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint(secretName: "tenant-key"), command: ["agent-runtime"]) {
            world in
            _ = try await world.client.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: "tenant-key", namespace: "demo"),
                    stringData: ["key": "0123456789abcdef0123456789abcdef"]))
            try await world.reach(.ready)
            let first = try await world.client.get(Pod.self, "ada", in: "demo")
            try await world.want(.suspended)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.status.kept?.method == .process, "\(String(describing: asleep.status.kept?.message))")
            let kept = try await world.client.get(Checkpoint.self, "ada-rest", in: "demo")
            #expect(kept.status.isEncrypted)
            #expect(kept.status.location?.hasSuffix(".sealed") == true)
            try await world.want(.running)
            let awake = try await world.reach(.ready)
            if awake.status.restored?.code == "E_CHECKPOINT_BUSY" {
                try Test.cancel("something else on this machine has taken a number of the process")
            }
            #expect(awake.status.restored?.method == .process, "\(String(describing: awake.status.restored?.message))")
            let second = try await world.client.get(Pod.self, "ada", in: "demo")
            #expect(second.uid != first.uid)
            #expect(PodEndpoint.ports(of: second) == PodEndpoint.ports(of: first))
            #expect(second.status?.containerStatuses.first?.restartCount == 0)
        }
    }

    @Test(
        "a pod that is lost after it woke starts anew: what it did since is not undone",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func lostAfterwards() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint()) { world in
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            try await world.want(.suspended)
            try await world.reach(.suspended)
            try await world.want(.running)
            let pod = try await world.client.object(Pod.self, "ada", in: "demo") {
                !PodRestore.outcomes(of: $0).isEmpty
            }
            try await world.client.delete(Pod.self, "ada", in: "demo", gracePeriodSeconds: 0)
            try await world.client.object(Pod.self, "ada", in: "demo") {
                $0.uid != pod.uid
                    && $0.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } == true
            }
            #expect(try await world.count() == "1")
        }
    }

    @Test("where nothing can be kept the runtime sleeps and wakes all the same, and says why")
    func cannot() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint(secretName: "no-such-key")) { world in
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            try await world.want(.suspended)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.status.kept?.method == nil)
            #expect(asleep.status.kept?.code?.hasPrefix("E_CHECKPOINT_") == true)
            try await world.want(.running)
            let awake = try await world.reach(.ready)
            #expect(awake.status.restored == nil)
            #expect(try await world.count() == "1")
        }
    }
}

import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Synchronization
import Testing

/// Makes checkpoints as told, and remembers what was asked of it.
final class ScriptedCheckpoints: CheckpointDriver {
    private struct State {
        var archives: [String: String] = [:]
        var orders: [CheckpointOrder] = []
        var removed: [String] = []
        var failures: [any Error] = []
    }
    private let state = Mutex(State())

    var orders: [CheckpointOrder] { state.withLock { $0.orders } }
    var removed: [String] { state.withLock { $0.removed } }
    var archives: [String] { state.withLock { $0.archives.values.sorted() } }
    func fail(_ errors: [any Error]) { state.withLock { $0.failures = errors } }

    func make(_ order: CheckpointOrder) async throws -> StoredCheckpoint {
        try state.withLock { state in
            state.orders.append(order)
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            state.archives[order.id] = "checkpoint-\(order.id).tar"
            var stored = StoredCheckpoint(method: .process, location: "checkpoint-\(order.id).tar")
            (stored.digest, stored.size) = ("sha256:00", 42)
            return stored
        }
    }

    func remove(_ location: String, on node: String) async throws {
        state.withLock { state in
            state.removed.append(location)
            state.archives = state.archives.filter { $0.value != location }
        }
    }

    func find(order: String, on node: String) async throws -> String? { state.withLock { $0.archives[order] } }
}

@Suite("Checkpoints as objects of a cluster")
struct CheckpointControllerTests {
    private struct World: Sendable {
        let client: KubernetesClient
        let driver: ScriptedCheckpoints
        /// The controllers' own.
        let caches: SharedCaches

        func make(_ name: String, _ change: (inout CheckpointSpec) -> Void = { _ in }) async throws {
            var spec = CheckpointSpec(pod: "web")
            change(&spec)
            _ = try await client.create(Checkpoint(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
        }

        func wait(_ name: String, _ phase: CheckpointPhase) async throws -> Checkpoint {
            try await client.object(Checkpoint.self, name, in: "demo") { $0.status.phase == phase }
        }
    }

    private static func run(_ body: @escaping @Sendable (World) async throws -> Void) async throws {
        var options = EmbeddedCluster.Options()
        options.logger = silent
        let cluster = try await EmbeddedCluster(options)
        let driver = ScriptedCheckpoints()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            let caches = SharedCaches(cluster.client)
            try await ClawGroup.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            _ = try await cluster.client.create(Node(metadata: ObjectMeta(name: "n1")))
            _ = try await cluster.client.create(
                Pod(
                    metadata: ObjectMeta(name: "web", namespace: "demo"),
                    spec: PodSpec(containers: [Container(name: "main", image: "none")], nodeName: "n1")))
            let controllers = [
                CheckpointController(caches: caches, driver: driver, logger: silent).controller(),
                CheckpointScheduleController(caches: caches, logger: silent).controller(),
            ]
            group.addTask {
                try? await caches.run()
                return false
            }
            for controller in controllers {
                group.addTask {
                    try? await controller.run()
                    return false
                }
            }
            group.addTask {
                try await SystemTime().withDeadline(.seconds(100), "The test") {
                    try await body(World(client: cluster.client, driver: driver, caches: caches))
                }
                return true
            }
            while let isBody = try await group.next() { if isBody { return } }
        }
    }

    @Test("a checkpoint that is asked for is made once, and told with all that a restore needs")
    func made() async throws {
        try await Self.run { world in
            try await world.make("c") { $0.secretName = "key" }
            let stored = try await world.wait("c", .stored)
            #expect(stored.status.location == "checkpoint-\(stored.uid ?? "").tar")
            #expect(stored.status.digest == "sha256:00")
            #expect((stored.status.node, stored.status.container) == ("n1", "main"))
            #expect(stored.restoreRequest?.text == "checkpoint-\(stored.uid ?? "").tar@sha256:00")
            #expect(world.driver.orders.map(\.secret) == ["key"])
            // A look that changes nothing writes nothing.
            _ = try await world.client.mergePatch(
                Checkpoint.self, "c", in: "demo", ["metadata": ["labels": ["seen": "yes"]]])
            try await world.make("other")
            _ = try await world.wait("other", .stored)
            let after = try await world.client.get(Checkpoint.self, "c", in: "demo")
            #expect(after.status == stored.status)
            #expect(world.driver.orders.count == 2)
        }
    }

    @Test("what passes is tried again under the same name; what does not is told with its code")
    func failures() async throws {
        try await Self.run { world in
            world.driver.fail([KubernetesError(code: 503, reason: "ServiceUnavailable", message: "not now")])
            try await world.make("c")
            _ = try await world.wait("c", .stored)
            #expect(Set(world.driver.orders.map(\.id)).count == 1)
            #expect(world.driver.orders.count == 2)
            world.driver.fail([Finding(FindingCode(rawValue: "E_CHECKPOINT_UNSUPPORTED"), "no CRIU here")])
            try await world.make("d")
            let failed = try await world.wait("d", .failed)
            #expect(failed.status.error?.code == "E_CHECKPOINT_UNSUPPORTED")
            try await world.make("e") { $0.container = "none" }
            #expect(try await world.wait("e", .failed).status.error?.code == "E_CHECKPOINT_SOURCE")
        }
    }

    @Test("where the node can keep nothing a runtime's volume is kept, once its snapshot can be used, and that is said")
    func volume() async throws {
        try await Self.run { world in
            try await RuntimeVolumeTests.installSnapshots(world.client)
            _ = try await world.client.create(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "web-state", namespace: "demo", labels: ["clawkit.dev/user": "ada"]),
                    spec: PersistentVolumeClaimSpec(
                        accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]))))
            world.driver.fail([Finding(FindingCode(rawValue: "E_CHECKPOINT_SOURCE"), "the kubelet has no such call")])
            _ = try await world.client.create(
                Checkpoint(metadata: ObjectMeta(name: "v", namespace: "demo"), spec: CheckpointSpec(runtime: "web")))
            let waiting = try await world.client.object(Checkpoint.self, "v", in: "demo") { $0.status.method == .volume }
            #expect(waiting.status.phase == .running)
            #expect(waiting.status.conditions.first?.status == "False")
            try await RuntimeVolumeTests.makeSnapshots(world.client)
            let stored = try await world.wait("v", .stored)
            #expect(stored.status.location == "v" && stored.status.sizeBytes == 1 << 30)
            #expect(stored.status.fallback?.code == "E_CHECKPOINT_SOURCE")
            #expect(stored.status.conditions.first { $0.type == "Stored" }?.reason == "Volume")
            #expect(stored.restoreRequest == nil, "no pod can go on from it")
            let snapshot = try await world.client.get(VolumeSnapshot.self, "v", in: "demo")
            #expect(snapshot.metadata.isControlled(by: stored))
            #expect(snapshot.labels["clawkit.dev/user"] == "ada", "whose data it is")
            // A runtime that comes to rest keeps its volume as it is.
            world.driver.fail([Finding(FindingCode(rawValue: "E_CHECKPOINT_SOURCE"), "the kubelet has no such call")])
            var rest = CheckpointSpec(runtime: "web")
            rest.ends = true
            _ = try await world.client.create(Checkpoint(metadata: ObjectMeta(name: "r", namespace: "demo"), spec: rest))
            #expect(try await world.wait("r", .failed).status.error?.code == "E_CHECKPOINT_SOURCE")
        }
    }

    @Test("a checkpoint of a runtime that is on its way waits for it")
    func requested() async throws {
        try await Self.run { world in
            var runtime = try await world.client.create(
                Runtime(metadata: ObjectMeta(name: "web", namespace: "demo"), spec: RuntimeSpec(user: "ada")))
            runtime.status.phase = .starting
            runtime = try await world.client.replaceStatus(runtime)
            try await eventually("it is known") { world.caches.cache(Runtime.self).get("web", in: "demo")?.status.phase == .starting }
            _ = try await world.client.create(
                Checkpoint(metadata: ObjectMeta(name: "c", namespace: "demo"), spec: CheckpointSpec(runtime: "web")))
            _ = try await world.wait("c", .requested)
            #expect(world.driver.orders.isEmpty)
            runtime.status.phase = .ready
            _ = try await world.client.replaceStatus(runtime)
            _ = try await world.wait("c", .stored)
        }
    }

    @Test("pods that came from it stand in its status, each once")
    func restores() async throws {
        try await Self.run { world in
            try await world.make("c")
            let stored = try await world.wait("c", .stored)
            let outcome = PodRestore(method: .image, checkpoint: stored.status.location ?? "", code: "E_X", message: "why")
            _ = try await world.client.mergePatch(
                Pod.self, "web", in: "demo",
                ["metadata": ["annotations": [
                    PodRestore.outcomeAnnotation: .string(PodRestore.text(of: ["main": outcome])),
                    Runtime.restartAnnotation: "then",
                ]]])
            let told = try await world.client.object(Checkpoint.self, "c", in: "demo") { !$0.status.restores.isEmpty }
            let restore = try #require(told.status.restores.first)
            #expect((restore.pod, restore.method, restore.code, restore.request) == ("web", .image, "E_X", "then"))
            _ = try await world.client.mergePatch(Pod.self, "web", in: "demo", ["metadata": ["labels": ["seen": "yes"]]])
            try await world.make("other")
            _ = try await world.wait("other", .stored)
            #expect(try await world.client.get(Checkpoint.self, "c", in: "demo").status == told.status)
        }
    }

    @Test("its archive goes with it, and is nobody's concern where the node is gone")
    func deleted() async throws {
        try await Self.run { world in
            try await world.make("c")
            _ = try await world.wait("c", .stored)
            try await world.client.delete(Checkpoint.self, "c", in: "demo")
            try await world.client.absence(of: Checkpoint.self, "c", in: "demo")
            #expect(world.driver.archives == [])
            try await world.make("d")
            _ = try await world.wait("d", .stored)
            try await world.client.delete(Node.self, "n1")
            try await eventually("the controllers know") { world.caches.cache(Node.self).get("n1") == nil }
            try await world.client.delete(Checkpoint.self, "d", in: "demo")
            try await world.client.absence(of: Checkpoint.self, "d", in: "demo")
            // More than once where its object was changed at the same moment.
            #expect(Set(world.driver.removed).count == 1)
        }
    }

    @Test("after its time the archive goes and the object tells so")
    func expired() async throws {
        try await Self.run { world in
            try await world.make("c") { $0.ttlSeconds = 1 }
            let expired = try await world.wait("c", .expired)
            #expect(expired.status.location == nil)
            #expect(expired.restoreRequest == nil)
            #expect(world.driver.archives == [])
        }
    }

    @Test("a schedule makes checkpoints and keeps the newest")
    func scheduled() async throws {
        try await Self.run { world in
            let schedule = CheckpointSchedule(
                metadata: ObjectMeta(name: "often", namespace: "demo"),
                spec: CheckpointScheduleSpec(schedule: "@every 1s", checkpoint: CheckpointSpec(pod: "web"), keep: 1))
            _ = try await world.client.create(schedule)
            try await eventually("one that was kept is gone again") { !world.driver.removed.isEmpty }
            _ = try await world.client.mergePatch(
                CheckpointSchedule.self, "often", in: "demo", ["spec": ["suspend": true]])
            try await eventually("the newest alone is left") {
                let left = try await world.client.list(Checkpoint.self, in: "demo").items
                return left.count == 1 && left[0].status.phase == .stored && world.driver.archives.count == 1
            }
        }
    }

    @Test("what is asked of a node's answer: codes are told, what may pass is not")
    func findings() {
        func code(_ status: Int, _ text: String) -> String? {
            NodeCheckpointDriver.finding(KubernetesError(code: status, reason: "", message: text))?.code.rawValue
        }
        #expect(
            code(500, "checkpointing of a/b/c failed (E_CHECKPOINT_UNSUPPORTED: no CRIU)") == "E_CHECKPOINT_UNSUPPORTED"
        )
        #expect(code(500, "checkpointing of a/b/c failed (rpc error)") == "E_CHECKPOINT_SOURCE")
        #expect(code(404, "pod does not exist") == "E_CHECKPOINT_SOURCE")
        #expect(code(403, "forbidden") == "E_CHECKPOINT_SOURCE")
        #expect(code(503, "the node does not answer") == nil)
    }
}

import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Synchronization
import Testing

@Suite("Pods that are warm before anybody wants them")
struct RuntimePoolTests {
    @Test("a runtime takes one over with its volume, knows its user, and another takes its place")
    func claimed() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(2)
            let warm = Set(try await world.pods().map(\.name))
            let before = world.writes().count
            try await world.start()
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == "warm")
            #expect(runtime.status.conditions.first { $0.type == "Provisioned" }?.status == "True")
            let pod = try #require(try await world.pods(of: runtime).first)
            #expect(warm.contains(pod.name))
            #expect(try await world.pods(of: runtime).count == 1)
            #expect(try await world.pod() == nil)
            let claim = try await world.client.get(
                PersistentVolumeClaim.self, PoolMember.volumeName(of: pod.name), in: "demo")
            #expect(claim.labels[RuntimeCell.userLabel] == "ada")
            #expect(claim.metadata.ownerReferences.isEmpty)
            #expect(try await world.claim() == nil)
            #expect(try await world.keysAgree())
            let environment = try #require(try await world.bundle()?["environment"])
            #expect(environment["OPENAI_API_KEY"]?.string?.hasPrefix("sk-claw") == true)
            #expect(environment["MODEL"] == "echo")
            #expect(environment["OPENAI_BASE_URL"] == nil, "the pod had that all along")
            try await world.waitUntilWarm(2)
            // Without what keeps the pool: new pods and volumes, and its status.
            let own = world.writes().dropFirst(before).filter { write in
                !write.contains("runtimepools") && !write.hasPrefix("POST /api/v1/namespaces/demo/pods")
                    && !write.hasPrefix("POST /api/v1/namespaces/demo/persistentvolumeclaims")
            }
            #expect(own.count <= 5, "\(own)")
        }
    }

    @Test("what it was and what it holds comes back after rest, in a pod of its own")
    func resumed() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(1)
            try await world.start()
            let volume = try #require(try await world.reach(.ready).volumeOfItsPod(world))
            try await world.want(.suspended)
            try await world.reach(.suspended)
            try await world.want(.running)
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == nil)
            #expect(try await runtime.volumeOfItsPod(world) == volume)
            #expect(try await world.pods(of: runtime).map(\.name) == ["ada"])
        }
    }

    @Test("its volume outlives the runtime, and goes back to its user only")
    func kept() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(1)
            try await world.start()
            let volume = try #require(try await world.reach(.ready).volumeOfItsPod(world))
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("its pod is gone") {
                try await world.client.list(Pod.self, in: "demo").items.allSatisfy { RuntimePodIndex.runtime(of: $0) == nil }
            }
            try await world.waitUntilWarm(1)
            _ = try await world.client.create(
                Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: RuntimeSpec(user: "eve")))
            #expect(try await world.reach(.refused).status.lastError?.code == "E_VOLUME_TAKEN")
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("it is gone") { try await world.client.find(Runtime.self, "ada", in: "demo") == nil }
            try await world.start()
            #expect(try await world.reach(.ready).volumeOfItsPod(world) == volume)
        }
    }

    @Test("a volume that is to go with its runtime goes")
    func wiped() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(RuntimeTemplate(
                name: "wiping", in: "demo",
                spec: RuntimeTemplateSpec(document: [
                    "command": ["agent-runtime"], "volume": ["size": "1Gi", "retention": "Wipe"],
                ])))
            try await world.keepWarm(1, template: "wiping")
            try await world.start(template: "wiping")
            let runtime = try await world.reach(.ready)
            let volume = try #require(try await runtime.volumeOfItsPod(world))
            #expect(runtime.status.pool == "warm")
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("its volume is gone") {
                try await world.client.find(PersistentVolumeClaim.self, volume, in: "demo") == nil
            }
        }
    }

    @Test("a runtime that wants something else gets a pod of its own")
    func different() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(1)
            try await world.start { $0["volume"] = ["size": "5Gi"] }
            #expect(try await world.reach(.ready).status.pool == nil)
            #expect(try await world.pod() != nil)
            try await world.waitUntilWarm(1)
        }
    }

    @Test("many runtimes at once get a pod each, and none gets two")
    func burst() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<12 { group.addTask { _ = try await world.start("r\(index)") } }
                try await group.waitForAll()
            }
            try await eventually("all are ready") {
                try await world.client.list(Runtime.self, in: "demo").items.allSatisfy { $0.status.phase == .ready }
            }
            let runtimes = try await world.client.list(Runtime.self, in: "demo").items
            for runtime in runtimes { #expect(try await world.pods(of: runtime).count == 1) }
            #expect(runtimes.count { $0.status.pool != nil } >= 5)
            try await world.waitUntilWarm(5)
        }
    }

    @Test("a changed template makes other pods; those of before serve meanwhile, unless the pool says otherwise",
        arguments: [RuntimePoolSpec.Update.onReplenish, .recreate])
    func template(update: RuntimePoolSpec.Update) async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(RuntimeTemplate(
                name: "mine", in: "demo", spec: RuntimeTemplateSpec(document: ["command": ["one"]])))
            try await world.keepWarm(2, template: "mine", update: update)
            let before = Set(try await world.pods().map(\.name))
            if update == .onReplenish { world.node.behave(.silent) }
            _ = try await world.client.mergePatch(
                RuntimeTemplate.self, "mine", in: "demo", ["spec": ["command": ["two"]]])
            if update == .onReplenish {
                // None of the new ones becomes ready, so that those of before stay; one of them is given out.
                try await eventually("others are on their way") {
                    try await world.pool().status.starting > 0
                }
                try await world.start(template: "mine")
                let pod = try await world.claimedPod()
                #expect(before.contains(pod.name))
                world.node.behave(.ready)
            }
            try await eventually("others have taken their places") {
                let pods = try await world.pods().filter { PoolMember.pool(of: $0) != nil && !$0.isBeingDeleted }
                return pods.count == 2 && pods.allSatisfy { $0.spec?.containers.first?.command == ["two"] && $0.isReady }
            }
            let now = try await world.pods().filter { PoolMember.pool(of: $0) != nil && !$0.isBeingDeleted }
            #expect(Set(now.map(\.name)).isDisjoint(with: before))
        }
    }

    @Test("volumes of pods that are gone go too, and a pool's pods go with it")
    func leaving() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(3)
            _ = try await world.client.mergePatch(RuntimePool.self, "warm", in: "demo", ["spec": ["size": 1]])
            try await eventually("two pods and their volumes are gone") {
                let claims = try await world.client.list(PersistentVolumeClaim.self, in: "demo").items
                return try await world.pods().count == 1 && claims.count == 1
            }
            try await world.client.delete(RuntimePool.self, "warm", in: "demo", propagation: .background)
            try await eventually("nothing is left") {
                let claims = try await world.client.list(PersistentVolumeClaim.self, in: "demo").items
                return try await world.pods().isEmpty && claims.isEmpty
            }
        }
    }

    /// Refuses the first removal of a pod, as of one that has become another meanwhile.
    private final class Refusing: Transport {
        private let base: any Transport
        private let hasRefused = Mutex(false)
        init(_ base: any Transport) { self.base = base }
        var isDone: Bool { hasRefused.withLock { $0 } }

        func send(_ request: Request) async throws -> Response {
            let isRemoval = request.head.method == .delete && request.head.path?.contains("/pods/") == true
            let refuses = isRemoval && hasRefused.withLock { has in
                defer { has = true }
                return !has
            }
            guard refuses else { return try await base.send(request) }
            let status: JSON = ["kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409]
            return Response(
                status: .conflict, headers: [.contentType: "application/json"], body: .bytes(status.bytes()))
        }
    }

    @Test("a pod that became another while it was to go goes at the next look")
    func goesLater() async throws {
        try await withRuntimes(orchestrates: false) { world in
            let way = Refusing(world.cluster.transport)
            try await world.orchestrating(over: way) {
                try await world.keepWarm(2)
                _ = try await world.client.mergePatch(RuntimePool.self, "warm", in: "demo", ["spec": ["size": 1]])
                try await eventually("its removal was refused") { way.isDone }
                // Whatever has the pool looked at again.
                var seconds = 3600
                try await eventually("one is left") {
                    seconds += 1
                    _ = try await world.client.mergePatch(
                        RuntimePool.self, "warm", in: "demo", ["spec": ["maxAgeSeconds": .integer(Int64(seconds))]])
                    return try await world.pods().count == 1
                }
            }
        }
    }

    @Test("a template whose pods come with what is somebody's has no pool, and the pool says so")
    func refused() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(RuntimeTemplate(
                name: "shared", in: "demo",
                spec: RuntimeTemplateSpec(document: ["command": ["one"], "volume": ["shared": ["claim": "team"]]])))
            _ = try await world.client.create(
                RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(template: "shared", size: 2)))
            try await eventually("the pool says why") {
                try await world.pool().status.conditions.first?.reason == "NotPooled"
            }
            #expect(try await world.pods().isEmpty)
        }
    }

    @Test("a full pool at rest writes nothing")
    func atRest() async throws {
        try await withRuntimes { world in
            try await world.keepWarm(3)
            try await eventually("its status says so") { try await world.pool().status.warm == 3 }
            let before = world.writes().count
            // Something that every controller hears of and that changes nothing.
            _ = try await world.client.create(
                EnvironmentSet(document: [
                    "metadata": ["name": "user.nobody", "namespace": "demo"], "spec": [:],
                ]))
            try await eventually("the set was looked at") {
                world.writes().dropFirst(before).contains { $0.contains("environmentsets") }
            }
            #expect(world.writes().dropFirst(before).allSatisfy { $0.contains("environmentsets") })
        }
    }
}

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

@Suite("Runtimes on enrolled capacity", .timeLimit(.minutes(5)))
struct RemoteRuntimeTests {
    /// Programs elsewhere: which answer that they are ready.
    private final class Programs: Sendable {
        private let ready = Mutex<Set<String>>([])
        func set(_ host: String, _ isReady: Bool) {
            ready.withLock { ready in
                if isReady { ready.insert(host) } else { ready.remove(host) }
            }
        }
        var transport: ScriptedTransport {
            ScriptedTransport { [self] request in
                let isReady = ready.withLock { $0.contains(request.head.authority ?? "") }
                return isReady && request.head.path == "/readyz"
                    ? .text("ready") : Response(status: .serviceUnavailable)
            }
        }
    }

    /// Enrols capacity, as the control plane would.
    private static func enrol(
        _ name: String, in world: RuntimeWorld, runtimes: Int = 1, heard: Timestamp? = nil
    ) async throws {
        let spec = RemoteCapacitySpec(endpoint: "https://\(name)", runtimes: runtimes, projects: ["demo"])
        var made = try await world.client.create(RemoteCapacity(name: name, labels: ["zone": "a"], spec: spec))
        made.status.epoch = 1
        made.status.lastHeartbeat = (heard ?? SystemTime().now).rfc3339()
        _ = try await world.client.replaceStatus(made)
        try await reach(name, .available, world)
    }

    private static func reach(_ name: String, _ phase: CapacityPhase, _ world: RuntimeWorld) async throws {
        try await eventually("capacity \(name) is \(phase)") {
            try await world.client.get(RemoteCapacity.self, name).status.phase == phase
        }
    }

    private static func runtime(_ name: String, _ world: RuntimeWorld) async throws -> Runtime {
        try await world.client.get(Runtime.self, name, in: "demo")
    }

    @Test("it is ready when the program there says so; nothing is made in the cluster; stopped, its place is free")
    func life() async throws {
        let programs = Programs()
        try await withRuntimes(network: programs.transport) { world in
            try await Self.enrol("edge", in: world)
            try await world.start { $0["placement"] = ["capacity": "edge"] }
            try await eventually("it has its place") {
                try await Self.runtime("ada", world).status.capacity == "edge"
            }
            #expect(try await Self.runtime("ada", world).status.phase != .ready)
            programs.set("edge", true)
            let ready = try await world.reach(.ready)
            #expect(ready.condition("Provisioned")?.status == "True")
            #expect(ready.condition("Scheduled")?.status == "True")
            let made = [
                try await world.pod() != nil, try await world.claim() != nil, try await world.secret() != nil,
                try await world.grant() != nil,
            ]
            #expect(!made.contains(true))
            try await eventually("its place is counted") {
                try await world.client.get(RemoteCapacity.self, "edge").status.allocated == 1
            }
            try await world.want(.stopped)
            let stopped = try await world.reach(.stopped)
            #expect(stopped.annotations[Runtime.capacityAnnotation] == nil)
            try await eventually("its place is free") {
                let status = try await Self.runtime("ada", world).status
                return try await world.client.get(RemoteCapacity.self, "edge").status.allocated == 0
                    && status.capacity == nil
            }
        }
    }

    @Test("of several that start at once as many get a place as there are; the rest is told, and follows later")
    func places() async throws {
        let programs = Programs()
        programs.set("edge", true)
        try await withRuntimes(network: programs.transport) { world in
            try await Self.enrol("edge", in: world, runtimes: 2)
            let names = ["a", "b", "c", "d"]
            for name in names { try await world.start(name) { $0["placement"] = ["matchLabels": ["zone": "a"]] } }
            try await eventually("two are ready and two are told") {
                var phases: [RuntimePhase?] = []
                var codes: [String?] = []
                for name in names {
                    let status = try await Self.runtime(name, world).status
                    phases.append(status.phase)
                    codes.append(status.lastError?.code)
                }
                return phases.count { $0 == .ready } == 2 && codes.count { $0 == "E_NO_CAPACITY" } == 2
            }
            for name in names where try await Self.runtime(name, world).status.phase == .ready {
                _ = try await world.client.mergePatch(
                    Runtime.self, name, in: "demo", ["spec": ["desiredState": "Stopped"]])
            }
            try await eventually("the others have taken the places") {
                var ready = 0
                for name in names where try await Self.runtime(name, world).status.phase == .ready { ready += 1 }
                return try await world.client.get(RemoteCapacity.self, "edge").status.allocated == 2 && ready == 2
            }
        }
    }

    @Test("drained, those placed by labels move, and what is left goes nowhere new")
    func drain() async throws {
        let programs = Programs()
        for host in ["east", "west"] { programs.set(host, true) }
        try await withRuntimes(network: programs.transport) { world in
            try await Self.enrol("east", in: world, runtimes: 2)
            try await world.start { $0["placement"] = ["matchLabels": ["zone": "a"]] }
            try await world.reach(.ready)
            try await world.start("bob") { $0["placement"] = ["capacity": "east"] }
            try await eventually("bob is ready") { try await Self.runtime("bob", world).status.phase == .ready }
            try await Self.enrol("west", in: world)
            _ = try await world.client.mergePatch(RemoteCapacity.self, "east", ["spec": ["drain": true]])
            try await eventually("ada has moved") {
                let status = try await Self.runtime("ada", world).status
                return status.capacity == "west" && status.phase == .ready
            }
            try await Self.reach("east", .draining, world)
            #expect(try await Self.runtime("bob", world).status.phase == .ready)
            _ = try await world.client.mergePatch(
                Runtime.self, "bob", in: "demo", ["spec": ["desiredState": "Stopped"]])
            try await Self.reach("east", .drained, world)
        }
    }

    @Test("capacity that falls silent is lost, and what is on it is not ready")
    func lost() async throws {
        let programs = Programs()
        programs.set("edge", true)
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time, network: programs.transport) { world in
            try await Self.enrol("edge", in: world, heard: time.now)
            try await world.start { $0["placement"] = ["capacity": "edge"] }
            try await world.pass(time, until: "it is ready", by: .milliseconds(100)) {
                try await Self.runtime("ada", world).status.phase == .ready
            }
            try await world.pass(time, until: "it is lost", by: .seconds(5)) {
                try await world.client.get(RemoteCapacity.self, "edge").status.phase == .lost
            }
            try await world.pass(time, until: "it is not ready", by: .milliseconds(100)) {
                let status = try await Self.runtime("ada", world).status
                return status.phase == .recovering && status.lastError?.message.contains("not heard of") == true
            }
        }
    }

    @Test("who finds no place in the time for a start has failed, is told what to do, and gets one when asked again")
    func placeless() async throws {
        let programs = Programs()
        programs.set("edge", true)
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time, network: programs.transport) { world in
            try await world.start { $0["placement"] = ["capacity": "edge"] }
            try await world.pass(time, until: "it waits", by: .milliseconds(100)) {
                let status = try await Self.runtime("ada", world).status
                return status.phase != .failed && status.lastError?.code == "E_NO_CAPACITY"
            }
            try await world.pass(time, until: "it has failed", by: .seconds(5)) {
                try await Self.runtime("ada", world).status.phase == .failed
            }
            let failed = try await Self.runtime("ada", world)
            #expect(failed.status.lastError?.code == "E_NO_CAPACITY")
            #expect(failed.status.lastError?.message.contains("within 300 s") == true)
            #expect(failed.status.lastError?.message.contains("ask for recover") == true)
            #expect(failed.status.conditions.contains { $0.reason == "NoCapacity" })
            #expect(failed.status.capacity == nil)
            try await Self.enrol("edge", in: world, heard: time.now)
            try await world.edit(["metadata": ["annotations": ["clawkit.dev/recover-at": "2026-01-01T00:00:00.2Z"]]])
            try await world.pass(time, until: "it is ready", by: .milliseconds(100)) {
                try await Self.runtime("ada", world).status.phase == .ready
            }
        }
    }

    @Test("what the platform cannot do to it is refused", arguments: ["idle", "checkpoint", "volume", "image"])
    func unsupported(field: String) async throws {
        try await withRuntimes { world in
            try await world.start { spec in
                spec["placement"] = ["capacity": "edge"]
                spec[FieldKey(field)] = field == "image" ? "busybox" : [:]
            }
            let refused = try await world.reach(.refused)
            #expect(refused.status.lastError?.code == "E_UNSUPPORTED")
            #expect(refused.condition("Admitted")?.reason == "Unsupported")
        }
    }

    @Test("a place that is taken is not got by writing it on a runtime by hand")
    func full() async throws {
        let programs = Programs()
        programs.set("edge", true)
        try await withRuntimes(network: programs.transport) { world in
            try await Self.enrol("edge", in: world)
            try await world.start { $0["placement"] = ["capacity": "edge"] }
            try await world.reach(.ready)
            var spec = RuntimeSpec(user: "bob")
            spec.placement = RuntimePlacement(capacity: "edge")
            let annotations = [Runtime.capacityAnnotation: "edge"]
            _ = try await world.client.create(
                Runtime(metadata: ObjectMeta(name: "bob", namespace: "demo", annotations: annotations), spec: spec))
            try await eventually("bob is told that there is no room") {
                let bob = try await Self.runtime("bob", world)
                return bob.annotations[Runtime.capacityAnnotation] == nil
                    && bob.status.lastError?.code == "E_NO_CAPACITY"
            }
            let (ada, bob) = (try await Self.runtime("ada", world), try await Self.runtime("bob", world))
            #expect(ada.status.phase == .ready)
            #expect(bob.status.capacity == nil)
        }
    }

    @Test("a place in somebody else's capacity is not got by hand either")
    func forged() async throws {
        let programs = Programs()
        programs.set("edge", true)
        try await withRuntimes(network: programs.transport) { world in
            try await Self.enrol("edge", in: world)
            _ = try await world.client.mergePatch(RemoteCapacity.self, "edge", ["spec": ["projects": ["other"]]])
            try await world.start { $0["placement"] = ["capacity": "edge"] }
            try await world.edit(["metadata": ["annotations": [Runtime.capacityAnnotation: "edge"]]])
            try await eventually("it is taken away, and told") {
                let runtime = try await Self.runtime("ada", world)
                return runtime.annotations[Runtime.capacityAnnotation] == nil
                    && runtime.status.lastError?.code == "E_NO_CAPACITY"
            }
        }
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Synchronization
import Testing

@Suite("Runtimes that sleep for want of use")
struct IdleRuntimeTests {
    @Test("it sleeps, keeps volume and key, and comes back by a wish")
    func sleeps() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time) { world in
            try await world.start { $0["idle"] = ["afterSeconds": 3600] }
            try await world.reach(.ready)
            let (claim, secret) = (try await world.claim()?.uid, try await world.secret()?.data)
            try await world.fallAsleep(time)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.spec.desiredState == .running)
            #expect(asleep.condition("Suspended")?.reason == "Idle" && asleep.status.sleep?.reason == .idle)
            #expect(try await world.pod() == nil)
            try await world.wake()
            let awake = try await world.reach(.ready)
            #expect(awake.status.sleep == nil && awake.condition("Suspended")?.reason == "NotSuspended")
            #expect(try await world.claim()?.uid == claim)
            #expect(try await world.secret()?.data == secret)
        }
    }

    @Test("it sleeps by its template's word, which stands in its status and may change; its own word goes first")
    func byTemplate() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time) { world in
            var spec = RuntimeTemplateSpec(command: ["agent"])
            spec.idle = RuntimeIdle(afterSeconds: 3600)
            spec.checkpoint = RuntimeCheckpoint(on: [.drain])
            _ = try await world.client.create(RuntimeTemplate(name: "restful", in: "demo", spec: spec))
            try await world.start { $0["template"] = "restful" }
            let ready = try await world.reach(.ready)
            #expect(ready.spec.idle == nil && ready.status.defaults?.idle?.afterSeconds == 3600)
            try await world.fallAsleep(time)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.status.sleep?.reason == .idle && asleep.spec.desiredState == .running)
            let version = asleep.resourceVersion
            for _ in 0..<5 { time.advance(by: .minutes(10)) }
            #expect(try await world.client.get(Runtime.self, "ada", in: "demo").resourceVersion == version)

            // Without its rule left it is awake.
            _ = try await world.client.mergePatch(RuntimeTemplate.self, "restful", in: "demo", ["spec": ["idle": .null]])
            let awake = try await world.reach(.ready)
            #expect(awake.idle == nil && awake.checkpoint?.rests == [.drain])
            try await world.edit(["spec": ["idle": ["afterSeconds": 60], "checkpoint": ["on": ["Never"]]]])
            try await eventually("nothing of the template's counts") {
                try await world.client.get(Runtime.self, "ada", in: "demo").status.defaults == nil
            }
            try await world.fallAsleep(time)
        }
    }

    @Test("asleep it is not written")
    func quiet() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time) { world in
            try await world.start { $0["idle"] = ["afterSeconds": 60, "sleepAt": "0 0 1 1 *", "wakeAt": "0 1 1 1 *"] }
            try await world.reach(.ready)
            try await world.fallAsleep(time)
            let version = try await world.client.get(Runtime.self, "ada", in: "demo").resourceVersion
            for _ in 0..<20 { time.advance(by: .minutes(10)) }
            // Whatever was asked for before this has been looked at by then.
            try await world.edit(["metadata": ["labels": ["seen": "yes"]]])
            let edited = try await world.client.get(Runtime.self, "ada", in: "demo").resourceVersion
            try await world.client.create(ConfigMap(metadata: ObjectMeta(name: "mark", namespace: "demo")))
            #expect(version != edited)
            #expect(try await world.client.get(Runtime.self, "ada", in: "demo").resourceVersion == edited)
        }
    }

    @Test("a program at work is not put to sleep, and is when it says that it has done")
    func agent() async throws {
        let isBusy = Mutex(true)
        let time = VirtualTime(startingAt: SystemTime().now)
        let programs = ScriptedTransport { request in
            #expect(request.path == "/activity" && request.headers[HTTPField.Name("X-OpenClaw-Token")!] != nil)
            let busy = isBusy.withLock { $0 }
            return Response(status: .ok, body: .string(#"{"busy": \#(busy)}"#))
        }
        try await withRuntimes(time: time, network: programs) { world in
            try await world.start { $0["idle"] = ["afterSeconds": 3600, "signals": ["Agent"]] }
            try await world.reach(.ready)
            try await world.pass(time, until: "it has been asked, and its work noted") {
                try await world.client.get(Runtime.self, "ada", in: "demo").status.lastActivity != nil
            }
            try await world.reach(.ready)
            isBusy.withLock { $0 = false }
            try await world.fallAsleep(time)
        }
    }

    @Test("a program that cannot say whether it works goes on running")
    func silentAgent() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        let isBroken = Mutex(true)
        let programs = ScriptedTransport { _ in
            isBroken.withLock { $0 } ? Response(status: .notFound) : Response(status: .ok, body: .string(#"{"busy": false}"#))
        }
        try await withRuntimes(time: time, network: programs) { world in
            try await world.start { $0["idle"] = ["afterSeconds": 3600, "signals": ["Agent"]] }
            try await world.reach(.ready)
            try await world.pass(time, until: "it has been asked") { !programs.requests.isEmpty }
            try await world.reach(.ready)
            isBroken.withLock { $0 = false }
            // Asked again after a while.
            try await world.fallAsleep(time)
        }
    }

    @Test("an explicit suspension stays one, asleep or not")
    func suspended() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time) { world in
            try await world.start { $0["idle"] = ["afterSeconds": 3600] }
            try await world.reach(.ready)
            try await world.fallAsleep(time)
            try await world.want(.suspended)
            let suspended = try await world.reach(.suspended)
            #expect(suspended.status.sleep == nil && suspended.condition("Suspended")?.reason == "AsRequested")
            try await world.want(.running)
            try await world.reach(.ready)
        }
    }
}

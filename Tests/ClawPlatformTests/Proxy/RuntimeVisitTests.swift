import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Visits to runtimes that sleep", .timeLimit(.minutes(10)))
struct RuntimeVisitTests {
    /// A control plane beside the orchestrator of a world; the administrator visits.
    private final class Visitors: Sendable {
        let controlPlane: ControlPlane
        let caches: SharedCaches
        private let token: Secret<String>

        init(_ world: RuntimeWorld, _ time: any TimeSource) async throws {
            let store = MemoryPlatformStore()
            token = try await ControlPlane.bootstrapAdministrator(in: store, time: time) ?? Secret("")
            caches = SharedCaches(KubernetesClient(world.cluster.transport), time: time)
            controlPlane = ControlPlane(
                api: world.client, caches: caches, store: store, signer: SessionSigner(keys: .generate()),
                configuration: ControlPlane.Configuration(publicURL: "http://claw.test", passwordCost: .test),
                runtimeTransport: ScriptedTransport { _ in .text("hello") }, time: time, logger: silent)
        }

        func visit(_ path: String = "/r/demo/ada/x", accept: String = "text/plain") async -> Answer {
            let response = await controlPlane.handler.respond(
                to: Request(
                    .get, "http://claw.test\(path)",
                    headers: [.authorization: "Bearer \(token.reveal())", .accept: accept]))
            let bytes = (try? await response.body.collect(limit: 1 << 20)) ?? []
            return Answer(
                status: response.status, headers: response.headers, text: String(decoding: bytes, as: UTF8.self))
        }

        /// The access check's answer to a proxy in front.
        func check() async -> Answer {
            let response = await controlPlane.handler.respond(
                to: Request(
                    .get, "http://claw.test/api/v1/access/check",
                    headers: [
                        .authorization: "Bearer \(token.reveal())", HTTPField.Name("X-Forwarded-Method")!: "GET",
                        HTTPField.Name("X-Forwarded-Host")!: "claw.test",
                        HTTPField.Name("X-Forwarded-Uri")!: "/r/demo/ada/",
                    ]))
            return Answer(status: response.status, headers: response.headers, text: "")
        }
    }

    /// `demo/ada`, asleep for want of use.
    private static func withSleeper(
        idle: JSON = ["afterSeconds": 3600], wake: JSON = [:],
        _ body: @escaping @Sendable (RuntimeWorld, Visitors, VirtualTime) async throws -> Void
    ) async throws {
        let time = VirtualTime(startingAt: Timestamp(seconds: SystemTime().now.seconds))
        try await withRuntimes(time: time) { world in
            let visitors = try await Visitors(world, time)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { do { try await visitors.caches.run() } catch where Task.isCancelled {} }
                group.addTask { do { try await visitors.controlPlane.run() } catch where Task.isCancelled {} }
                try await world.start {
                    $0["idle"] = idle
                    $0["wake"] = wake
                }
                try await world.reach(.ready)
                try await world.fallAsleep(time)
                try await eventually("the control plane knows") {
                    let seen = visitors.caches.cache(Runtime.self).get("ada", in: "demo")
                    return seen?.status.phase == .suspended && seen?.status.sleep != nil
                }
                try await body(world, visitors, time)
            }
        }
    }

    @Test("the request that wakes it is answered by it, and nobody's wish is changed")
    func held() async throws {
        try await Self.withSleeper { world, visitors, _ in
            let answer = await visitors.visit()
            #expect(answer.status == .ok && answer.text == "hello")
            let awake = try await world.client.get(Runtime.self, "ada", in: "demo")
            #expect(awake.metadata.generation == 1, "the spec is as it was")
            #expect(awake.status.lastActivity != nil && awake.status.sleep == nil)
        }
    }

    @Test("many at once wake it once, and all are answered")
    func many() async throws {
        try await Self.withSleeper { world, visitors, _ in
            let answers = await withTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<50 { group.addTask { await visitors.visit().status } }
                return await group.reduce(into: [HTTPResponse.Status]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0 == .ok })
        }
    }

    @Test("a proxy that asks for others is held as well")
    func forwarded() async throws {
        try await Self.withSleeper { _, visitors, _ in
            let answer = await visitors.check()
            #expect(answer.status == .ok)
        }
    }

    @Test("what takes longer than a request is held gets a page that tries again by itself")
    func page() async throws {
        try await Self.withSleeper(wake: ["holdSeconds": 5]) { world, visitors, time in
            world.node.behave(.starting)
            async let visit = visitors.visit(accept: "text/html")
            try await eventually("the pod is started, and the request waits") {
                try await world.pod()?.status?.phase == "Running"
            }
            try await eventually("its time is over") {
                time.advance(by: .seconds(1))
                return try await world.client.get(Runtime.self, "ada", in: "demo").status.phase == .waking
            }
            time.advance(by: .seconds(5))
            let answer = await visit
            #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] != nil)
            #expect(answer.text.contains("http-equiv=\"refresh\"") && answer.text.contains("waking up"))
            world.node.behave(.ready)
            try await world.reach(.ready)
            try await eventually("the page's next try comes through") {
                await visitors.visit(accept: "text/html").text == "hello"
            }
        }
    }

    @Test("one that only its owner may wake goes on sleeping, and says so")
    func notOnRequest() async throws {
        try await Self.withSleeper(wake: ["onRequest": false]) { world, visitors, _ in
            let answer = await visitors.visit()
            #expect(answer.status == .serviceUnavailable && answer.code == "E_NOT_READY")
            #expect(answer.text.contains("Suspended"))
            let runtime = try await world.client.get(Runtime.self, "ada", in: "demo")
            #expect(runtime.status.sleep != nil)
        }
    }

    @Test("use is written once in a while, not with each request, and keeps it awake")
    func use() async throws {
        try await Self.withSleeper { world, visitors, time in
            _ = await visitors.visit()
            try await world.reach(.ready)
            for _ in 0..<3 {
                // Three quarters of its time, several times over.
                time.advance(by: .seconds(2700))
                try await eventually("it is in") { await visitors.visit().status == .ok }
                let before = try await world.client.get(Runtime.self, "ada", in: "demo")
                for _ in 0..<50 { #expect(await visitors.visit().status == .ok) }
                try await eventually("the use is told") {
                    let told = try await world.client.get(Runtime.self, "ada", in: "demo").status.lastActivity
                    return told.flatMap { Timestamp(rfc3339: $0) } == time.now
                }
                let after = try await world.client.get(Runtime.self, "ada", in: "demo")
                #expect(after.status.phase == .ready && before.metadata.generation == after.metadata.generation)
            }
            let log = try await world.client.get(Runtime.self, "ada", in: "demo")
            #expect(log.status.sleep == nil)
        }
    }
}

@Suite("What counts as use on open connections")
struct TrafficTests {
    private static func frame(_ opcode: UInt8, _ payload: Int, masked: Bool) -> [UInt8] {
        var bytes: [UInt8] = [0x80 | opcode]
        let mask: UInt8 = masked ? 0x80 : 0
        switch payload {
        case 0..<126: bytes.append(mask | UInt8(payload))
        case 126..<65536: bytes += [mask | 126, UInt8(payload >> 8), UInt8(payload & 0xFF)]
        default: bytes += [mask | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload >> ($0 * 8)) }
        }
        if masked { bytes += [1, 2, 3, 4] }
        return bytes + [UInt8](repeating: 7, count: payload)
    }

    @Test("texts and bytes count, pings and pongs do not, however the stream is cut", arguments: [1, 2, 3, 7, 1000, 100_000])
    func sockets(size: Int) {
        func heard(_ bytes: [UInt8]) -> Int {
            var traffic = SocketTraffic()
            return stride(from: 0, to: bytes.count, by: size).count { start in
                traffic.saysSomething(Array(bytes[start..<min(start + size, bytes.count)]))
            }
        }
        let pings = (0..<5).flatMap { Self.frame($0 % 2 == 0 ? 9 : 10, $0 * 20, masked: $0 > 2) }
        #expect(heard(pings) == 0)
        for payload in [0, 1, 125, 126, 70_000] {
            #expect(heard(pings + Self.frame(1, payload, masked: true) + pings) > 0)
            #expect(heard(pings + Self.frame(2, payload, masked: false)) > 0)
        }
    }

    @Test("events count, comments that keep a stream open do not")
    func events() {
        #expect(!EventTraffic.saysSomething(Array(": ping\n\n".utf8)))
        #expect(!EventTraffic.saysSomething(Array("\r\n\r\n".utf8)))
        #expect(EventTraffic.saysSomething(Array(": ping\n\ndata: x\n\n".utf8)))
    }
}

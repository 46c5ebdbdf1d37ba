import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Synchronization
import Testing

@Suite("Orchestrators that rest, die and come back")
struct OrchestratorResilienceTests {
    @Test("in steady state nothing is written, however often it is looked at")
    func steady() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let versions = { @Sendable in
                [
                    try await world.client.get(Runtime.self, "ada", in: "demo").resourceVersion,
                    try await world.pod()?.resourceVersion, try await world.claim()?.resourceVersion,
                    try await world.secret()?.resourceVersion, try await world.grant()?.resourceVersion,
                ]
            }
            let settled = try await versions()
            let writes = { world.calls.exchanges.filter(\.isWrite) }
            var before = 0
            for number in 0...5 {
                // What made it ready may be noted later than it is seen; by now it is.
                if number == 1 { before = writes().count }
                // A change that concerns every runtime and changes nothing for this one.
                var context = Fixture.context
                context.models.append("more-\(number)")
                try await PlatformSettings.publish(context, in: world.client)
                // The proof that it was looked at: another runtime that needs this very model.
                try await world.start("other-\(number)") { $0["models"] = [.string("more-\(number)")] }
                try await eventually("the other one is ready") {
                    try await world.client.get(Runtime.self, "other-\(number)", in: "demo").status.phase == .ready
                }
                try await world.client.delete(Runtime.self, "other-\(number)", in: "demo")
            }
            let later = writes().dropFirst(before)
            let ours = later.filter { $0.path.contains("/ada") }
            #expect(ours.isEmpty, "\(Array(ours))")
            // A second try for a pod that the cache has not seen yet is refused, and makes none.
            let pods = later.filter { $0.method == "POST" && $0.path.hasSuffix("/pods") && $0.status == 201 }
            #expect(pods.count == 5, "one for each other: \(pods)")
            #expect(try await versions() == settled)
        }
    }

    @Test("a new orchestrator over settled runtimes writes nothing")
    func takeover() async throws {
        try await withRuntimes(orchestrates: false) { world in
            try await world.orchestrating(over: world.calls) {
                try await world.start()
                try await world.reach(.ready)
            }
            let second = RecordingTransport(world.cluster.transport)
            try await world.orchestrating(over: second) {
                _ = try await world.client.create(Project(name: "other", tenant: "acme"))
                try await eventually("it works") { try await world.client.find(Namespace.self, "other") != nil }
                try await world.start("later")
                try await eventually("it works on runtimes") {
                    try await world.client.get(Runtime.self, "later", in: "demo").status.phase == .ready
                }
            }
            let writes = second.exchanges.filter { $0.isWrite && $0.path.contains("ada") }
            #expect(writes.isEmpty, "\(writes)")
        }
    }

    /// Each write of a start is, once, the last one: either it was never done, or it was done and nobody heard.
    @Test("killed at any write, its successor brings the runtime up, with one pod and one key",
        arguments: 0..<8, [false, true])
    func killed(write: Int, isDone: Bool) async throws {
        try await withRuntimes(orchestrates: false) { world in
            try await world.start()
            let dying = DyingTransport(world.cluster.transport, writes: write, isLastDone: isDone)
            try await world.orchestrating(over: dying) {
                try await eventually("it died or was done") {
                    if dying.isDead { return true }
                    return try await world.client.get(Runtime.self, "ada", in: "demo").status.phase == .ready
                }
            }
            try await world.orchestrating(over: world.calls) {
                try await world.reach(.ready)
                #expect(try await world.keysAgree())
                let pods = try await world.client.list(Pod.self, in: "demo", labels: ["clawkit.dev/runtime": "ada"])
                #expect(pods.items.count == 1)
                // Nor does it make more than it needs.
                #expect(world.calls.exchanges.count { $0.method == "POST" && $0.path.hasSuffix("/pods") } <= 1)
            }
        }
    }

    @Test("killed at random moments of a busy life, the last wish comes true", arguments: 1...4 as ClosedRange<UInt64>)
    func busy(seed: UInt64) async throws {
        try await withRuntimes(orchestrates: false) { world in
            var numbers = SeededNumbers(seed: seed)
            try await world.start()
            for round in 0..<12 {
                let dying = DyingTransport(
                    world.cluster.transport, writes: Int.random(in: 0..<6, using: &numbers),
                    isLastDone: .random(using: &numbers))
                let desired = RuntimeSpec.DesiredState.allCases.randomElement(using: &numbers) ?? .running
                try await world.want(desired)
                if Bool.random(using: &numbers) {
                    try await world.edit(["metadata": ["annotations": ["clawkit.dev/restart-at": .string("\(round)")]]])
                }
                try await world.orchestrating(over: dying) {
                    try await eventually("it died or is done") {
                        if dying.isDead { return true }
                        let runtime = try await world.client.get(Runtime.self, "ada", in: "demo")
                        return !runtime.hasNewWish && [.ready, .stopped, .suspended].contains(runtime.status.phase)
                    }
                }
            }
            try await world.orchestrating(over: world.calls) {
                try await world.want(.suspended)
                try await world.reach(.suspended)
                #expect(try await world.pod() == nil)
                try await world.want(.running)
                try await world.reach(.ready)
                #expect(try await world.keysAgree())
            }
        }
    }
}

/// A transport whose owner dies at a write: that one is done unheard, or not at all, and nothing works afterwards.
private final class DyingTransport: Transport {
    private let inner: any Transport
    private let left: Mutex<Int>
    private let isLastDone: Bool

    init(_ inner: any Transport, writes: Int, isLastDone: Bool) {
        (self.inner, self.isLastDone) = (inner, isLastDone)
        left = Mutex(writes)
    }

    var isDead: Bool { left.withLock { $0 < 0 } }

    func send(_ request: Request) async throws -> Response {
        let isWrite = ![.get, .head, .options].contains(request.method)
        let now = left.withLock { left in
            if isWrite || left < 0 { left -= 1 }
            return left
        }
        if now >= 0 { return try await inner.send(request) }
        if isWrite, now == -1, isLastDone { _ = try await inner.send(request) }
        throw TransportError(code: .closed, message: "The orchestrator is dead.")
    }
}

import ClawKit
import Foundation
import Testing

/// As long as it takes to wait for the ends of two leases of three seconds.
@Suite("Replicas of a program with controllers, as processes", .timeLimit(.minutes(5)))
struct HandOverTests {
    /// Of a lease, and what others need to see that it is over, and to begin.
    private static let lease = Duration.seconds(3) + .milliseconds(1500)

    @Test("a leader that is stopped is followed within two seconds; one that is killed, once its lease is over")
    func ends() async throws {
        try await Replicas.run("leader") { replicas in
            for name in ["a", "b", "c"] { try replicas.start(name) }
            let first = try await replicas.next(after: 0).by
            let stopped = try await replicas.next(after: first.signal(SIGTERM), notBy: first.identity)
            #expect(stopped.delay <= .seconds(2))
            #expect(try await first.untilEnded() == 0)
            let killed = try await replicas.next(after: stopped.by.signal(SIGKILL), notBy: stopped.by.identity)
            #expect(killed.delay <= Self.lease)
            #expect(replicas.turns == [first, stopped.by, killed.by].map(\.identity))
            #expect(replicas.overlaps == [])
        }
    }

    @Test("a leader that freezes is followed once its lease is over; what it goes on with when it thaws is refused")
    func freezes() async throws {
        try await Replicas.run("leader") { replicas in
            for name in ["a", "b"] { try replicas.start(name) }
            let first = try await replicas.next(after: 0).by
            // Work that is under way when it freezes.
            let slow = ConfigMap(
                metadata: ObjectMeta(name: "slow", namespace: "default", labels: ["work": "yes"]),
                data: ["value": "1", "pause-\(first.identity)": "30000"])
            _ = try await replicas.client.create(slow)
            _ = try await eventually("work on a slow key") { first.spans.first { $0.key == "slow" } }
            let frozen = first.signal(SIGSTOP)
            let second = try await replicas.next(after: frozen, notBy: first.identity)
            #expect(second.delay <= Self.lease)
            _ = try await eventually("the slow key's end") { replicas.done.first { $0.key == "slow" } }
            let before = try await replicas.written(by: first.identity)
            let thawed = first.signal(SIGCONT)
            _ = try await eventually("the refusal") { first.spans.first { $0.key == "slow" && $0.isRefused } }
            _ = try await replicas.next(after: thawed, notBy: first.identity)
            // What it had sent before it froze is there; nothing else has come since.
            // (On a starved machine it may lead again by now, and write by right what it begins then.)
            let goneOnWith = Set(first.spans.filter { $0.begin < frozen }.map(\.key))
            for (key, value) in try await replicas.written(by: first.identity) where goneOnWith.contains(key) {
                #expect(before[key] == value)
            }
            // Later on a starved machine may make it leader again, by right.
            let meanwhile = replicas.done.filter { $0.begin > frozen && $0.begin < thawed }
            #expect(Set(meanwhile.map(\.by)) == [second.by.identity])
            #expect(try await replicas.written(by: second.by.identity)["slow"] == "1")
        }
    }

    @Test("of three that share the keys each works on its own; those of one that goes the others take in time")
    func sharing() async throws {
        try await Replicas.run("shards") { replicas in
            let all = try ["a", "b", "c"].map { try replicas.start($0) }
            _ = try await replicas.settled(after: 0, by: ["a", "b", "c"])
            #expect(try await replicas.settled(after: all[0].signal(SIGTERM), by: ["b", "c"]) <= .seconds(2))
            #expect(try await all[0].untilEnded() == 0)
            #expect(try await replicas.settled(after: all[1].signal(SIGKILL), by: ["c"]) <= Self.lease)
            #expect(replicas.overlaps == [])
        }
    }
}

import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import ServiceLifecycleTestKit
import Synchronization
import Testing

/// A replica that shares keys with others.
private final class Sharer: Sendable {
    let name: String
    let sharding = Mutex<Sharding?>(nil)
    let changes = Mutex(0)
    private let trigger = Mutex<GracefulShutdownTestTrigger?>(nil)

    init(_ name: String) { self.name = name }

    func run(_ subject: TestSubject) async throws {
        let sharding = try Sharding(group: "kites", in: "default", identity: name, api: subject.client, time: subject.time)
        sharding.onChange { [self] in changes.withLock { $0 += 1 } }
        self.sharding.withLock { $0 = sharding }
        try await testGracefulShutdown { trigger in
            self.trigger.withLock { $0 = trigger }
            try await sharding.run { _ in }
        }
    }

    func owns(_ key: ObjectKey) -> Bool { sharding.withLock { $0 }?.owns(key) ?? false }
    var isSettled: Bool { sharding.withLock { $0 }?.isSettled ?? false }
    var members: [String] { sharding.withLock { $0 }?.members ?? [] }
    func shutDownGracefully() { trigger.withLock { $0 }?.triggerGracefulShutdown() }
}

@Suite("Sharding on a simulated cluster", .timeLimit(.minutes(5)))
struct ShardingTests {
    private static let keys = (0..<20).map { ObjectKey(namespace: "demo", name: "key-\($0)") }

    private static func with(
        _ sharers: [Sharer], on cluster: SimulatedCluster, while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let first = sharers.first else { return try await body() }
        let rest = Array(sharers.dropFirst())
        try await cluster.withSubject(first.name, { try await first.run($0) }) {
            try await with(rest, on: cluster, while: body)
        }
    }

    /// Lets time pass, and holds at each moment that no key has two workers.
    private static func pass(_ time: Duration, _ cluster: SimulatedCluster, _ sharers: [Sharer]) async throws {
        _ = try await cluster.clock.advance(atMost: time) {
            for key in keys { #expect(sharers.count { $0.owns(key) } <= 1) }
            return false
        }
    }

    @Test("three replicas share all keys; one that leaves hands over within two seconds, and its Lease is removed")
    func graceful() async throws {
        try await SimulatedCluster.run(seed: 1, SimulatedCluster.bareOptions()) { cluster in
            let sharers = ["a", "b", "c"].map(Sharer.init)
            try await Self.with(sharers, on: cluster) {
                try await Self.pass(.seconds(30), cluster, sharers)
                for key in Self.keys { #expect(sharers.count { $0.owns(key) } == 1) }
                #expect(sharers.allSatisfy { $0.members == ["a", "b", "c"] })
                #expect(sharers.allSatisfy { $0.changes.withLock { $0 } > 0 })
                sharers[1].shutDownGracefully()
                try await Self.pass(.seconds(2), cluster, sharers)
                for key in Self.keys { #expect(sharers.count { $0.owns(key) } == 1) }
                #expect(!Self.keys.contains { sharers[1].owns($0) })
                try await Self.pass(.minutes(1), cluster, sharers)
                let leases = try await cluster.client.list(Lease.self, in: "default").items
                #expect(leases.count == 2)
            }
        }
    }

    @Test("a dead replica's keys move once its Lease has run out")
    func killed() async throws {
        try await SimulatedCluster.run(seed: 2, SimulatedCluster.bareOptions()) { cluster in
            let (heir, doomed) = (Sharer("heir"), Sharer("doomed"))
            try await Self.with([heir], on: cluster) {
                try await Self.with([doomed], on: cluster) {
                    try await Self.pass(.seconds(30), cluster, [heir, doomed])
                    #expect(Self.keys.contains { doomed.owns($0) })
                }
                let death = cluster.clock.now
                let isTaken = try await cluster.clock.advance(atMost: .minutes(1)) { Self.keys.allSatisfy { heir.owns($0) } }
                #expect(isTaken)
                #expect(cluster.clock.now - death <= .seconds(17))
            }
        }
    }

    @Test("with every kind of fault no key has two workers, and in the end each has one", arguments: 0..<5)
    func faults(seed: UInt64) async throws {
        try await SimulatedCluster.run(seed: seed, SimulatedCluster.bareOptions(.usual)) { cluster in
            let sharers = ["a", "b", "c"].map(Sharer.init)
            try await Self.with(sharers, on: cluster) {
                try await Self.pass(.minutes(5), cluster, sharers)
                let isWhole = try await cluster.clock.advance(atMost: .minutes(5)) {
                    sharers.allSatisfy(\.isSettled) && Self.keys.allSatisfy { key in sharers.count { $0.owns(key) } == 1 }
                }
                #expect(isWhole, "seed \(seed)")
            }
        }
    }

    @Test("writes for a key that another replica has are refused here")
    func fenced() async throws {
        try await SimulatedCluster.run(seed: 3, SimulatedCluster.bareOptions()) { cluster in
            let sharers = ["a", "b"].map(Sharer.init)
            try await Self.with(sharers, on: cluster) {
                try await Self.pass(.seconds(30), cluster, sharers)
                let key = try #require(Self.keys.first { sharers[0].owns($0) })
                let map = ConfigMap(metadata: ObjectMeta(name: "x", namespace: "default"))
                let own = try #require(sharers[0].sharding.withLock { $0 }).fenced(cluster.client, for: key)
                let other = try #require(sharers[1].sharding.withLock { $0 }).fenced(cluster.client, for: key)
                _ = try await own.create(map)
                let error = await #expect(throws: Finding.self) { try await other.deleteIfPresent(ConfigMap.self, "x", in: "default") }
                #expect(error?.code == .notOwner)
            }
        }
    }
}

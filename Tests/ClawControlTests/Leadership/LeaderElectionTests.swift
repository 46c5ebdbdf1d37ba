import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import Testing

@Suite("Leader election on a simulated cluster", .timeLimit(.minutes(5)))
struct LeaderElectionTests {
    private static func leader(of candidates: [Candidate]) -> Candidate? { candidates.first { $0.isLeader } }

    @Test("one of three leads, and all know who")
    func one() async throws {
        try await SimulatedCluster.run(seed: 1, SimulatedCluster.bareOptions()) { cluster in
            let candidates = ["a", "b", "c"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                try await cluster.clock.advance(by: .minutes(2))
                #expect(candidates.count { $0.isLeader } == 1)
                let leader = try #require(Self.leader(of: candidates))
                #expect(candidates.allSatisfy { $0.leader == leader.name })
                let lease = try await cluster.client.get(Lease.self, "operator", in: "default")
                #expect(lease.spec?.holderIdentity == leader.name)
                #expect(lease.spec?.leaseDurationSeconds == 15 && lease.spec?.leaseTransitions == 0)
                #expect(Set(Notes(cluster).entries.map(\.by)) == [leader.name])
            }
        }
    }

    @Test("a leader that shuts down gracefully gives the Lease back, and another one leads within two seconds")
    func graceful() async throws {
        try await SimulatedCluster.run(seed: 2, SimulatedCluster.bareOptions()) { cluster in
            let candidates = ["a", "b", "c"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                try await cluster.clock.advance(by: .seconds(61))
                for round in 1...2 {
                    let old = try #require(Self.leader(of: candidates))
                    let start = cluster.clock.now
                    old.shutDownGracefully()
                    let isHandedOver = try await cluster.clock.advance(atMost: .seconds(20)) {
                        candidates.contains { $0.isLeader && $0 !== old }
                    }
                    #expect(isHandedOver)
                    #expect(cluster.clock.now - start <= .seconds(2))
                    #expect(old.hasEnded)
                    try await cluster.clock.advance(by: .seconds(5))
                    let lease = try await cluster.client.get(Lease.self, "operator", in: "default")
                    #expect(lease.spec?.leaseTransitions == round)
                }
                #expect(Notes(cluster).overlap == nil)
            }
        }
    }

    @Test("what is built before anybody leads writes in terms only, and in each of them")
    func fencedByElection() async throws {
        try await SimulatedCluster.run(seed: 12, SimulatedCluster.bareOptions()) { cluster in
            let election = try LeaderElection(
                lease: "operator", in: "default", api: cluster.client, time: cluster.clock)
            let fenced = election.fenced(cluster.client)
            @Sendable func write() async throws {
                _ = try await fenced.create(ConfigMap(metadata: ObjectMeta(generateName: "note-", namespace: "default")))
            }
            for term in 1...2 {
                let error = await #expect(throws: Finding.self) { try await write() }
                #expect(error?.code == .notLeader && error?.field == "lease default/operator")
                try await election.run { _ in try await write() }
                #expect(try await cluster.client.list(ConfigMap.self, in: "default").items.count { $0.name.hasPrefix("note-") } == term)
            }
            await #expect(throws: Finding.self) { try await write() }
        }
    }

    @Test("a candidate that waits ends its waiting when it is shut down")
    func gracefulStandby() async throws {
        try await SimulatedCluster.run(seed: 3, SimulatedCluster.bareOptions()) { cluster in
            let candidates = ["a", "b"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                try await cluster.clock.advance(by: .seconds(30))
                let standby = try #require(candidates.first { !$0.isLeader })
                standby.shutDownGracefully()
                try await cluster.clock.settle()
                #expect(standby.hasEnded)
                #expect(Self.leader(of: candidates) != nil)
            }
        }
    }

    @Test("a leader that is killed is followed within the lease's duration and a retry", arguments: 10..<14)
    func killed(seed: UInt64) async throws {
        try await SimulatedCluster.run(seed: seed, SimulatedCluster.bareOptions()) { cluster in
            let (doomed, heir) = (Candidate("doomed"), Candidate("heir"))
            // The other one comes first.
            heir.cut(true)
            try await cluster.withSubject("heir", { try await heir.run($0) }) {
                try await cluster.withSubject("doomed", { try await doomed.run($0) }) {
                    _ = try await cluster.clock.advance(atMost: .minutes(5)) { doomed.isLeader }
                    heir.cut(false)
                    try await cluster.clock.advance(by: .milliseconds(37_000 + Int(seed) * 411))
                    #expect(doomed.isLeader)
                }
                let death = cluster.clock.now
                let isFollowed = try await cluster.clock.advance(atMost: .seconds(60)) { heir.isLeader }
                #expect(isFollowed)
                #expect(cluster.clock.now - death <= .seconds(17), "\(cluster.clock.now - death)")
                #expect(Notes(cluster).overlap == nil)
            }
        }
    }

    @Test("a leader that is cut off stops within the renewal's deadline, and comes back as a candidate")
    func cutOff() async throws {
        try await SimulatedCluster.run(seed: 4, SimulatedCluster.bareOptions()) { cluster in
            let candidates = ["a", "b"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                try await cluster.clock.advance(by: .seconds(33))
                let old = try #require(Self.leader(of: candidates))
                old.cut(true)
                let start = cluster.clock.now
                let hasStopped = try await cluster.clock.advance(atMost: .minutes(1)) { !old.isLeader }
                #expect(hasStopped)
                #expect(cluster.clock.now - start <= .seconds(10))
                let isFollowed = try await cluster.clock.advance(atMost: .minutes(1)) {
                    candidates.contains { $0.isLeader && $0 !== old }
                }
                #expect(isFollowed)
                #expect(cluster.clock.now - start <= .seconds(17))
                old.cut(false)
                try await cluster.clock.advance(by: .minutes(1))
                #expect(!old.isLeader && !old.hasEnded)
                #expect(Notes(cluster).overlap == nil)
            }
        }
    }

    @Test("an outage of the whole API ends the term, and afterwards somebody leads again")
    func outage() async throws {
        try await SimulatedCluster.run(seed: 5, SimulatedCluster.bareOptions()) { cluster in
            let candidates = ["a", "b", "c"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                try await cluster.clock.advance(by: .seconds(40))
                for candidate in candidates { candidate.cut(true) }
                try await cluster.clock.advance(by: .minutes(10))
                #expect(Self.leader(of: candidates) == nil)
                for candidate in candidates { candidate.cut(false) }
                try await cluster.clock.advance(by: .seconds(40))
                #expect(candidates.count { $0.isLeader } == 1)
                #expect(Notes(cluster).overlap == nil)
            }
        }
    }

    @Test("a deleted Lease is made again by its holder, who goes on")
    func deleted() async throws {
        try await SimulatedCluster.run(seed: 6, SimulatedCluster.bareOptions()) { cluster in
            let candidates = ["a", "b"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                try await cluster.clock.advance(by: .seconds(20))
                let leader = try #require(Self.leader(of: candidates))
                try await cluster.client.deleteIfPresent(Lease.self, "operator", in: "default")
                try await cluster.clock.advance(by: .minutes(1))
                #expect(leader.isLeader)
                #expect(candidates.count { $0.isLeader } == 1)
                #expect(Set(Notes(cluster).entries.map(\.token)) == [0])
            }
        }
    }

    @Test("with every kind of fault, and clocks that differ, nobody writes after he was overtaken", arguments: 0..<6)
    func faults(seed: UInt64) async throws {
        let options = SimulatedCluster.bareOptions(.usual)
        try await SimulatedCluster.run(seed: seed, options) { cluster in
            let candidates = ["a", "b", "c"].map(Candidate.init)
            try await cluster.withCandidates(candidates) {
                var chance = SplitMix64(seed: seed)
                for _ in 0..<12 {
                    try await cluster.clock.advance(by: .seconds(20 * chance.unit() + 1))
                    for candidate in candidates { candidate.cut(chance.unit() < 0.2) }
                }
                for candidate in candidates { candidate.cut(false) }
                let leads = try await cluster.clock.advance(atMost: .minutes(3)) { candidates.contains { $0.isLeader } }
                #expect(leads)
                let notes = Notes(cluster)
                #expect(notes.overlap == nil, "seed \(seed)")
                #expect(notes.entries.count > 50)
            }
        }
    }
}

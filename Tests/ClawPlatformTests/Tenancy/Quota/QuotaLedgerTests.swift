import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@testable import ClawPlatform

@Suite("A tenant's projects have no more in sum than the tenant may have")
struct QuotaLedgerTests {
    private let store = MemoryPlatformStore()
    private let time = VirtualTime()
    private var ledger: QuotaLedger { QuotaLedger(store, time: time) }

    private func used(_ name: String) async throws -> Quantity? { try await ledger.standing(of: "acme").used[name] }

    @Test("what is beyond the cap is refused, with the resource, the cap, what others have and what was asked for")
    func refused() async throws {
        try await ledger.setCap(["requests.cpu": "10", "pods": "50"], of: "acme")
        try await ledger.commit(try await ledger.reserve(["requests.cpu": "7500m"], for: "project/a", of: "acme"))
        let refusal = await #expect(throws: Finding.self) {
            try await ledger.reserve(["requests.cpu": "3", "pods": "1"], for: "project/b", of: "acme")
        }
        #expect(refusal?.code == .tenantQuota)
        #expect(refusal?.details == ["resource": "requests.cpu", "cap": "10", "used": "7500m", "asked": "3"])
        // Of what has no cap anything goes; another tenant is not concerned.
        _ = try await ledger.reserve(["requests.memory": "900Ti"], for: "project/b", of: "acme")
        _ = try await ledger.reserve(["requests.cpu": "100"], for: "project/b", of: "other")
    }

    @Test("until a change is done the larger of what was and what will be counts")
    func changing() async throws {
        try await ledger.setCap(["pods": "10"], of: "acme")
        try await ledger.commit(try await ledger.reserve(["pods": "8"], for: "project/a", of: "acme"))
        let less = try await ledger.reserve(["pods": "2"], for: "project/a", of: "acme")
        #expect(try await used("pods") == "8")
        await #expect(throws: Finding.self) { try await ledger.reserve(["pods": "3"], for: "project/b", of: "acme") }
        try await ledger.commit(less)
        #expect(try await used("pods") == "2")
        let more = try await ledger.reserve(["pods": "7"], for: "project/b", of: "acme")
        #expect(try await used("pods") == "9")
        try await ledger.release(more)
        try await ledger.release(more)
        #expect(try await used("pods") == "2")
        #expect(try await ledger.holdings(of: "acme") == ["project/a": ["pods": "2"]])
        try await ledger.drop("project/a")
        #expect(try await ledger.standing(of: "acme").used.isEmpty)
        #expect(try await store.list(QuotaClaim.self).isEmpty)
        try await ledger.setCap([:], of: "acme")
        #expect(try await store.list(QuotaAccount.self).isEmpty)
    }

    @Test("of one project only one change is under way; one that nobody ended runs out and is committed no more")
    func expired() async throws {
        try await ledger.setCap(["pods": "10"], of: "acme")
        let first = try await ledger.reserve(["pods": "9"], for: "project/a", of: "acme", lasting: .seconds(60))
        let conflict = await #expect(throws: Finding.self) {
            try await ledger.reserve(["pods": "1"], for: "project/a", of: "acme")
        }
        #expect(conflict?.code == .conflict)
        await #expect(throws: Finding.self) { try await ledger.reserve(["pods": "5"], for: "project/b", of: "acme") }
        time.advance(by: .seconds(61))
        let second = try await ledger.reserve(["pods": "5"], for: "project/b", of: "acme")
        let stale = await #expect(throws: Finding.self) { try await ledger.commit(first) }
        #expect(stale?.code == .stale)
        try await ledger.commit(second)
        #expect(try await used("pods") == "5")
    }

    @Test("a cap is never set below what is used; where more is there all the same, nothing is added")
    func caps() async throws {
        try await ledger.commit(try await ledger.reserve(["pods": "8"], for: "project/a", of: "acme"))
        let refusal = await #expect(throws: Finding.self) { try await ledger.setCap(["pods": "7"], of: "acme") }
        #expect(refusal?.details["used"] == "8")
        try await ledger.setCap(["pods": "10"], of: "acme")
        try await ledger.follow(["pods": "14"], for: "project/b", of: "acme")
        #expect(try await used("pods") == "22")
        await #expect(throws: Finding.self) { try await ledger.reserve(["pods": "1"], for: "project/c", of: "acme") }
        // Less of what is too much is allowed.
        try await ledger.commit(try await ledger.reserve(["pods": "1"], for: "project/b", of: "acme"))
        #expect(try await used("pods") == "9")
    }

    @Test("amounts that are none are refused with their name", arguments: ["-1", "1.5.2", "many"])
    func malformed(amount: String) async throws {
        let quantity = try #require(Quantity(json: .string(amount)))
        let refusal = await #expect(throws: Finding.self) {
            try await ledger.reserve(["pods": quantity], for: "project/a", of: "acme")
        }
        #expect(refusal?.field == "pods")
    }

    /// Writers that reserve, commit, release, give up in the midst, and lower what they have, all at once.
    @Test(
        "whoever writes at once, and whoever crashes in between: never above the cap, and the sum is that of the parts",
        arguments: 1...6)
    func storm(seed: UInt64) async throws {
        let cap: Int128 = 100_000
        try await ledger.setCap(["pods": "100", "requests.cpu": "40"], of: "acme")
        let (store, ledger, time) = (store, ledger, time)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<12 {
                group.addTask {
                    var random = SplitMix64(seed: seed &* 1000 &+ UInt64(writer))
                    for _ in 0..<60 {
                        let subject = "project/\(Int.random(in: 0..<8, using: &random))"
                        let wish: [String: Quantity] = [
                            "pods": Quantity("\(Int.random(in: 0..<40, using: &random))") ?? .zero,
                            "requests.cpu": Quantity("\(Int.random(in: 0..<20_000, using: &random))m") ?? .zero,
                        ]
                        do {
                            let reservation = try await ledger.reserve(wish, for: subject, of: "acme", lasting: .seconds(5))
                            switch Int.random(in: 0..<10, using: &random) {
                            case 0..<6: try await ledger.commit(reservation)
                            case 6, 7: try await ledger.release(reservation)
                            // A crash: nobody ends it.
                            default: time.advance(by: .seconds(1))
                            }
                        } catch let refusal as Finding where [.tenantQuota, .conflict, .stale].contains(refusal.code) {
                            time.advance(by: .milliseconds(200))
                        }
                        let standing = try await ledger.standing(of: "acme")
                        #expect((standing.used["pods"]?.milliUnits ?? 0) <= Int(cap))
                        #expect((standing.used["requests.cpu"]?.milliUnits ?? 0) <= 40_000)
                    }
                }
            }
            try await group.waitForAll()
        }
        let claims = try await store.list(QuotaClaim.self).map(\.record)
        let sum = claims.reduce(ResourceSums()) { $0 + $1.counted }
        #expect(try await store.require(QuotaAccount.self, "acme").record.used == sum)
        #expect(!claims.isEmpty)
    }
}

import ClawBase
import ClawKubernetes
import Synchronization
import Testing

@testable import ClawPlatform

@Suite("What somebody is about to store counts before it is stored")
struct QuotaAdmissionTests {
    private let store = MemoryPlatformStore()
    private let time = VirtualTime()
    private var ledger: QuotaLedger { QuotaLedger(store, time: time) }

    private func used() async throws -> Quantity? { try await ledger.standing(of: "acme").used["pods"] }

    private func admit(_ pods: Quantity, _ project: String = "a", isDryRun: Bool = false) async throws {
        try await ledger.admit(["pods": pods], for: "project/\(project)", of: "acme", isDryRun: isDryRun)
    }

    @Test("beyond the cap it is refused; what is seen stored ends the change, what never comes runs out")
    func stored() async throws {
        try await ledger.setCap(["pods": "10"], of: "acme")
        try await admit("6")
        #expect(try await used() == "6")
        let refusal = await #expect(throws: Finding.self) { try await admit("5", "b") }
        #expect(refusal?.code == .tenantQuota)
        #expect(refusal?.details == ["resource": "pods", "cap": "10", "used": "6", "asked": "5"])
        // Asked again, as after a conflict, and for less: both are covered by what counts.
        try await admit("6")
        try await admit("2")
        #expect(try await ledger.follow(["pods": "2"], for: "project/a", of: "acme") != nil, "the other may still come")
        #expect(try await used() == "6")
        #expect(try await ledger.follow(["pods": "6"], for: "project/a", of: "acme") == nil)
        #expect(try await ledger.holdings(of: "acme") == ["project/a": ["pods": "6"]])
        try await admit("4", "b")
        await #expect(throws: Finding.self) { try await admit("1", "c") }
        time.advance(by: .seconds(61))
        try await admit("1", "c")
        #expect(try await used() == "7", "what b was allowed never came")
    }

    @Test("a dry run keeps nothing, and is told the truth")
    func dryRun() async throws {
        try await ledger.setCap(["pods": "10"], of: "acme")
        try await admit("10", isDryRun: true)
        #expect(try await store.list(QuotaClaim.self).isEmpty)
        await #expect(throws: Finding.self) { try await admit("11", isDryRun: true) }
    }

    @Test("what the control plane reserved is let through as it was reserved, and nothing else meanwhile")
    func reserved() async throws {
        try await ledger.setCap(["pods": "10"], of: "acme")
        let reservation = try await ledger.reserve(["pods": "8"], for: "project/a", of: "acme")
        try await admit("8")
        let conflict = await #expect(throws: Finding.self) { try await admit("3") }
        #expect(conflict?.code == .conflict)
        // Seen before the control plane says so: it still may.
        #expect(try await ledger.follow(["pods": "8"], for: "project/a", of: "acme") != nil)
        try await ledger.commit(reservation)
        #expect(try await used() == "8")
        // Less needs nobody's leave, and counts once it is there.
        try await admit("3")
        #expect(try await used() == "8")
        try await ledger.follow(["pods": "3"], for: "project/a", of: "acme")
        #expect(try await used() == "3")
    }

    @Test("a cap below what is used, and a quota that leaves out what has a cap, are refused")
    func caps() async throws {
        try await ledger.setCap(["pods": "10"], of: "acme")
        try await admit("6")
        let low = await #expect(throws: Finding.self) { try await ledger.check(cap: ["pods": "5"], of: "acme") }
        #expect(low?.code == .tenantQuota)
        #expect(low?.details["used"] == "6")
        try await ledger.check(cap: ["pods": "6"], of: "acme")
        #expect(try await ledger.standing(of: "acme").cap == ["pods": "10"])
        let missing = await #expect(throws: Finding.self) {
            try await ledger.check(isComplete: ["requests.cpu": "1"], of: "acme")
        }
        #expect(missing?.field == "quota.pods")
    }

    @Test("a cap that was stored below what is used holds: nothing is added until less is used")
    func lowCap() async throws {
        try await ledger.follow(["pods": "50"], for: "project/a", of: "acme")
        try await ledger.setCap(["pods": "10"], of: "acme", evenBelowUse: true)
        await #expect(throws: Finding.self) { try await admit("1", "b") }
        try await admit("20")
        try await ledger.follow(["pods": "20"], for: "project/a", of: "acme")
        await #expect(throws: Finding.self) { try await admit("1", "b") }
        try await admit("5")
        try await ledger.follow(["pods": "5"], for: "project/a", of: "acme")
        try await admit("5", "b")
    }

    /// What is stored.
    private final class Objects: Sendable {
        private let all = Mutex<[String: Int]>([:])
        func store(_ pods: Int, _ subject: String) { all.withLock { $0[subject] = pods } }
        func pods(_ subject: String) -> Quantity { all.withLock { Quantity("\($0[subject] ?? 0)") ?? .zero } }
        var sum: Int { all.withLock { $0.values.reduce(0, +) } }
    }

    /// Writers that are refused, lose the race to store, die before they store, or store late, on one store.
    @Test("the sum of what is stored is never beyond the cap, whatever the order", arguments: 0..<20)
    func storm(_ seed: UInt64) async throws {
        var random = SeededNumbers(seed: seed)
        let objects = Objects()
        let ledger = QuotaLedger(store, time: time) { ["pods": objects.pods($0)] }
        try await ledger.setCap(["pods": "10"], of: "acme")
        // Admitted, and not stored yet.
        var pending: [(project: String, pods: Int, until: Timestamp)] = []
        for _ in 0..<200 {
            let project = ["a", "b", "c", "d"].randomElement(using: &random) ?? "a"
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                let pods = Int.random(in: 0...8, using: &random)
                do {
                    try await ledger.admit(
                        ["pods": Quantity("\(pods)") ?? .zero], for: "project/\(project)", of: "acme")
                    pending.append((project, pods, time.now + .seconds(60)))
                } catch let finding as Finding where [.tenantQuota, .conflict].contains(finding.code) {}
            case 2, 3:
                guard let index = pending.indices.randomElement(using: &random) else { continue }
                let write = pending.remove(at: index)
                // The API server admits again what lost the race against another write of the same object.
                pending.removeAll { $0.project == write.project }
                if time.now < write.until { objects.store(write.pods, "project/\(write.project)") }
            case 4:
                for project in ["a", "b", "c", "d"] {
                    let subject = "project/\(project)"
                    try await ledger.follow(["pods": objects.pods(subject)], for: subject, of: "acme")
                }
            default: time.advance(by: .seconds(Int.random(in: 1...40, using: &random)))
            }
            #expect(objects.sum <= 10)
        }
    }
}

import ClawBase
import ClawLedger
import ClawPlatform
import Testing

@Suite("Platform stores")
struct PlatformStoreTests {
    @Test("in memory", arguments: PlatformStoreConformance.checks)
    func memory(check: PlatformStoreConformance) async throws {
        try await check.run(MemoryPlatformStore())
    }

    @Test("with a journal", arguments: PlatformStoreConformance.checks)
    func journaled(check: PlatformStoreConformance) async throws {
        let scratch = try ScratchDirectory()
        try await check.run(JournaledPlatformStore(directory: scratch.path, options: .init(durability: .none)))
    }
}

@Suite("A store with a journal")
struct JournaledPlatformStoreTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    @Test("has everything again after reopening, with and without a snapshot", arguments: [false, true])
    func reopen(compacts: Bool) async throws {
        let before = try JournaledPlatformStore(directory: scratch.path)
        for number in 0..<20 {
            try await before.create(PlatformStoreConformance.sampleUser("u\(number)", token: "t\(number)"))
        }
        try await before.delete(User.self, "u3")
        try await before.modify(User.self, "u4") { $0.sessionEpoch = 7 }
        _ = try await before.begin(PlatformStoreConformance.sampleOperation("op1", target: "t"))
        if compacts { try await before.compact() }
        try await before.create(PlatformStoreConformance.sampleUser("late"))
        let users = try await before.list(User.self)
        try before.close()

        let after = try JournaledPlatformStore(directory: scratch.path)
        #expect(after.recovery.snapshotRecords == (compacts ? 20 : 0))
        #expect(try await after.list(User.self) == users)
        #expect(try await after.user(withToken: Secret("t4"))?.user.record.sessionEpoch == 7)
        #expect(try await after.user(withToken: Secret("t3")) == nil)
        #expect(try await after.activeOperation(on: "t")?.record.id == "op1")
        let next = try await after.create(PlatformStoreConformance.sampleUser("next"))
        #expect(next.version > users.map(\.version).max()!)
    }

    @Test(
        "has its ledger again after reopening, in order and without doubles, with and without a snapshot",
        arguments: [false, true])
    func ledger(compacts: Bool) async throws {
        let entries = (0..<20).map { number in
            UsageRow(
                id: "e\(100 + number)", at: Timestamp(seconds: Int64(number)), subject: UsageSubject(user: "ada"),
                item: "echo", tokens: UsageTokens(input: 1), cost: NanoDollars(nanos: .max - Int64(number)),
                charges: [
                    UsageCharge(
                        UsageAccountID(UsageLimitID(.user, "ada"), UsagePeriod(start: nil, end: Timestamp(seconds: 9))),
                        Amounts(tokens: 1, requests: 2))
                ], details: ["request": "r"])
        }
        let before = try JournaledPlatformStore(directory: scratch.path)
        try await before.commit([], usage: Array(entries[10...]))
        if compacts { try await before.compact() }
        try await before.commit([], usage: Array(entries[..<10]))
        try before.close()
        let after = try JournaledPlatformStore(directory: scratch.path)
        #expect(try await after.usage(UsageQuery()) == entries)
        await #expect(throws: Finding.self) { try await after.commit([], usage: [entries[3]]) }
        #expect(try await after.create(PlatformStoreConformance.sampleUser("ada")).version == 3)
    }

    @Test("forgets the oldest rows of its ledger where there are very many, and only those")
    func longLedger() async throws {
        let row = { (number: Int) in
            UsageRow(
                id: "r\(100 + number)", at: Timestamp(seconds: Int64(number)), subject: UsageSubject(), item: "echo",
                cost: NanoDollars(nanos: 1))
        }
        let before = try JournaledPlatformStore(directory: scratch.path, rows: 16)
        for number in 0..<40 { try await before.commit([], usage: [row(number)]) }
        let kept = try await before.usage(UsageQuery())
        #expect((16...18).contains(kept.count) && kept.last == row(39))
        try before.close()
        let after = try JournaledPlatformStore(directory: scratch.path, rows: 16)
        #expect(try await after.usage(UsageQuery()) == kept)
        try after.close()
    }

    @Test("keeps forgetting the oldest finished operations after reopening")
    func retention() async throws {
        let finished = { (id: String) in
            RecordChange.create(PlatformStoreConformance.sampleOperation(id, target: "t", state: .succeeded))
        }
        let before = try JournaledPlatformStore(directory: scratch.path, options: .init(durability: .none))
        _ = try await before.commit((100_000..<110_010).map { finished("op\($0)") })
        try await before.compact()
        try before.close()
        let after = try JournaledPlatformStore(directory: scratch.path, options: .init(durability: .none))
        _ = try await after.commit([finished("op110010")])
        let all = try await after.list(Operation.self, limit: 20_000)
        #expect(all.count == 10_000)
        #expect(all.last?.record.id == "op110010")
    }

    @Test("makes its log shorter by itself")
    func compaction() async throws {
        let options = Journal.Options(durability: .none, compactionFloorBytes: 20_000)
        let store = try JournaledPlatformStore(directory: scratch.path, options: options)
        try await store.create(PlatformStoreConformance.sampleUser("ada"))
        for _ in 0..<500 { try await store.modify(User.self, "ada") { $0.sessionEpoch += 1 } }
        try store.close()
        let again = try JournaledPlatformStore(directory: scratch.path)
        #expect(again.recovery.snapshotRecords == 1)
        #expect(again.recovery.records < 200)
        #expect(try await again.get(User.self, "ada")?.record.sessionEpoch == 500)
    }

    @Test("never writes a token, only its hash")
    func noTokens() async throws {
        let token = Token.random(prefix: "claw")
        let store = try JournaledPlatformStore(directory: scratch.path)
        try await store.create(PlatformStoreConformance.sampleUser("ada", token: token.reveal()))
        try await store.compact()
        try store.close()
        for file in try scratch.files() {
            #expect(!String(decoding: file, as: UTF8.self).contains(token.reveal()))
        }
    }
}

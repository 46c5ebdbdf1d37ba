import ClawBase
import ClawLedger
import ClawPlatform
import LedgerTesting
import ServiceTesting
import Testing

@Suite("Shares of limits in a platform's store", .timeLimit(.minutes(5)))
struct PlatformSharesTests {
    private static func inspection(_ store: any PlatformStore) -> ShareRace.Inspection {
        ShareRace.Inspection(
            sums: { try await store.list(AccountSums.self).map { ($0.record.account, $0.record.sums) } },
            rows: { try await store.usage(UsageQuery(limit: UsageQuery.maximumLimit)) })
    }

    private static func race(_ store: any PlatformStore, _ failures: Int, _ loses: Bool) async throws {
        var race = ShareRace()
        (race.failures, race.losesHolders, race.callsEach) = (failures, loses, 40)
        try await race.run([PlatformShares(store), PlatformShares(store), PlatformShares(store)], inspection(store))
    }

    @Test(
        "in memory: never a billionth over, nothing lost, and the rows are the sums",
        arguments: [(failures: 0, loses: false), (5, false), (5, true)])
    func memory(failures: Int, loses: Bool) async throws {
        try await Self.race(MemoryPlatformStore(), failures, loses)
    }

    @Test("with a journal likewise, and all is there after reopening")
    func journaled() async throws {
        let scratch = try ScratchDirectory()
        let store = try JournaledPlatformStore(directory: scratch.path, options: .init(durability: .none))
        try await Self.race(store, 5, true)
        let (sums, rows) = (try await store.list(AccountSums.self), try await Self.inspection(store).rows())
        try store.close()
        let again = try JournaledPlatformStore(directory: scratch.path)
        #expect(try await again.list(AccountSums.self) == sums)
        #expect(try await Self.inspection(again).rows() == rows)
        try again.close()
    }

    @Test("a process that falls silent is lost when its lease has run out, and nobody who renews it is")
    func leases() async throws {
        let (store, time) = (MemoryPlatformStore(), VirtualTime())
        let limit = UsageLimit(UsageLimitID(.tenant, "acme"), [.cost: 100])
        let account = UsageAccountID(limit.id, UsagePeriod(start: nil, end: nil))
        func wish(_ cost: Int64) -> ShareWish {
            ShareWish(account, limits: limit.limits, wanted: Amounts(cost: NanoDollars(nanos: cost)), spare: .zero)
        }
        let (silent, living) = (PlatformShares(store, time: time), PlatformShares(store, time: time))
        _ = try await silent.share([wish(30)], to: "silent/1")
        _ = try await living.share([wish(20)], to: "living/1")
        let watcher = PlatformShares(store, time: time)
        try await whileRunning({ try await living.run() }) {
            try await whileRunning({ try await watcher.run() }) {
                let end = ContinuousClock.now + .seconds(120)
                while try await store.sums(of: limit.id).first?.sums.spent.cost.nanos == 0, ContinuousClock.now < end {
                    // Time passes while both have nothing to do but wait for it.
                    if time.sleeperCount == 2, let next = time.nextWake { time.advance(by: next - time.now) }
                    await Task.yield()
                }
            }
        }
        let sums = try #require(try await store.sums(of: limit.id).first?.sums)
        #expect(sums.spent.cost.nanos == 30)
        #expect(sums.shares.keys.sorted() == ["living/1"])
        #expect(try await store.reconcile(account).isExact)
        await #expect(throws: Finding.self) { try await silent.share([wish(1)], to: "silent/1") }
        #expect(try await silent.shares(of: "silent/1").first?.amounts.cost.nanos == 30)
        #expect(try await store.sums(of: limit.id).first?.sums.spent.cost.nanos == 0)
        #expect(try await store.reconcile(account).isExact)
    }

    @Test("sums of minutes long past are forgotten, those that somebody holds a share of are not")
    func pruning() async throws {
        let (store, time) = (MemoryPlatformStore(), VirtualTime())
        let shares = PlatformShares(store, time: time)
        let limit = UsageLimit(UsageLimitID(.key, "k", "rpm"), [.requests: 2], per: .minute)
        try await whileRunning({ try await shares.run() }) {
            let end = ContinuousClock.now + .seconds(120)
            var minute = 0
            // Old ones are looked for when new ones come.
            while ContinuousClock.now < end {
                let count = try await store.sums(of: limit.id).count
                if minute > 200, count < 66 { break }
                let account = UsageAccountID(limit.id, try limit.window.period(at: time.now))
                let wish = ShareWish(account, limits: limit.limits, wanted: Amounts(requests: 1), spare: .zero)
                _ = try await shares.share([wish], to: "a/1")
                if minute > 0 { _ = try await shares.settle(Settlement(returned: [account: Amounts(requests: 1)]), from: "a/1") }
                let next = time.now + .seconds(60)
                while time.now < next, ContinuousClock.now < end {
                    // Time passes while there is nothing to do but wait for it.
                    if time.sleeperCount == 1, let wake = time.nextWake { time.advance(by: min(wake, next) - time.now) }
                    await Task.yield()
                }
                minute += 1
            }
        }
        let left = try await store.sums(of: limit.id)
        #expect(left.count < 66)
        #expect(left.first?.sums.outstanding.requests == 1)
    }
}

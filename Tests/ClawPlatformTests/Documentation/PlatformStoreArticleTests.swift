import ArticleTesting
import ClawBase
import ClawLedger
import ClawPlatform
import Testing

private func decision(_ store: MemoryPlatformStore) async throws -> Int {
    // ARTICLE: decision
    let (left, version) = try await store.commit(over: [RecordKey(User.kind, "ada")]) { rows in
        var ada = try rows.require(User.self, "ada")
        ada.record.displayName = "Ada"
        return (RecordWrites([.replace(ada)]), ada.record.credentials.count)
    }
    // ARTICLE: end
    #expect(version > 0)
    return left
}

private func spending(_ store: MemoryPlatformStore, _ now: Timestamp) async throws {
    // ARTICLE: budget
    let monthly = UsageLimit(
        UsageLimitID(.tenant, "acme", "monthly"), cost: .dollars(50), per: .month(zone: "Europe/Berlin"), softPercent: 80)
    try await store.setLimit(monthly)

    let book = UsageBook(store: PlatformShares(store), holder: "gateway-1")
    let call = UsageCall(
        id: "call-1", subject: UsageSubject(tenant: "acme", project: "demo", user: "ada", runtime: "ada"),
        model: "gpt-4o-mini")
    let most = SpendingBound(Amounts(cost: NanoDollars(nanos: 12_000_000), tokens: 2_000))
    let reservation = try await book.reserve(most, from: [monthly], for: call)
    // The call is made, and costs less than was set aside for it.
    reservation.settle(UsageTokens(input: 1_200, output: 410), cost: NanoDollars(nanos: 7_430_000))
    try await book.flush(all: true)

    let spent = try await store.total(UsageQuery(UsageSubject(user: "ada"), from: now))
    let byModel = try await store.totals(UsageQuery(UsageSubject(tenant: "acme")), by: .item)
    let page = try await store.usage(UsageQuery(UsageSubject(project: "demo"), limit: 100, isDescending: true))
    let periods = try await store.sums(of: monthly.id)
    let isExact = try await store.reconcile(periods[0].account).isExact
    // ARTICLE: end
    #expect(spent.cost.nanos == 7_430_000 && byModel.map(\.value) == ["gpt-4o-mini"] && page.count == 1)
    #expect(periods.map(\.sums.spent.cost) == [spent.cost] && isExact)
}

@Suite("The article on the platform's store")
struct PlatformStoreArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/platform-store.md", compiledIn: #filePath)
        #expect(article.names == ["decision", "budget"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }

    @Test("its examples run as they stand")
    func examples() async throws {
        let store = MemoryPlatformStore()
        try await store.create(PlatformStoreConformance.sampleUser("ada"))
        #expect(try await decision(store) == 0)
        #expect(try await store.get(User.self, "ada")?.record.displayName == "Ada")
        try await spending(store, SystemTime().now)
    }
}

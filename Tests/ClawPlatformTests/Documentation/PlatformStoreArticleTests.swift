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
    let monthly = try Budget(
        .tenant("acme"), name: "monthly", limit: SpendingLimit(cost: 50_000_000_000),
        window: try BudgetWindow(.month, timeZone: "Europe/Berlin"), createdAt: now)
    try await store.create(monthly)

    let reservation = try await store.reserve(
        Spending(cost: 12_000_000), from: [monthly.key], holder: "gateway-1", expiry: now + .seconds(60), at: now)
    // The call is made, and costs less than was reserved for it.
    let usage = UsageEntry(
        at: now, subject: UsageSubject(tenant: "acme", project: "demo", user: "ada", runtime: "ada"),
        item: "gpt-4o-mini",
        cost: 7_430_000, tokens: TokenCounts(input: 1_200, output: 410))
    try await store.settle(reservation.id, [usage], at: now)

    let spent = try await store.total(UsageQuery(UsageSubject(user: "ada"), from: monthly.periodStart))
    let byModel = try await store.totals(UsageQuery(UsageSubject(tenant: "acme")), by: .item)
    let page = try await store.usage(UsageQuery(UsageSubject(project: "demo"), limit: 100, isDescending: true))
    let isExact = try await store.reconcile(monthly.key).isExact
    // ARTICLE: end
    #expect(spent.cost == 7_430_000 && byModel.map(\.value) == ["gpt-4o-mini"] && page.count == 1 && isExact)
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
        try await spending(store, Timestamp(seconds: 1_767_268_800))
    }
}

import ArticleTesting
import ClawDocuments
import ClawKubernetes
import ClawPlatform
import Testing

private func article(_ store: MemoryPlatformStore, _ enlarge: (String) async throws -> Void) async throws {
    // ARTICLE: ledger
    let ledger = QuotaLedger(store)
    try await ledger.setCap(["requests.cpu": "100", "pods": "500"], of: "acme")

    let reservation = try await ledger.reserve(["requests.cpu": "4", "pods": "20"], for: "project/demo", of: "acme")
    do {
        try await enlarge("demo")
        try await ledger.commit(reservation)
    } catch {
        try await ledger.release(reservation)
        throw error
    }
    // ARTICLE: end
}

@Suite("The article on tenants")
struct TenantsArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/tenants.md", compiledIn: #filePath)
        #expect(article.names == ["ledger"])
        let block = try #require(article.block("ledger"))
        #expect(article.fences.contains(block))
    }

    @Test("its example does what it says, and takes back what was not done")
    func example() async throws {
        let store = MemoryPlatformStore()
        try await article(store) { _ in }
        #expect(try await QuotaLedger(store).standing(of: "acme").used["pods"] == "20")
        let other = MemoryPlatformStore()
        await #expect(throws: CancellationError.self) { try await article(other) { _ in throw CancellationError() } }
        #expect(try await QuotaLedger(other).standing(of: "acme").used.isEmpty)
    }
}

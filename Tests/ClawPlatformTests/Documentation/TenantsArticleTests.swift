import ArticleTesting
import ClawDocuments
import ClawKubernetes
import ClawPlatform
import ClawResources
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

private func decide(_ platform: Policy, _ acme: Policy, _ shop: Policy) throws -> String {
    // ARTICLE: policy
    let policy = try LayeredPolicy([platform, acme, shop])
    let refusals = policy.findings(image: "docker.io/library/nginx", field: "image")  // E_POLICY, rule and layers
    let verdict = policy.verdict(onTool: "shell")  // .deny
    let sources = policy.sources.map { "\($0.rule) \($0.layer)" }  // "images.registries tenant.acme", …
    // ARTICLE: end
    return "\(refusals.map(\.code)) \(verdict?.rawValue ?? "") \(sources)"
}

@Suite("The article on tenants")
struct TenantsArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/tenants.md", compiledIn: #filePath)
        #expect(article.names == ["ledger", "policy"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "\(name)")
        }
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

    @Test("its policies decide as it says")
    func policies() throws {
        let acme = PolicySpec(document: ["images": ["registries": ["ghcr.io/acme"]]])
        let shop = PolicySpec(document: ["tools": [["name": "shell", "verdict": "deny"]]])
        let decided = try decide(
            Policy(name: "platform"), Policy(name: "tenant.acme", spec: acme), Policy(name: "project.shop", spec: shop))
        #expect(decided == #"[E_POLICY] deny ["images.registries tenant.acme", "tools project.shop"]"#)
    }
}

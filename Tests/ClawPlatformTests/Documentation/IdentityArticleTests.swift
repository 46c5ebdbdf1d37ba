import ArticleTesting
import ClawBase
import ClawPlatform
import HTTPTypes
import Testing

private func article(_ store: MemoryPlatformStore, _ request: Request) async throws -> Response {
    // ARTICLE: authenticator
    let keyring = try await SessionKeyring.open(in: store, sessionsLasting: .hours(12))
    let authenticator = StoreAuthenticator(store: store, signer: SessionSigner(keyring))
    switch try await authenticator.identify(request) {
    case .principal(let principal): return .text("Hello \(principal.user)")
    case .anonymous(let finding): return .finding(finding)
    }
    // ARTICLE: end
}

@Suite("The article on identity")
struct IdentityArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/identity.md", compiledIn: #filePath)
        #expect(article.names == ["authenticator"])
        let block = try #require(article.block("authenticator"))
        #expect(article.fences.contains(block))
    }

    @Test("its example lets a token's user in, and nobody else")
    func example() async throws {
        let store = MemoryPlatformStore()
        let credential = User.Credential(hash: Token.hash("good"), label: "first", createdAt: SystemTime().now)
        try await store.create(User(name: "ada", credentials: [credential], createdAt: SystemTime().now))
        for (token, status) in [("good", 200), ("bad", 401)] {
            let request = Request(.get, "http://own.test/", headers: [.authorization: "Bearer \(token)"])
            #expect(try await article(store, request).status.code == status)
        }
    }
}

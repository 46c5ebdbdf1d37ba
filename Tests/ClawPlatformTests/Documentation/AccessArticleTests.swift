import ArticleTesting
import ClawBase
import ClawKubernetes
import ClawPlatform
import Testing

private func decision() -> AccessDecision {
    // ARTICLE: decide
    let gate = AccessGate()
    let question = AccessQuestion(
        identity: .principal(Principal(user: "ada")),
        runtime: RuntimeReference(project: "demo", runtime: "ada"),
        access: RuntimeAccess(owner: "ada", readiness: .ready),
        wantsPage: false, target: "/", now: Timestamp(seconds: 0))
    let decision = gate.decide(question)
    // ARTICLE: end
    return decision
}

private func middleware() -> TraefikMiddleware {
    // ARTICLE: middleware
    let middleware = TraefikMiddleware(
        metadata: ObjectMeta(name: "gate", namespace: "demo"),
        spec: .init(
            forwardAuth: .init(
                address: "http://127.0.0.1:8080/api/v1/access/check", trustForwardHeader: false,
                authResponseHeadersRegex: IdentityHeaders.expression)))
    // ARTICLE: end
    return middleware
}

@Suite("The article on access")
struct AccessArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/access.md", compiledIn: #filePath)
        #expect(article.names == ["decide", "middleware"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "\(name)")
        }
    }

    @Test("its example decides as it says")
    func example() {
        #expect(decision().isAllowed)
        #expect(decision().explanation == "ada owns it, and demo/ada is ready")
        #expect(middleware().spec?.forwardAuth?.trustForwardHeader == false)
    }
}

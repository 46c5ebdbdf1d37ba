import ClawBase
import ClawDialects
import ClawGateway
import Testing

@Suite("Routes")
struct RouterTests {
    private struct Named: ModelUpstream {
        let name: String
        func answer(_ call: ModelCall) async throws -> UpstreamAnswer { .whole(WholeAnswer(ModelAnswer())) }
    }

    @Test("an alias that stands twice, has nothing to serve it, or falls back on nothing is refused")
    func refused() {
        let one = ModelRoute("m", to: Named(name: "a"))
        #expect(throws: Finding.self) { try ModelRouter([one, one]) }
        #expect(throws: Finding.self) { try ModelRouter([ModelRoute("m", [])]) }
        var policy = RoutePolicy()
        policy.fallbacks = ["gone"]
        #expect(throws: Finding.self) { try ModelRouter([ModelRoute("m", to: Named(name: "a"), policy: policy)]) }
    }

    @Test("routes may be replaced; what cannot be replaced leaves the old ones")
    func replaced() throws {
        let router = try ModelRouter([ModelRoute("old", to: Named(name: "a"))])
        #expect(throws: Finding.self) { try router.replace([ModelRoute("m", [])]) }
        #expect(router.aliases == ["old"])
        try router.replace([ModelRoute("new", to: Named(name: "a"))])
        #expect(router.aliases == ["new"])
    }

    @Test("what configuration declares becomes routes")
    func declared() throws {
        let transport = ScriptedTransport([])
        let router = try ModelRouter(
            [
                .echo,
                ModelDeclaration(
                    name: "gpt", upstreams: [UpstreamDeclaration(dialect: .openai, baseURL: "http://h:1/v1")]),
            ], transport: transport, secrets: InMemorySecrets())
        #expect(router.aliases == ["echo", "gpt"])
        #expect(!router.contains("other"))
        let unknown = ModelDeclaration(
            name: "x", upstreams: [UpstreamDeclaration(dialect: ModelDialect(rawValue: "smoke"))])
        #expect(throws: Finding.self) { try ModelRouter([unknown], transport: transport, secrets: InMemorySecrets()) }
    }
}

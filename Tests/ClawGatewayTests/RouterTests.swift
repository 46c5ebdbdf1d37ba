import ClawBase
import ClawGateway
import Testing

@Suite("Routing")
struct RouterTests {
    private struct Named: ModelUpstream {
        let name: String
        func answer(_ request: ChatRequest) async throws -> ChatAnswer { .complete(ChatCompletion(bytes: [])) }
    }

    private func order(_ weights: [(String, Int)], _ count: Int) throws -> String {
        let router = try ModelRouter([ModelRoute("m", weights.map { .init(Named(name: $0.0), weight: $0.1) })])
        return (0..<count).compactMap { _ in router.upstream(for: "m")?.name }.joined()
    }

    @Test("shares are kept exactly, and a heavy upstream's turns are spread")
    func weights() throws {
        #expect(try order([("a", 5), ("b", 1), ("c", 1)], 14) == "aabacaaaabacaa")
        #expect(try order([("a", 1), ("b", 1)], 4) == "abab")
        #expect(try order([("a", 1), ("b", 0)], 3) == "aaa")
    }

    @Test("an alias that stands twice, or has nothing to serve it, is refused")
    func refused() {
        let one = ModelRoute("m", to: Named(name: "a"))
        #expect(throws: Finding.self) { try ModelRouter([one, one]) }
        #expect(throws: Finding.self) { try ModelRouter([ModelRoute("m", [])]) }
        #expect(throws: Finding.self) { try ModelRouter([ModelRoute("m", [.init(Named(name: "a"), weight: 0)])]) }
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
        #expect(router.upstream(for: "gpt")?.name == "h:1")
        #expect(router.upstream(for: "other") == nil)
        let unknown = ModelDeclaration(
            name: "x", upstreams: [UpstreamDeclaration(dialect: ModelDialect(rawValue: "smoke"))])
        #expect(throws: Finding.self) { try ModelRouter([unknown], transport: transport, secrets: InMemorySecrets()) }
    }
}

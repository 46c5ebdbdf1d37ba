import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import ClawLedger
import HTTPTypes
import Testing

@Suite("Budgets at the gateway", .timeLimit(.minutes(2)))
struct GatewayLimitTests {
    private let source = HTTPField.Name("X-Claw-Error-Source")
    private let time = VirtualTime()
    private let store = MemoryShareStore()

    /// A dollar for a million tokens of input, two for output: a thousand and two thousand billionths each.
    private let prices = TokenPrices(input: 1_000_000_000, output: 2_000_000_000)

    private func made(
        _ scenes: [ScriptedUpstream.Scene], budget: UsageLimit, subject: UsageSubject = .init(user: "ann")
    ) throws -> (ModelGateway, ScriptedUpstream, UsageBook) {
        let upstream = ScriptedUpstream("main", scenes, time: time)
        let book = UsageBook(store: store, holder: "a", time: time)
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("m", [Deployment(nil, upstream, prices: prices)])]),
            grants: InMemoryGrants([ModelGrant(id: "g", keyHash: Token.hash(key), subject: subject)]),
            budgets: InMemoryLimits([budget]), book: book, time: time)
        return (gateway, upstream, book)
    }

    private func ask(_ gateway: ModelGateway, _ more: String = "") async -> Response {
        await gateway.respond(to: chat(#"{"model":"m",\#(more)"messages":[{"role":"user","content":"Go."}]}"#))
    }

    @Test("what a call cost is written, counted and said")
    func counted() async throws {
        let budget = UsageLimit(UsageLimitID(.user, "ann"), cost: .dollars(1))
        let (gateway, _, book) = try made([.says("Hello", usage: TokenUsage(input: 10, output: 5))], budget: budget)
        let response = await ask(gateway)
        #expect(response.status == .ok)
        #expect(response.headers[try #require(HTTPField.Name("X-Claw-Response-Cost"))] == "0.00002")
        try await book.flush(all: true)
        let row = try #require(store.rows.first)
        #expect(row.cost == NanoDollars(nanos: 20_000))
        #expect(row.subject.user == "ann")
        #expect(row.subject.key == "g")
        #expect(row.settlement == .exact)
        let sums = store.sums(of: try #require(store.accounts.first))
        #expect(sums.spent.cost == row.cost)
        #expect(sums.outstanding.isZero)
    }

    @Test("the answer is cut to what the budget can bear, so that it cannot cost more")
    func clamped() async throws {
        let budget = UsageLimit(UsageLimitID(.user, "ann"), cost: NanoDollars(nanos: 300_000))
        let (gateway, upstream, _) = try made([.says("Hello")], budget: budget)
        #expect(await ask(gateway, #""max_tokens":1000,"#).status == .ok)
        let limit = try #require(upstream.requests.first?.maxOutputTokens)
        // The bytes of the request at a thousand each, the rest at two thousand a token.
        #expect(limit > 50 && limit < 150)
    }

    @Test("an empty budget is refused with the level, the sums and the time, and the upstream hears nothing of it")
    func refused() async throws {
        let budget = UsageLimit(UsageLimitID(.user, "ann"), cost: NanoDollars(nanos: 1000), per: .day(zone: "UTC"))
        let (gateway, upstream, _) = try made([.says("Hello")], budget: budget)
        let response = await ask(gateway)
        #expect(response.status == .tooManyRequests)
        #expect(response.headers[try #require(source)] == "budget")
        let error = try await response.json()
        #expect(error.value(at: ["error", "code"])?.string == "budget_exceeded")
        let message = error.value(at: ["error", "message"])?.string ?? ""
        #expect(message.contains("user ann") && message.contains("$0.000001") && message.contains("2026-01-02"))
        #expect(upstream.requests.isEmpty)
    }

    @Test("an attempt that failed before it cost anything costs nothing; one that broke off costs what was seen")
    func attempts() async throws {
        let budget = UsageLimit(UsageLimitID(.user, "ann"), cost: .dollars(1))
        let refused = ScriptedUpstream.Scene.error(ModelError(.overloaded, "full", status: 503))
        let torn = ScriptedUpstream.Scene([.error(ModelError(.truncated, "gone"))])
        let (gateway, _, book) = try made([refused, torn, .says("Hello")], budget: budget)
        let response = try await advancing(time) { await ask(gateway) }
        #expect(response.status == .ok)
        try await book.flush(all: true)
        #expect(store.rows.map(\.settlement) == [.estimated, .exact])
    }

    @Test("a link to a document, whose size nobody knows, is refused where money is limited")
    func unbounded() async throws {
        let budget = UsageLimit(UsageLimitID(.key, "g"), cost: .dollars(1))
        let upstream = ScriptedUpstream("main", [.says("Hello")], time: time)
        let grant = ModelGrant(id: "g", keyHash: Token.hash(key))
        var limited = grant
        limited.limits = [budget]
        let body = #"{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f1"}}]}]}"#
        let router = try ModelRouter([ModelRoute("m", [Deployment(nil, upstream, prices: prices)])])
        let book = UsageBook(store: store, holder: "a", time: time)
        let strict = ModelGateway(router: router, grants: InMemoryGrants([limited]), book: book, time: time)
        let response = await strict.respond(to: chat(body))
        #expect(response.status == .badRequest)
        #expect(try await response.json().value(at: ["error", "code"])?.string == "unbounded_cost")
        limited.allowsEstimates = true
        let lenient = ModelGateway(router: router, grants: InMemoryGrants([limited]), book: book, time: time)
        #expect(await lenient.respond(to: chat(body)).status == .ok)
    }

    @Test("a dearer tier of service is as unbounded as a document nobody knows", arguments: [("priority", 400), ("flex", 200)])
    func tiers(_ tier: String, _ status: Int) async throws {
        let budget = UsageLimit(UsageLimitID(.user, "ann"), cost: .dollars(1))
        let (gateway, _, _) = try made([.says("Hello")], budget: budget)
        let body = #"{"model":"m","service_tier":"\#(tier)","messages":[{"role":"user","content":"Hi"}]}"#
        #expect(await gateway.respond(to: chat(body)).status.code == status)
    }

    @Test("what nobody has priced is refused where money is limited, and where it is not, asked")
    func unpriced() async throws {
        var deployment = Deployment(nil, ScriptedUpstream("main", [.says("Hello")], time: time))
        deployment.isUnpriced = true
        let router = try ModelRouter([ModelRoute("m", [deployment])])
        let book = UsageBook(store: store, holder: "a", time: time)
        func ask(_ limit: UsageLimit) async throws -> Response {
            var grant = ModelGrant(id: "g", keyHash: Token.hash(key))
            grant.limits = [limit]
            let gateway = ModelGateway(router: router, grants: InMemoryGrants([grant]), book: book, time: time)
            return await gateway.respond(to: chat(#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#))
        }
        let refused = try await ask(UsageLimit(UsageLimitID(.key, "g"), cost: .dollars(1)))
        #expect(refused.status == .badRequest)
        #expect(try await refused.json().value(at: ["error", "code"])?.string == "price_unknown")
        #expect(try await ask(UsageLimit(UsageLimitID(.key, "g", "lanes"), [.requests: 5])).status == .ok)
    }
}

import ClawBase
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import ClawLedger
import HTTPTypes
import Testing

@Suite("Guardrails for answers", .timeLimit(.minutes(2)))
struct AnswerGuardrailTests {
    private let time = VirtualTime()
    private let store = MemoryShareStore()

    private func header(_ name: String, _ response: Response) throws -> String? {
        response.headers[try #require(HTTPField.Name(name))]
    }

    /// Says what it is given, and calls tools.
    private struct Caller: ModelUpstream {
        let name = "caller"
        var parts: [ContentPart]

        func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
            let answer = ModelAnswer(parts: parts, finish: .toolCalls, usage: TokenUsage(input: 10, output: 5))
            return call.request.isStreaming ? .stream(.of(answer)) : .whole(WholeAnswer(answer))
        }
    }

    private func gateway(
        _ upstream: some ModelUpstream, _ rules: [any Guardrail], cache: Duration? = nil
    ) throws -> (ModelGateway, UsageBook) {
        let book = UsageBook(store: store, holder: "a", time: time)
        var grant = ModelGrant(id: "g1", keyHash: Token.hash(key))
        grant.cache = cache
        grant.limits = [UsageLimit(UsageLimitID(.key, "g1"), cost: .dollars(1))]
        let prices = TokenPrices(input: 1_000_000_000, output: 2_000_000_000)
        let gateway = ModelGateway(
            router: try ModelRouter([
                ModelRoute("m", [Deployment(nil, upstream, prices: prices)]),
                ModelRoute("free", [Deployment(nil, upstream, prices: prices)]),
            ]), grants: InMemoryGrants([grant]), book: book, guardrails: Guardrails(rules), time: time)
        return (gateway, book)
    }

    private static let paths: [(path: String, body: String)] = [
        ("/v1/chat/completions", #"{"model":"m","messages":[{"role":"user","content":"Go."}]}"#),
        ("/v1/completions", #"{"model":"m","prompt":"Go."}"#),
        ("/v1/responses", #"{"model":"m","input":"Go."}"#),
        ("/v1/messages", #"{"model":"m","max_tokens":90,"messages":[{"role":"user","content":"Go."}]}"#),
        ("/api/chat", #"{"model":"m","stream":false,"messages":[{"role":"user","content":"Go."}]}"#),
    ]

    private func request(_ path: String, _ body: String, isStreaming: Bool = false) -> Request {
        var body = body.replacing(#""stream":false,"#, with: "")
        body = body.replacing(#""model":"m","#, with: #""model":"m","stream":\#(isStreaming),"#)
        return Request(.post, path, headers: [.authorization: "Bearer \(key)"], body: .string(body))
    }

    @Test("masked and refused in each dialect, whole and streamed", arguments: [false, true])
    func dialects(_ isStreaming: Bool) async throws {
        let says = ScriptedUpstream.Scene.says("Dear ada@example.org , the password is swordfish 1234 today, as it was.")
        for (path, body) in Self.paths {
            let mask = PersonalDataRule(on: .answers)
            let (masking, _) = try gateway(ScriptedUpstream("up", [says], time: time), [mask])
            let masked = try await masking.respond(to: request(path, body, isStreaming: isStreaming)).text()
            #expect(masked.contains("[email]") && !masked.contains("example.org"), "\(path) \(masked)")

            let rule = try PatternRule("secret", pattern: "swordfish [0-9]+", on: .answers)
            let (refusing, book) = try gateway(ScriptedUpstream("up", [says], time: time), [rule])
            let refused = await refusing.respond(to: request(path, body, isStreaming: isStreaming))
            #expect(refused.status == (isStreaming ? .ok : .badRequest), "\(path)")
            let text = try await refused.text()
            #expect(!text.contains("swordfish") && text.contains("'secret'"), "\(path) \(text)")
            #expect(!text.contains("[DONE]") && !text.contains("message_stop"), "\(path)")
            if !isStreaming {
                #expect(try header("x-claw-error-source", refused) == "guardrail")
                #expect(try header("x-claw-response-cost", refused) == "0.00002")
            }
            try await book.flush(all: true)
        }
    }

    @Test("a stream that is refused lets the upstream go, and is paid for as far as it came, once")
    func settled() async throws {
        let scene = ScriptedUpstream.Scene([
            .words("This goes on for a while, until "), .words("sword"), .words("fish 1234 "),
            .words("is said, and then the model is silent. "), .pause(.seconds(3600)), .words("Never heard."),
        ])
        let rule = try PatternRule("secret", pattern: "swordfish [0-9]+", on: .answers, window: 20)
        let (gateway, book) = try gateway(ScriptedUpstream("up", [scene], time: time), [rule])
        let answer = await gateway.respond(to: request(Self.paths[0].path, Self.paths[0].body, isStreaming: true))
        let events = try await answer.events()
        #expect(events.last?.contains("guardrail_refused") == true)
        let said = events.joined()
        #expect(said.contains("This goes ") && !said.contains("sword"))
        try await book.flush(all: true)
        #expect(store.rows.map(\.settlement) == [.estimated])
        let sums = store.sums(of: try #require(store.accounts.first))
        #expect(sums.outstanding.isZero && sums.spent.cost == store.rows[0].cost && sums.spent.cost > .zero)
        let id = try #require(try header("x-claw-call-id", answer))
        #expect(gateway.traces[id]?.attempts.map(\.outcome) == [.cancelled])
    }

    @Test("calls of tools are let through, refused, or let through where the client says that they are approved", arguments: [false, true])
    func tools(_ isStreaming: Bool) async throws {
        func ask(_ tool: String, approved: String? = nil) async throws -> String {
            let rule = ToolRule(allowed: ["search"], denied: ["shell"], asked: ["deploy"], on: .both)
            let parts: [ContentPart] = [.text("Now."), .toolCall(ToolCall(id: "c1", name: tool, arguments: "{}"))]
            let (gateway, _) = try gateway(Caller(parts: parts), [rule])
            var request = request(Self.paths[0].path, Self.paths[0].body, isStreaming: isStreaming)
            request.headers[try #require(HTTPField.Name("x-claw-approve-tools"))] = approved
            return try await gateway.respond(to: request).text()
        }
        #expect(try await ask("search").contains("\"search\""))
        for tool in ["shell", "unheard_of"] {
            let text = try await ask(tool)
            #expect(text.contains("guardrail_refused") && !text.contains("\"\(tool)\""), "\(text)")
        }
        #expect(try await ask("deploy").contains("tool_approval_required"))
        #expect(try await ask("deploy", approved: "other").contains("tool_approval_required"))
        #expect(try await ask("deploy", approved: "other, deploy").contains("\"deploy\""))
    }

    @Test("answers have a limit of size; models that no rule is for are not looked at")
    func sizeAndScope() async throws {
        let scene = ScriptedUpstream.Scene.says(String(repeating: "word ", count: 50))
        let rule = ScopedRule(rule: SizeRule(maxBytes: 100, on: .answers), models: ["m"])
        for isStreaming in [false, true] {
            let (gateway, _) = try gateway(ScriptedUpstream("up", [scene], time: time), [rule])
            let refused = request(Self.paths[0].path, Self.paths[0].body, isStreaming: isStreaming)
            #expect(try await gateway.respond(to: refused).text().contains("guardrail_refused"))
            let other = Self.paths[0].body.replacing("\"m\"", with: "\"free\"")
            let passed = try await gateway.respond(to: request(Self.paths[0].path, other, isStreaming: isStreaming)).text()
            #expect(!passed.contains("guardrail_refused"))
        }
        let (gateway, _) = try gateway(Caller(parts: []), [rule])
        #expect(gateway.filters("m", [:], ModelGrant(id: "g", keyHash: "")).count == 1)
        #expect(gateway.filters("free", [:], ModelGrant(id: "g", keyHash: "")).isEmpty)
    }

    @Test("several rules see each what the former left; what is kept for equal requests is looked at again")
    func order() async throws {
        let says = ScriptedUpstream.Scene.says("Write to ada@example.org, dear.")
        let upstream = ScriptedUpstream("up", [says], time: time)
        let marks = try PatternRule("marks", pattern: #"\[email\]"#, replacement: "(gone)", on: .answers)
        let (gateway, _) = try gateway(upstream, [PersonalDataRule(on: .answers), marks], cache: .seconds(60))
        for isStreaming in [false, true] {
            let asked = request(Self.paths[0].path, Self.paths[0].body, isStreaming: isStreaming)
            #expect(try await gateway.respond(to: asked).text().contains("(gone), dear"))
            gateway.guardrails.replace([try PatternRule("all", pattern: "dear", on: .answers)])
            #expect(try await gateway.respond(to: asked).text().contains("guardrail_refused"))
            gateway.guardrails.replace([PersonalDataRule(on: .answers), marks])
        }
        #expect(upstream.requests.count == 2)
    }
}

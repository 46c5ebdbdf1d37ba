import ClawBase
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import ClawLedger
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Guardrails")
struct GuardrailTests {
    private let time = VirtualTime()

    /// What the model heard of a request, and the answer.
    private func ask(_ rules: [any Guardrail], _ request: Request) async throws -> (heard: String, answer: Response) {
        let script = ScriptedUpstream("up", [.says("Good day.")], time: time)
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("m", to: script)]),
            grants: InMemoryGrants([ModelGrant(id: "g1", keyHash: Token.hash(key))]), guardrails: Guardrails(rules),
            time: time)
        let answer = await gateway.respond(to: request)
        return (script.requests.first.map { "\($0)" } ?? "", answer)
    }

    private func openAI(_ words: String, _ more: String = "") -> Request {
        chat(#"{"model":"m",\#(more)"messages":[{"role":"user","content":"\#(words)"}]}"#)
    }

    @Test("a pattern refuses a request, or masks what it matches, in every dialect and wherever a text may stand")
    func patterns() async throws {
        let refusing = try PatternRule("keys", pattern: "sk-[a-z0-9]{4,}")
        let (heard, refused) = try await ask([refusing], openAI("My key is sk-abc123."))
        #expect(heard.isEmpty && refused.status == .badRequest)
        #expect(refused.headers[try #require(HTTPField.Name("x-claw-error-source"))] == "guardrail")
        let error = try await refused.json()
        #expect(error.value(at: ["error", "code"])?.string == "guardrail_refused")
        #expect(!"\(error)".contains("abc123"))
        #expect(try await ask([refusing], openAI("No key at all.")).answer.status == .ok)

        let masking = try PatternRule("keys", pattern: "sk-[a-z0-9]{4,}", replacement: "[key]")
        let masked = try await ask([masking], openAI("My key is sk-abc123, and yours?"))
        #expect(masked.answer.status == .ok && masked.heard.contains("My key is [key], and yours?"))

        let claude = Request(
            .post, "/v1/messages", headers: [.authorization: "Bearer \(key)"],
            body: .string(
                #"{"model":"m","max_tokens":9,"system":[{"type":"text","text":"sk-sys1"}],"messages":[{"role":"user","content":"#
                    + #"[{"type":"tool_result","tool_use_id":"sk-keep","content":"sk-tool1"},{"type":"text","text":"sk-text1"}]}]}"#))
        let said = try await ask([masking], claude).heard
        for secret in ["sk-sys1", "sk-tool1", "sk-text1"] { #expect(!said.contains(secret)) }
        #expect(said.contains("sk-keep"))
        let ollama = Request(
            .post, "/api/generate", headers: [.authorization: "Bearer \(key)"],
            body: .string(#"{"model":"m","stream":false,"prompt":"sk-prompt","system":"sk-sys1"}"#))
        #expect(try await !ask([masking], ollama).heard.contains("sk-"))
        #expect(throws: Finding.self) { try PatternRule("bad", pattern: "([") }
    }

    @Test("tools are allowed or denied by name, and bodies have a limit")
    func toolsAndSize() async throws {
        let tools = #""tools":[{"type":"function","function":{"name":"shell","parameters":{}}}],"#
        #expect(try await ask([ToolRule(denied: ["shell"])], openAI("Hi", tools)).answer.status == .badRequest)
        #expect(try await ask([ToolRule(denied: ["other"])], openAI("Hi", tools)).answer.status == .ok)
        #expect(try await ask([ToolRule(allowed: ["search"])], openAI("Hi", tools)).answer.status == .badRequest)
        #expect(try await ask([ToolRule(allowed: ["search"])], openAI("Hi")).answer.status == .ok)
        #expect(try await ask([SizeRule(maxBytes: 60)], openAI(String(repeating: "a", count: 60))).answer.status == .badRequest)
        #expect(try await ask([SizeRule(maxBytes: 600)], openAI("Hi")).answer.status == .ok)
    }

    @Test(
        "what identifies people is masked, what only looks like it is not",
        arguments: [
            ("Write to ada.l+x@example.co.uk today", "Write to [email] today"),
            ("Card 4111 1111 1111 1111, please", "Card [card], please"),
            ("Order 4111 1111 1111 1112", "Order 4111 1111 1111 1112"),
            ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [iban]."),
            ("IBAN DE89 3704 0044 0532 0130 02.", "IBAN DE89 3704 0044 0532 0130 02."),
            ("Call +49 30 1234567 or wait", "Call [phone] or wait"),
            ("At 10:30 on 2026-11-22, 3 @ once", "At 10:30 on 2026-11-22, 3 @ once"),
            ("Nothing here.", "Nothing here."),
        ])
    func personal(_ text: String, _ masked: String) { #expect(PersonalDataRule().masked(text) == masked) }

    @Test("declared in the file, for some models or all")
    func declared() throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                guardrails:
                  - {name: keys, pattern: "sk-[a-z]+", mask: "[key]", models: ["out/*"]}
                  - {name: pii, personal: [email]}
                  - {name: size, maxBytes: 100000}
                  - {name: tools, denyTools: [shell], allowTools: [search, shell]}
                  - {name: said, personal: [phone], on: both, window: 40}
                  - {name: calls, askTools: [deploy], allowTools: [search], on: answers}
                """)
        #expect(
            configuration.guardrails.map(\.rule) == [
                .pattern("sk-[a-z]+", replacement: "[key]"), .personal([.email]), .size(maxBytes: 100_000),
                .tools(allowed: ["search", "shell"], denied: ["shell"]), .personal([.phone]),
                .tools(allowed: ["search"], denied: [], asked: ["deploy"]),
            ])
        let rules = try configuration.rules
        #expect(rules.map(\.name) == ["keys", "pii", "size", "tools", "said", "calls"])
        #expect(rules.map(\.answerWindow) == [nil, nil, nil, nil, 40, 0])
        func texts(_ model: String) throws -> [String] {
            let document: JSONObject = ["model": .string(model), "messages": [["role": "user", "content": "sk-abc a@b.de"]]]
            var request = GuardedRequest(model: model, subject: UsageSubject(), size: 1, document: document)
            for rule in rules where rule.concerns(model: model, subject: request.subject) { try rule.inspect(&request) }
            return request.texts
        }
        #expect(try texts("out/x") == ["[key] [email]"])
        #expect(try texts("in") == ["sk-abc [email]"])
        #expect(try GatewayConfiguration(yaml: configuration.yaml).guardrails == configuration.guardrails)
    }

    @Test(
        "what is wrong with a rule is named with its line",
        arguments: [
            ("{name: a}", "one rule"), ("{name: a, maxBytes: 1, pattern: x}", "one rule"),
            ("{name: a, pattern: \"([\"}", "regular expression"), ("{name: a, personal: [shoe]}", "email, card"),
            ("{name: a, maxBytes: 5, mask: x}", "without 'pattern'"), ("{pattern: x}", "name is missing"),
            ("{name: a, pattern: x, on: all}", "requests, answers or both"),
            ("{name: a, maxBytes: 5, window: 9}", "without 'pattern' or 'personal'"),
            ("{name: a, askTools: [x], on: requests}", "askTools looks at answers"),
        ])
    func mistakes(_ rule: String, _ words: String) throws {
        var findings: [Finding] = []
        do throws(InvalidConfiguration) { _ = try GatewayConfiguration(yaml: "guardrails:\n  - \(rule)\n") } catch {
            findings = error.findings
        }
        #expect(findings.count == 1 && findings[0].field == "claw.yaml:2", "\(findings)")
        #expect(findings.first?.message.contains(words) == true, "\(findings)")
    }
}

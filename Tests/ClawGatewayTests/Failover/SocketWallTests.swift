import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import ClawLedger
import ClawNIOTransport
import HTTPTypes
import Testing

/// The scenarios of FailoverBench once more, over real sockets, by both transports: what is on the wire, not what a
/// script says of it.
@Suite("Failover over sockets", .timeLimit(.minutes(10)))
struct SocketWallTests {
    private typealias Act = FaultyProvider.Act
    enum Network: String, CaseIterable { case libcurl, swiftNIO }

    private static let words = (0..<60).map { "w\($0) " }
    private static let whole = words.joined()

    /// What the scenario does at its attempts, from 1.
    private static func script(_ scenario: String, _ attempt: Int, _ body: String) -> [Act] {
        let busy = Act.status(429, #""type":"requests","code":"rate_limit_exceeded""#, headers: "Retry-After: 1\r\n")
        // Whoever is given the beginning goes on from there.
        let told = body.contains("w39") ? 40 : body.contains("w0 ") ? 1 : 0
        switch (scenario, attempt) {
        case ("s01", 1), ("s02", _): return [busy]
        case ("s03", 1): return [.status(500, #""type":"server_error""#)]
        case ("s04", _): return [.status(503, #""type":"server_error""#)]
        case ("s05", 1): return [.close]
        case ("s06", _): return [.silence]
        case ("s07", _):
            return [.streamHead, .keepAlive, .pause(.milliseconds(500)), .keepAlive] + Act.says(words).dropFirst()
        case ("s08", _), ("s14", _): return [.streamHead] + words.prefix(40).map { .word($0) } + [.close]
        case ("s09", _): return [.streamHead, .word("w0 "), .keepAlive, .silence]
        case ("s10", 1): return [.streamHead, .bytes("data: {\"choices\": [{\"ind\n\n"), .close]
        case ("late", _): return [.streamHead, .word("w0 "), .bytes("data: {\"choices\": [{\"ind\n\n"), .close]
        case ("s11", _): return Act.says(words).dropLast(2) + [.close]
        case ("nothing", _): return Act.says(words).dropLast(3) + [.close]
        case ("s12", _): return [.status(400, #""type":"invalid_request_error","code":"context_length_exceeded""#)]
        case ("s13", _): return [.status(400, #""type":"invalid_request_error","code":"content_policy_violation""#)]
        case ("s15", _): return attempt % 4 < 2 ? [.status(503, #""type":"server_error""#)] : Act.says(words)
        case ("refuses", _): return [.status(400, #""type":"invalid_request_error","message":"no prefill""#)]
        default: return Act.says(words.dropFirst(told))
        }
    }

    private struct Outcome {
        var status: Int
        var text = ""
        var code: String?
        var isWhole = false
        var asked: [String: Int]
        var trace: DecisionTrace?
        var rows: [UsageRow] = []
    }

    /// Asks the model `main`, whose deployments are `scenario` and then `twin`; `spare` is another model.
    private func ask(
        _ scenario: String, twin: String? = nil, spare: String? = nil, by network: Network, times: Int = 1,
        _ change: (inout RoutePolicy) -> Void = { _ in }
    ) async throws -> [Outcome] {
        let provider = try FaultyProvider(Self.script)
        let transport: any Transport = network == .libcurl ? CurlTransport() : try NIOTransport()
        func deployment(_ scenario: String, order: Int = 0) -> Deployment {
            Deployment(
                scenario,
                HTTPUpstream(
                    provider.url(scenario), UpstreamTarget(.openAI, model: "m"), name: scenario, transport: transport),
                traits: DeploymentTraits(order: order), prices: .init(input: 1_000_000_000, output: 2_000_000_000),
                canContinue: true)
        }
        var policy = RoutePolicy()
        // Long enough for a machine that is busy with other tests, short enough to wait for.
        policy.deadlines.headers = .seconds(10)
        policy.deadlines.firstToken = .seconds(10)
        policy.deadlines.betweenTokens = .seconds(10)
        if spare != nil { policy.fallbacks = ["spare"] }
        change(&policy)
        var routes = [ModelRoute("main", [deployment(scenario)] + (twin.map { [deployment($0, order: 1)] } ?? []), policy: policy)]
        if let spare { routes.append(ModelRoute("spare", [deployment(spare)])) }
        let store = MemoryShareStore()
        let book = UsageBook(store: store, holder: "wall")
        let gateway = ModelGateway(
            router: try ModelRouter(routes), grants: InMemoryGrants([ModelGrant(id: "g1", keyHash: Token.hash(key))]),
            budgets: InMemoryLimits([UsageLimit(UsageLimitID(.key, "g1"), cost: .dollars(1000))]), book: book)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await provider.run() }
            defer { tasks.cancelAll() }
            var outcomes: [Outcome] = []
            for _ in 0..<times {
                var outcome = try await self.outcome(gateway)
                try await book.flush(all: true)
                (outcome.asked, outcome.rows) = (provider.requests, store.rows)
                outcomes.append(outcome)
            }
            return outcomes
        }
    }

    private func outcome(_ gateway: ModelGateway) async throws -> Outcome {
        let response = await gateway.respond(
            to: chat(#"{"model":"main","stream":true,"messages":[{"role":"user","content":"Go."}]}"#))
        var outcome = Outcome(status: response.status.code, asked: [:])
        let id = response.headers.first { $0.name.canonicalName == "x-claw-call-id" }?.value
        if response.status == .ok {
            let events = try await response.events()
            for event in events where event != "[DONE]" {
                let json = try JSONParser.parse(Array(event.utf8))
                outcome.text += json.value(at: ["choices", "0", "delta", "content"])?.string ?? ""
                outcome.code = json.value(at: ["error", "code"])?.string ?? outcome.code
            }
            outcome.isWhole = events.last == "[DONE]"
        } else {
            outcome.code = try await response.json().value(at: ["error", "code"])?.string
        }
        outcome.trace = id.flatMap { gateway.traces[$0] }
        return outcome
    }

    private func one(
        _ scenario: String, twin: String? = nil, spare: String? = nil, by network: Network,
        _ change: (inout RoutePolicy) -> Void = { _ in }
    ) async throws -> Outcome {
        try #require(try await ask(scenario, twin: twin, spare: spare, by: network, change).first)
    }

    @Test("S01 to S05: a passing failure is tried again, a lasting one goes elsewhere", arguments: Network.allCases)
    func failures(network: Network) async throws {
        for scenario in ["s01", "s03", "s05"] {
            let outcome = try await one(scenario, by: network)
            #expect(outcome.text == Self.whole && outcome.isWhole, "\(scenario): \(outcome)")
            #expect(outcome.asked[scenario] == 2, "\(scenario)")
        }
        let spared = try await one("s02", spare: "spare", by: network)
        #expect(spared.text == Self.whole && spared.isWhole)
        let twin = try await one("s04", twin: "twin", by: network)
        #expect(twin.text == Self.whole && twin.asked["twin"] == 1)
    }

    @Test("S06, S07: the silent one is given up and not asked again; the slow one is waited for", arguments: Network.allCases)
    func silence(network: Network) async throws {
        let silent = try await one("s06", twin: "twin", by: network) { $0.deadlines.headers = .seconds(4) }
        #expect(silent.text == Self.whole && silent.isWhole)
        #expect(silent.asked == ["s06": 1, "twin": 1])
        let slow = try await one("s07", twin: "twin", by: network)
        #expect(slow.text == Self.whole && slow.asked["twin"] == nil)
    }

    @Test("S08, S09: cut or stalled in the midst is an error, and rescued where the route says so", arguments: Network.allCases)
    func midst(network: Network) async throws {
        for (scenario, code) in [("s08", "upstream_truncated"), ("s09", "timeout")] {
            let torn = try await one(scenario, by: network) { $0.deadlines.betweenTokens = .seconds(4) }
            #expect(!torn.isWhole && torn.code == code, "\(scenario): \(torn)")
            let rescued = try await one(scenario, twin: "twin", by: network) {
                $0.deadlines.betweenTokens = .seconds(4)
                $0.midStream = .continueText
            }
            #expect(rescued.text == Self.whole && rescued.isWhole && rescued.code == nil, "\(scenario): \(rescued)")
        }
    }

    @Test("S10: half an event is tried elsewhere before the first word, and an error after it", arguments: Network.allCases)
    func malformed(network: Network) async throws {
        let early = try await one("s10", twin: "twin", by: network)
        #expect(early.text == Self.whole && early.isWhole)
        let late = try await one("late", by: network)
        #expect(!late.isWhole && late.code != nil)
    }

    @Test("S11: a stream that says why it ends is whole without [DONE]; one that does not is not", arguments: Network.allCases)
    func noTerminator(network: Network) async throws {
        let finished = try await one("s11", by: network)
        #expect(finished.text == Self.whole && finished.isWhole)
        let torn = try await one("nothing", by: network)
        #expect(!torn.isWhole && torn.code == "upstream_truncated")
    }

    @Test("S12, S13: too long and forbidden go to the models named for them, and nowhere else", arguments: Network.allCases)
    func ways(network: Network) async throws {
        for (scenario, code) in [("s12", "context_length_exceeded"), ("s13", "content_policy_violation")] {
            let told = try await one(scenario, twin: "twin", spare: "spare", by: network)
            #expect(told.status == 400 && told.code == code && told.asked == [scenario: 1])
            let led = try await one(scenario, spare: "spare", by: network) {
                ($0.contextFallbacks, $0.policyFallbacks) = (["spare"], ["spare"])
            }
            #expect(led.text == Self.whole && led.isWhole)
        }
    }

    @Test("S14: cut, and the twin refuses to go on: an error, never half an answer as a whole one", arguments: Network.allCases)
    func refusedPrefill(network: Network) async throws {
        let outcome = try await one("s14", twin: "refuses", by: network) { $0.midStream = .continueText }
        #expect(!outcome.isWhole && outcome.code == "upstream_truncated")
    }

    @Test("S15: an upstream that comes and goes costs no request its answer", arguments: Network.allCases)
    func flapping(network: Network) async throws {
        let outcomes = try await ask("s15", twin: "twin", by: network, times: 20)
        #expect(outcomes.allSatisfy { $0.text == Self.whole && $0.isWhole })
    }

    @Test("S16: each attempt is seen, and what it used is in the ledger", arguments: Network.allCases)
    func accounting(network: Network) async throws {
        let outcome = try await one("s08", twin: "twin", by: network) { $0.midStream = .continueText }
        #expect(outcome.trace?.attempts.map(\.deployment) == ["s08", "twin"])
        #expect(outcome.rows.count == 2)
        #expect(outcome.rows.map(\.settlement) == [.estimated, .exact])
        #expect(outcome.rows.allSatisfy { $0.tokens.total > 0 })
        #expect(outcome.rows.map(\.cost.nanos).reduce(0, +) == outcome.trace?.cost)
        let failed = try await one("s04", by: network) { $0.retries = 1 }
        #expect(failed.rows.isEmpty && failed.status >= 500)
    }
}

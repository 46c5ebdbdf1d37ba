import ClawBase
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import ClawLedger
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Answers that are given again", .timeLimit(.minutes(2)))
struct AnswerCacheTests {
    private let time = VirtualTime()
    private let store = MemoryShareStore()
    private let body = #"{"model":"m","temperature":0.5,"messages":[{"role":"user","content":"Go."}]}"#

    /// A gateway whose upstream says another thing each time.
    private struct Bench {
        var gateway: ModelGateway
        var upstream: ScriptedUpstream
        var book: UsageBook
        var grants: InMemoryGrants
        var asked: Int { upstream.requests.count }
    }

    private func bench(
        _ scenes: [ScriptedUpstream.Scene]? = nil, cache: Duration? = .seconds(60),
        settings: AnswerCache.Settings = .init(), limits: [UsageLimit] = [], tenant: String? = nil
    ) throws -> Bench {
        let upstream = ScriptedUpstream("up", scenes ?? (1...9).map { .says("Answer \($0).") }, time: time)
        let book = UsageBook(store: store, holder: "a", time: time)
        var grant = ModelGrant(id: "g1", keyHash: Token.hash(key), subject: UsageSubject(tenant: tenant, user: "ann"))
        (grant.cache, grant.limits) = (cache, limits)
        let grants = InMemoryGrants([grant])
        let prices = TokenPrices(input: 1_000_000_000, output: 2_000_000_000)
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("m", [Deployment(nil, upstream, prices: prices)])]), grants: grants,
            book: book, cache: AnswerCache(settings, time: time), sendsLiteLLMHeaders: true, time: time)
        return Bench(gateway: gateway, upstream: upstream, book: book, grants: grants)
    }

    private func header(_ name: String, _ response: Response) throws -> String? {
        response.headers[try #require(HTTPField.Name(name))]
    }

    @Test("an equal request gets the same answer, whatever the order of its members; another one does not")
    func equal() async throws {
        let bench = try bench()
        let first = await bench.gateway.respond(to: chat(body))
        #expect(try header("cache-status", first) == "ClawKit; fwd=miss")
        #expect(try header("x-litellm-cache-key", first) == nil)
        time.advance(by: .seconds(7))
        let turned = #"{"messages":[{"content":"Go.","role":"user"}], "temperature":0.5, "model":"m"}"#
        let second = await bench.gateway.respond(to: chat(turned))
        #expect(try header("cache-status", second) == "ClawKit; hit; ttl=53")
        #expect(second.headers[.age] == "7")
        #expect(try header("x-claw-upstream", second) == "up")
        #expect(try header("x-claw-response-cost", second) == "0")
        #expect(try header("x-litellm-cache-key", second)?.count == 64)
        let words = try await second.json().value(at: ["choices", "0", "message", "content"])?.string
        #expect(words == "Answer 1." && bench.asked == 1)
        for other in ["0.6", "0.5,\"user\":\"b\"", "0.5,\"n\":1"] {
            let changed = body.replacing("0.5", with: other)
            #expect(try header("cache-status", await bench.gateway.respond(to: chat(changed))) == "ClawKit; fwd=miss")
        }
        #expect(bench.asked == 4)
        time.advance(by: .seconds(53))
        #expect(try header("cache-status", await bench.gateway.respond(to: chat(body))) == "ClawKit; fwd=miss")
    }

    @Test("a key of which nothing is said gets no such answer, and its request goes on as it is")
    func off() async throws {
        let bench = try bench(cache: nil)
        for _ in 0..<2 {
            let answer = await bench.gateway.respond(to: chat(body))
            #expect(try header("cache-status", answer) == nil)
        }
        #expect(bench.asked == 2 && bench.gateway.cache.usage.entries == 0)
        var settings = AnswerCache.Settings()
        settings.timeToLive = .seconds(5)
        let all = try self.bench(cache: nil, settings: settings)
        for _ in 0..<2 { _ = await all.gateway.respond(to: chat(body)) }
        #expect(all.asked == 1)
        let never = try self.bench(cache: .zero, settings: settings)
        for _ in 0..<2 { _ = await never.gateway.respond(to: chat(body)) }
        #expect(never.asked == 2)
    }

    @Test("the keys of one tenant share answers; other tenants, and keys of none, do not")
    func tenants() async throws {
        let bench = try bench(tenant: "acme")
        func add(_ id: String, tenant: String?) {
            var grant = ModelGrant(id: id, keyHash: Token.hash(id), subject: UsageSubject(tenant: tenant))
            grant.cache = .seconds(60)
            bench.grants.add(grant)
        }
        add("colleague", tenant: "acme")
        add("rival", tenant: "other")
        add("g1-lookalike", tenant: nil)
        add("alone", tenant: nil)
        _ = await bench.gateway.respond(to: chat(body))
        _ = await bench.gateway.respond(to: chat(body, key: "colleague"))
        #expect(bench.asked == 1)
        for (count, other) in ["rival", "g1-lookalike", "alone"].enumerated() {
            _ = await bench.gateway.respond(to: chat(body, key: other))
            #expect(bench.asked == count + 2)
        }
    }

    @Test("a stream is given again as a stream, in each dialect, and only once it was whole")
    func streams() async throws {
        let requests: [(path: String, body: String)] = [
            ("/v1/chat/completions", #"{"model":"m","stream":true,"messages":[{"role":"user","content":"Go."}]}"#),
            ("/v1/messages", #"{"model":"m","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Go."}]}"#),
            ("/v1/responses", #"{"model":"m","stream":true,"input":"Go."}"#),
            ("/api/chat", #"{"model":"m","messages":[{"role":"user","content":"Go."}]}"#),
        ]
        for (path, body) in requests {
            let bench = try bench()
            func ask() async -> Response {
                await bench.gateway.respond(
                    to: Request(.post, path, headers: [.authorization: "Bearer \(key)"], body: .string(body)))
            }
            // One that is left before its end is not kept.
            try await Self.hearFirst(of: ask())
            let whole = try await ask().text()
            #expect(bench.asked == 2)
            let again = await ask()
            #expect(try header("cache-status", again)?.hasPrefix("ClawKit; hit") == true, "\(path)")
            let text = try await again.text()
            #expect(text.contains("Answer") && text.contains("2."), "\(path) \(text)")
            #expect(text.count == whole.count && bench.asked == 2, "\(path)")
        }
    }

    private static func hearFirst(of response: Response) async throws {
        var pieces = response.body.makeAsyncIterator()
        _ = try await pieces.next()
    }

    @Test("errors and torn streams are not kept")
    func failures() async throws {
        let torn = ScriptedUpstream.Scene([.words("Half"), .cut])
        let bench = try bench([.error(ModelError(.invalidRequest, "no")), .says("Good."), torn, .says("Better.")])
        #expect(await bench.gateway.respond(to: chat(body)).status == .badRequest)
        #expect(await bench.gateway.respond(to: chat(body)).status == .ok)
        let streamed = body.replacing("0.5", with: "0.5,\"stream\":true")
        _ = try await bench.gateway.respond(to: chat(streamed)).text()
        #expect(try await bench.gateway.respond(to: chat(streamed)).text().contains("Better."))
        #expect(bench.asked == 4)
    }

    @Test("a hit has its row, which costs nothing, counts as a request, and goes on where the money has ended")
    func ledger() async throws {
        let limits = [
            UsageLimit(UsageLimitID(.key, "g1", "money"), cost: NanoDollars(nanos: 300_000)),
            UsageLimit(UsageLimitID(.key, "g1", "rpm"), [.requests: 4], per: .hour(zone: "UTC")),
        ]
        let usage = TokenUsage(input: 100, output: 99)
        let bench = try bench([.says("Dear.", usage: usage)], limits: limits)
        #expect(await bench.gateway.respond(to: chat(body)).status == .ok)
        // Nothing is left for another one.
        let other = body.replacing("Go.", with: "Go on.")
        #expect(await bench.gateway.respond(to: chat(other)).status == .tooManyRequests)
        for _ in 0..<3 { #expect(await bench.gateway.respond(to: chat(body)).status == .ok) }
        // Four requests an hour are four, though three of them cost nothing.
        #expect(await bench.gateway.respond(to: chat(body)).status == .tooManyRequests)
        try await bench.book.flush(all: true)
        let rows = store.rows
        #expect(rows.count == 4 && bench.asked == 1)
        #expect(rows.filter { $0.details == ["cache": "hit"] }.map(\.cost) == [.zero, .zero, .zero])
        #expect(rows.allSatisfy { $0.subject.key == "g1" && $0.item == "m" })
        for account in store.accounts {
            let sums = store.sums(of: account)
            var charged = Amounts.zero
            for charge in rows.flatMap(\.charges) where charge.account == account { charged += charge.amounts }
            #expect(charged == sums.spent && sums.outstanding.isZero)
        }
    }

    @Test("a client may want none, or none that is old, or leave none behind")
    func wishes() async throws {
        let bench = try bench()
        func ask(_ header: String?, _ member: String = "") async throws -> String? {
            var request = chat(body.replacing("\"model\"", with: "\(member)\"model\""))
            request.headers[.cacheControl] = header
            return try self.header("cache-status", await bench.gateway.respond(to: request))
        }
        let (hit, miss, passed) = ("ClawKit; hit; ttl=60", "ClawKit; fwd=miss", "ClawKit; fwd=request")
        #expect(try await ask("no-store") == miss)
        #expect(try await ask(nil, #""cache":{"no-store":true},"#) == miss)
        #expect(try await ask(nil) == miss)
        #expect(try await ask("No-Cache, foo=1") == passed)
        #expect(try await ask(nil, #""cache":{"no-cache":true},"#) == passed)
        #expect(try await ask(nil) == hit)
        time.advance(by: .seconds(20))
        #expect(try await ask("max-age=19") == miss)
        time.advance(by: .seconds(20))
        #expect(try await ask("max-age=20") == "ClawKit; hit; ttl=40")
        #expect(try await ask(nil, #""cache":{"s-maxage":10},"#) == miss)
        #expect(try await ask(nil, #""cache":{"namespace":"a","ttl":5},"#) == miss)
        time.advance(by: .seconds(4))
        #expect(try await ask(nil, #""cache":{"namespace":"a"},"#) == "ClawKit; hit; ttl=1")
        time.advance(by: .seconds(1))
        #expect(try await ask(nil, #""cache":{"namespace":"a"},"#) == miss)
        #expect(!"\(bench.upstream.requests)".contains("namespace"))
    }

    @Test("as many answers are kept as there is room for: who was used least recently goes first")
    func room() async throws {
        var settings = AnswerCache.Settings()
        settings.entries = 3
        let bench = try bench(settings: settings)
        func ask(_ word: String) async throws -> Bool {
            let answer = await bench.gateway.respond(to: chat(body.replacing("Go.", with: word)))
            return try header("cache-status", answer)?.contains("hit") == true
        }
        for word in ["a", "b", "c"] { #expect(try await !ask(word)) }
        // a is used again, many times; so b has to go for d.
        for _ in 0..<300 { #expect(try await ask("a")) }
        #expect(try await !ask("d"))
        for word in ["a", "c", "d"] { #expect(try await ask(word)) }
        #expect(try await !ask("b"))
        #expect(bench.gateway.cache.usage.entries == 3)

        settings = .init()
        (settings.bytes, settings.answerBytes) = (20_000, 8000)
        let long = String(repeating: "x", count: 5000)
        let narrow = try self.bench([.says(long), .says(long), .says(long), .says(long + long)], settings: settings)
        for number in 1...4 {
            _ = await narrow.gateway.respond(to: chat(body.replacing("Go.", with: "\(number)")))
            let (entries, bytes) = narrow.gateway.cache.usage
            #expect(bytes <= 20_000 && bytes >= 5000 * entries)
            #expect(entries == min(number, 2) || entries == min(number, 3))
        }
        narrow.gateway.cache.removeAll()
        #expect(narrow.gateway.cache.usage == (0, 0))
    }

    @Test("what a deployment said that has gone is not given again")
    func replaced() async throws {
        let bench = try bench()
        _ = await bench.gateway.respond(to: chat(body))
        let other = ScriptedUpstream("other", [.says("New.")], time: time)
        try bench.gateway.router.replace([ModelRoute("m", to: other)])
        #expect(try await bench.gateway.respond(to: chat(body)).text().contains("New."))
    }

    @Test("embeddings too; and the counts bear LiteLLM's names")
    func embeddingsAndMetrics() async throws {
        let provider = ScriptedTransport { _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .string(#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":3}}"#))
        }
        var grant = ModelGrant(id: "g1", keyHash: Token.hash(key))
        grant.cache = .seconds(60)
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("m", to: openAI(provider))]), grants: InMemoryGrants([grant]), time: time)
        for _ in 0..<3 {
            let request = Request(
                .post, "/v1/embeddings", headers: [.authorization: "Bearer \(key)"],
                body: .string(#"{"model":"m","input":"Hello"}"#))
            let answer = await gateway.respond(to: request)
            #expect(try await answer.json().value(at: ["data", "0", "embedding", "0"])?.number == 0.5)
        }
        #expect(provider.requests.count == 1)
        let text = try await gateway.respond(to: get("/metrics", key: nil)).text()
        let owner = "{model=\"m\",api_key_alias=\"g1\",user=\"\",team=\"\"}"
        for line in [
            "litellm_cache_hits_metric_total\(owner) 2", "litellm_cache_misses_metric_total\(owner) 1",
            "litellm_cached_tokens_metric_total\(owner) 6", "litellm_input_tokens_metric_total\(owner) 3",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
    }

    @Test("declared for all keys, for one, in a key's metadata, or in LiteLLM's file")
    func declared() throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                gateway:
                  cache: {keep: 10m, entries: 50, bytes: 1000000, answerBytes: 5000}
                keys:
                  - {name: ci, hash: \(String(repeating: "0a", count: 32)), cache: 1h}
                  - {name: never, hash: \(String(repeating: "0b", count: 32)), cache: 0s}
                  - {name: silent, hash: \(String(repeating: "0c", count: 32))}
                """)
        #expect(configuration.cache.timeToLive == .seconds(600) && configuration.cache.entries == 50)
        #expect(configuration.cache.bytes == 1_000_000 && configuration.cache.answerBytes == 5000)
        #expect(configuration.keys.map(\.grant.cache) == [.seconds(3600), .zero, nil])
        let again = try GatewayConfiguration(yaml: configuration.yaml)
        #expect(again.cache == configuration.cache && again.keys == configuration.keys)

        func stored(_ metadata: JSONObject) -> Duration? {
            var (record, _) = ModelKey.make(label: "", subject: UsageSubject(), models: [], by: "ada", at: time.now)
            record.metadata = metadata
            return ModelGrant(record).cache
        }
        #expect(stored(["cache": ["ttl": 90]]) == .seconds(90))
        #expect(stored(["cache": ["no-cache": true]]) == .zero)
        #expect(stored(["tags": ["a"]]) == nil)

        func lite(_ settings: String) throws -> Duration? {
            let models = "model_list: [{model_name: m, litellm_params: {model: openai/gpt-4o, api_key: k}}]"
            return try LiteLLMImport(yaml: "\(models)\nlitellm_settings: {\(settings)}", environment: [:])
                .configuration.cache.timeToLive
        }
        #expect(try lite("cache: true") == .seconds(600))
        #expect(try lite("cache: true, cache_params: {type: redis, host: r, ttl: 90}") == .seconds(90))
        #expect(try lite("cache: false, cache_params: {type: local, ttl: 90}") == nil)
        #expect(try lite("cache: true, cache_params: {type: redis-semantic}") == nil)
        #expect(try lite("cache: true, cache_params: {mode: default_off}") == nil)
    }
}

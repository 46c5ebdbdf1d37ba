import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import ClawLedger
import ClawPlatform
import HTTPTypes
import ServiceTesting
import Synchronization
import Testing

/// Streams words: some at once, then nothing more until it is cancelled.
final class Endless: ModelUpstream {
    let name = "endless"
    private let state = Mutex((steps: 0, isCancelled: false))
    private let words: Int
    private let pause: Duration
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// - Parameters:
    ///   - words: before it falls silent.
    ///   - pause: before each of them.
    init(words: Int, pause: Duration) { (self.words, self.pause) = (words, pause) }

    func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
        .stream(
            AnswerStream { [self] in
                let number = state.withLock { state in
                    state.steps += 1
                    return state.steps
                }
                if number == 1 { return AnswerStep(events: [.start(StreamStart()), .partStart(0, .text)]) }
                do {
                    if pause > .zero { try await Task.sleep(for: pause) }
                    if number <= words + 1 { return AnswerStep(events: [.partDelta(0, .text("word "))]) }
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    state.withLock { $0.isCancelled = true }
                    throw error
                }
                return nil
            })
    }
}

@Suite("A key that ends while an answer is streamed", .timeLimit(.minutes(2)))
struct RevocationTests {
    private let store = MemoryPlatformStore()
    private let time = VirtualTime()

    @Test(
        "ends the stream with an error in the client's dialect, lets the upstream go and settles what was said",
        arguments: [ClientDialect.openAIChat, .anthropicMessages, .ollamaChat], [Duration.zero, .milliseconds(10)])
    func revoked(dialect: ClientDialect, pause: Duration) async throws {
        let upstream = Endless(words: 3, pause: pause)
        // Whether pieces come quickly is seen by the clock.
        let time: any TimeSource = pause > .zero ? SystemTime() : time
        let shares = PlatformShares(store, time: time)
        let book = UsageBook(store: shares, holder: "a", time: time)
        let grants = StoreGrants(store, time: time)
        let gateway = ModelGateway(
            router: try ModelRouter([
                ModelRoute("m", [Deployment(nil, upstream, prices: TokenPrices(input: 1_000_000, output: 1_000_000_000))])
            ]), grants: grants, budgets: StoreLimits(store, time: time), book: book, time: time)
        let (record, key) = ModelKey.make(label: "x", subject: UsageSubject(user: "ada"), by: "root", at: time.now)
        let limit = UsageLimit(UsageLimitID(.user, "ada"), cost: .dollars(1))
        try await store.issue(record, limits: [])
        try await store.setLimit(limit)
        try await whileRunning({ try await grants.run() }) { [store] in
            try await whileRunning({ try await gateway.run() }) {
                let response = await gateway.respond(to: Self.request(dialect, key))
                #expect(response.status == .ok)
                // As a server would read it: in a task of its own.
                let text = try await withThrowingTaskGroup(of: String.self) { group in
                    group.addTask {
                        var (text, isRevoked) = ("", false)
                        for try await bytes in response.body {
                            text += String(decoding: bytes, as: UTF8.self)
                            guard !isRevoked, text.ranges(of: "word").count == 3 else { continue }
                            isRevoked = true
                            try await store.revokeModelKey(record.id, at: Timestamp(seconds: 0))
                        }
                        return text
                    }
                    return try await group.next() ?? ""
                }
                #expect(text.contains("The key is not valid any more"), "\(text)")
                #expect(!text.contains("[DONE]") && !text.contains("message_stop") && !text.contains(#""done":true"#))
            }
        }
        #expect(upstream.isCancelled)
        try await book.flush(all: true)
        let row = try #require(try await store.usage(UsageQuery()).first)
        #expect(row.settlement == .estimated && row.cost > .zero && row.subject.key == record.id)
        let sums = try #require(try await store.sums(of: limit.id).first?.sums)
        #expect(sums.outstanding.isZero && sums.spent.cost == row.cost)
    }

    @Test("a key that expires ends its streams, and no others")
    func expired() async throws {
        let (upstream, other) = (Endless(words: 2, pause: .zero), Endless(words: 2, pause: .zero))
        let grants = InMemoryGrants([
            ModelGrant(id: "a", keyHash: Token.hash("first"), models: ["m"], expiresAt: time.now + .seconds(5)),
            ModelGrant(id: "b", keyHash: Token.hash("second"), models: ["n"], expiresAt: time.now + .seconds(500)),
        ])
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("m", to: upstream), ModelRoute("n", to: other)]), grants: grants, time: time)
        try await whileRunning({ try await gateway.run() }) { [time] in
            let stream = await gateway.respond(to: Self.request(.openAIChat, Secret("first")))
            var request = Self.request(.openAIChat, Secret("second"))
            request.body = .string(#"{"model":"n","stream":true,"messages":[{"role":"user","content":"Go."}]}"#)
            let lasting = await gateway.respond(to: request)
            #expect(stream.status == .ok && lasting.status == .ok)
            let text = try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    var (text, isOver) = ("", false)
                    for try await bytes in stream.body {
                        text += String(decoding: bytes, as: UTF8.self)
                        guard !isOver, text.contains("word") else { continue }
                        isOver = true
                        time.advance(by: .seconds(6))
                    }
                    return text
                }
                return try await group.next() ?? ""
            }
            #expect(text.contains("The key is not valid any more") && !text.contains("[DONE]"))
            withExtendedLifetime(lasting) {}
        }
        #expect(upstream.isCancelled && !other.isCancelled)
    }

    private static func request(_ dialect: ClientDialect, _ key: Secret<String>) -> Request {
        let path =
            switch dialect {
            case .anthropicMessages: "/v1/messages"
            case .ollamaChat: "/api/chat"
            default: "/v1/chat/completions"
            }
        return Request(
            .post, path, headers: [.authorization: "Bearer \(key.reveal())", .contentType: "application/json"],
            body: .string(
                #"{"model":"m","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"Go."}]}"#))
    }

    @Test("a limit that is declared, changed or taken away counts from the next request")
    func limits() async throws {
        let limits = StoreLimits(store, time: time)
        let subject = UsageSubject(tenant: "acme", user: "ada")
        let (first, second) = (
            UsageLimit(UsageLimitID(.user, "ada"), cost: .dollars(1)), UsageLimit(UsageLimitID(.tenant, "acme"), cost: .dollars(2))
        )
        try await store.setLimit(first)
        #expect(try await limits.limits(of: subject) == [first])
        try await whileRunning({ try await limits.run() }) { [store] in
            func arrives(_ expected: [UsageLimit]) async throws {
                let end = ContinuousClock.now + .seconds(60)
                while try await limits.limits(of: subject) != expected, ContinuousClock.now < end { await Task.yield() }
                #expect(try await limits.limits(of: subject) == expected)
            }
            try await arrives([first])
            try await store.setLimit(second)
            try await arrives([first, second])
            var less = first
            less.limits = [.cost: 7]
            try await store.setLimit(less)
            try await arrives([less, second])
            try await store.delete(UsageLimit.self, first.key)
            try await arrives([second])
            #expect(try await limits.limits(of: UsageSubject(user: "eve")).isEmpty)
        }
    }
}

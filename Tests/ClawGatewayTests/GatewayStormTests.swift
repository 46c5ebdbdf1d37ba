import ClawBase
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import ClawLedger
import Foundation
import HTTPTypes
import Synchronization
import Testing

/// Ten thousand requests of random size at once against three gateways on one store, with small limits at four levels.
/// Some answers break off, some clients leave, and one gateway crashes in the midst of it: never a billionth over, the
/// rows are the sums, and nothing stays set aside.
///
/// `CLAWKIT_TEST_STORM` asks for another number of them.
@Suite("A storm of requests", .timeLimit(.minutes(10)))
struct GatewayStormTests {
    private static let requests =
        ProcessInfo.processInfo.environment["CLAWKIT_TEST_STORM"].flatMap { Int($0) } ?? 10_000

    private let store = MemoryShareStore(rows: 1_000_000)
    private let prices = TokenPrices(input: 1_000_000, output: 3_000_000)
    private let runtimes: [UsageLimit]
    private let users: [UsageLimit]
    private let project: UsageLimit
    private let tenant: UsageLimit

    init() {
        // A request costs some hundred billionths; the limits are of use to a third of them or so.
        let size = Int64(Self.requests)
        runtimes = (0..<6).map {
            UsageLimit(UsageLimitID(.runtime, "r\($0)"), [.cost: size * 40, .inFlight: 400], per: .forever)
        }
        users = (0..<3).map { UsageLimit(UsageLimitID(.user, "u\($0)"), [.cost: size * 70, .requests: size / 5]) }
        project = UsageLimit(UsageLimitID(.project, "p"), cost: NanoDollars(nanos: size * 150))
        tenant = UsageLimit(UsageLimitID(.tenant, "t"), [.cost: size * 130, .tokens: size * 100])
    }

    @Test("requests that are left, broken off and crashed: spent + given ≤ limit, and the rows are the sums")
    func storm() async throws {
        let gateways = try (0..<3).map { try Gateway(name: "gateway-\($0)", self) }
        let (answered, tally) = (Counter(), Counter())
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            let threads = OwnThreads()
            for number in 0..<Self.requests {
                group.addTask(executorPreference: threads) {
                    let gateway = gateways[number % gateways.count]
                    if await gateway.ask(key: "key-\(Int.random(in: 0..<6))-\(Int.random(in: 0..<3))") { answered.add() }
                    if number % 50 == 0 { try? await gateway.book.flush() }
                    if number % 25 == 0 { try self.check() }
                    // In the midst of it, with hundreds under way there.
                    if tally.add() == Self.requests / 2 {
                        gateways[2].crash()
                        try await self.store.takeOver("gateway-2/next")
                    }
                }
            }
            try await group.waitForAll()
        }
        for gateway in gateways.prefix(2) {
            for _ in 0..<200 where !gateway.book.isSettled { try await gateway.book.flush(all: true) }
            try await gateway.book.flush(all: true)
        }
        // What the crashed one was still given while it went down.
        try await store.takeOver("gateway-2/next")
        try check()
        let rows = store.rows
        for account in store.accounts {
            let sums = store.sums(of: account)
            var charged = Amounts.zero
            for charge in rows.flatMap(\.charges) where charge.account == account { charged += charge.amounts }
            #expect(charged == sums.spent, "\(account)")
            #expect(sums.outstanding.isZero, "\(account) \(sums)")
        }
        #expect(Set(rows.map(\.id)).count == rows.count)
        let settlements = Dictionary(grouping: rows.filter { $0.meter == .model }, by: \.settlement).mapValues(\.count)
        let lost = rows.filter { $0.meter == .share }.count
        let billed = gateways.prefix(2).reduce(0) { $0 + $1.upstream.billed }
        let spent = store.accounts.filter { $0.budget == tenant.id }.reduce(NanoDollars.zero) { $0 + store.sums(of: $1).spent.cost }
        // What upstreams take for whole answers of gateways that live is in the books, to the billionth.
        let exact = rows.filter { $0.settlement == .exact && $0.subject.runtime != nil }
        #expect(exact.reduce(NanoDollars.zero) { $0 + $1.cost }.nanos >= billed)
        #expect(spent <= NanoDollars(nanos: tenant.limits[.cost] ?? 0))
        #expect(answered.value > Self.requests / 50 && answered.value < Self.requests)
        #expect(settlements[.exact, default: 0] > 0 && settlements[.estimated, default: 0] > 0 && lost > 0)
        print(
            "storm: \(Self.requests) requests in \(ContinuousClock.now - began), \(answered.value) answered whole,",
            "rows \(settlements.map { "\($0.key.rawValue): \($0.value)" }.sorted().joined(separator: ", ")), lost shares \(lost),",
            "spent \(spent) of \(NanoDollars(nanos: tenant.limits[.cost] ?? 0))")
    }

    /// At any moment.
    private func check() throws {
        let known = Dictionary((runtimes + users + [project, tenant]).map { ($0.id, $0.limits) }) { first, _ in first }
        for account in store.accounts {
            let sums = store.sums(of: account)
            for (unit, limit) in known[account.budget] ?? [:] where sums.spent[unit] + sums.outstanding[unit] > limit {
                Issue.record("\(account.budget) \(unit): \(sums.spent[unit]) + \(sums.outstanding[unit]) of \(limit)")
                throw CancellationError()
            }
        }
    }

    // MARK: the players

    private final class Counter: Sendable {
        private let count = Atomic(0)
        @discardableResult func add() -> Int { count.add(1, ordering: .relaxed).newValue }
        var value: Int { count.load(ordering: .relaxed) }
    }

    /// A gateway, its book, and its way to the store, which a crash cuts.
    private struct Gateway: Sendable {
        let book: UsageBook
        let upstream: Weather
        private let gateway: ModelGateway
        private let line: Line

        init(name: String, _ storm: GatewayStormTests) throws {
            let (line, upstream) = (Line(storm.store), Weather(storm.prices))
            let book = UsageBook(store: line, holder: name)
            let grants = (0..<6).flatMap { runtime in
                (0..<3).map { user in
                    ModelGrant(
                        id: "g\(runtime)\(user)", keyHash: Token.hash("key-\(runtime)-\(user)"),
                        subject: UsageSubject(tenant: "t", project: "p", user: "u\(user)", runtime: "r\(runtime)"))
                }
            }
            var policy = RoutePolicy()
            (policy.retries, policy.breaker) = (1, .never)
            policy.backoff = Backoff(initial: .milliseconds(1), cap: .milliseconds(1))
            let router = try ModelRouter([
                ModelRoute("m", [Deployment(nil, upstream, prices: storm.prices)], policy: policy)
            ])
            var admission = FairAdmission.Limits()
            (admission.waiting, admission.waitingEach, admission.underWay) = (100_000, 100_000, 100_000)
            gateway = ModelGateway(
                router: router, grants: InMemoryGrants(grants),
                budgets: InMemoryLimits(storm.runtimes + storm.users + [storm.project, storm.tenant]), book: book,
                admission: FairAdmission(admission))
            (self.book, self.upstream, self.line) = (book, upstream, line)
        }

        func crash() { line.cut() }

        /// - Returns: whether the answer came whole.
        func ask(key: String) async -> Bool {
            let isStreaming = Bool.random()
            let words = String(repeating: "x", count: .random(in: 1...200))
            let limit = Int.random(in: 1...60)
            let request = chat(
                #"{"model":"m","stream":\#(isStreaming),"max_tokens":\#(limit),"messages":[{"role":"user","content":"\#(words)"}]}"#,
                key: key)
            let asking = Task {
                let response = await gateway.respond(to: request)
                guard response.status == .ok else { return false }
                var text = ""
                for try await piece in response.body {
                    text += String(decoding: piece, as: UTF8.self)
                    // A client that leaves.
                    if isStreaming, Int.random(in: 0..<20) == 0 { return false }
                }
                return !isStreaming || text.contains("[DONE]")
            }
            if Int.random(in: 0..<10) == 0 {
                for _ in 0..<Int.random(in: 0...20) { await Task.yield() }
                asking.cancel()
            }
            return (try? await asking.value) ?? false
        }
    }

    /// The way to the store.
    private final class Line: ShareStore {
        private let store: MemoryShareStore
        private let isCut = Atomic(false)

        init(_ store: MemoryShareStore) { self.store = store }

        func cut() { isCut.store(true, ordering: .relaxed) }

        private func check() throws {
            if isCut.load(ordering: .relaxed) { throw Finding(.storage, "The process has crashed.") }
        }

        func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant] {
            try check()
            return try await store.share(wishes, to: holder)
        }
        func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant] {
            try check()
            return try await store.settle(settlement, from: holder)
        }
        func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)] {
            try check()
            return try await store.shares(of: holder)
        }
        func takeOver(_ holder: String) async throws {
            try check()
            try await store.takeOver(holder)
        }
    }

    /// Answers, refuses, breaks off; never more tokens than it may.
    private final class Weather: ModelUpstream {
        let name = "weather"
        private let prices: TokenPrices
        private let sum = Atomic<Int64>(0)

        init(_ prices: TokenPrices) { self.prices = prices }

        /// What it takes for whole answers that were read to their end, in billionths.
        var billed: Int64 { sum.load(ordering: .relaxed) }

        func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
            if Int.random(in: 0..<3) == 0 { await Task.yield() }
            let fate = Int.random(in: 0..<12)
            if fate == 0 { throw ModelError(.overloaded, "No room.") }
            if fate == 1 { throw ModelError(.truncated, "Gone.") }
            let tokens = Int.random(in: 0...(call.maxOutputTokens ?? call.request.maxOutputTokens ?? 1))
            let usage = TokenUsage(input: .random(in: 1...call.request.bytes.count), output: tokens)
            guard call.request.isStreaming else {
                bill(usage)
                return .whole(WholeAnswer(ModelAnswer(parts: [.text("Yes.")], usage: usage)))
            }
            let words: [[StreamEvent]] = Array(repeating: [.partDelta(0, .text("word "))], count: 4)
            let steps = Remaining(
                ([[.start(StreamStart()), .partStart(0, .text)]] + words + [[.partStop(0), .usage(usage), .finish(.stop)]])
                    .map { AnswerStep(events: $0) })
            let breaksOff = fate == 2
            return .stream(
                AnswerStream { [self] in
                    try Task.checkCancellation()
                    await Task.yield()
                    guard let step = steps.next() else {
                        bill(usage)
                        return nil
                    }
                    if breaksOff, step.usage != nil { throw ModelError(.truncated, "Torn.") }
                    return step
                })
        }

        private func bill(_ usage: TokenUsage) { sum.add(prices.cost(of: usage).nanos, ordering: .relaxed) }
    }
}

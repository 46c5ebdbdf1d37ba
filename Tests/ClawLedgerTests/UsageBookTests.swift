import ClawBase
import Testing

@testable import ClawLedger

@Suite("A budget book")
struct UsageBookTests {
    private let time = VirtualTime()
    private let store = MemoryShareStore()
    private var book: UsageBook { UsageBook(store: store, holder: "a", time: time) }

    private func call(_ id: Int = 0) -> UsageCall { UsageCall(id: "call-\(id)", subject: UsageSubject(), model: "m") }
    private func cents(_ count: Int64) -> NanoDollars { NanoDollars(nanos: count * 10_000_000) }

    @Test("of five calls of $0.15 at once against $0.45, three begin")
    func exactlyThree() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.project, "demo"), cost: cents(45)))
        let admitted = await withTaskGroup(of: UsageReservation?.self) { group in
            for index in 0..<5 {
                group.addTask {
                    try? await book.reserve(
                        SpendingBound(Amounts(cost: cents(15))), from: [budget], for: call(index))
                }
            }
            return await group.reduce(into: [UsageReservation]()) { all, one in if let one { all.append(one) } }
        }
        #expect(admitted.count == 3)
        for reservation in admitted { reservation.settle(UsageTokens(), cost: cents(15)) }
        try await book.flush(all: true)
        let sums = store.sums(of: UsageAccountID(budget.id, UsagePeriod(start: nil, end: nil)))
        #expect(sums.spent.cost == cents(45))
        #expect(sums.outstanding.isZero)
        #expect(store.rows.count == 3)
    }

    @Test("the answer is as long as the budget can bear, and the call is refused below the least")
    func clamped() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.user, "ann"), cost: cents(10)))
        // A cent for the input, a thousandth of a dollar per token of the answer.
        let bound = SpendingBound(
            fixed: Amounts(cost: cents(1)), nanosPerMillion: 1_000_000_000_000, wanted: 1000, least: 50)
        let first = try await book.reserve(bound, from: [budget], for: call(1))
        #expect(first.tokens == 90)
        let refusal = await #expect(throws: UsageRefusal.self) {
            try await book.reserve(bound, from: [budget], for: call(2))
        }
        #expect(refusal?.budget == budget.id)
        #expect(refusal?.needed == cents(6).nanos)
        #expect(refusal?.limit == cents(10).nanos)
        #expect(refusal?.isPassing == true)
        // Most of it was not needed after all.
        first.settle(UsageTokens(output: 10), cost: cents(2))
        time.advance(by: .seconds(1))
        let second = try await book.reserve(bound, from: [budget], for: call(3))
        #expect(second.tokens == 70)
        second.giveBack()
    }

    @Test("the narrowest of the levels decides, and a refusal says which, how much, and when it begins anew")
    func levels() async throws {
        let book = book
        let budgets = [
            UsageLimit(UsageLimitID(.runtime, "demo/r1"), cost: cents(50)),
            UsageLimit(UsageLimitID(.user, "ann"), cost: cents(20), per: .day(zone: "UTC")),
            UsageLimit(UsageLimitID(.tenant, "acme"), [.tokens: 1000]),
        ]
        let bound = SpendingBound(Amounts(cost: cents(15), tokens: 10))
        let first = try await book.reserve(bound, from: budgets, for: call(1))
        first.settle(UsageTokens(input: 10), cost: cents(15))
        let refusal = await #expect(throws: UsageRefusal.self) {
            try await book.reserve(bound, from: budgets, for: call(2))
        }
        #expect(
            refusal?.description
                == "The user ann has spent $0.15 of $0.2; this call needs $0.15. "
                + "The budget 'budget' begins anew at 2026-01-02T00:00:00Z.")
        #expect(refusal?.isPassing == false)
        time.advance(by: .hours(24))
        // What was refused left nothing set aside anywhere.
        let next = try await book.reserve(bound, from: budgets, for: call(3))
        next.giveBack()
        try await book.flush(all: true)
        for account in store.accounts { #expect(store.sums(of: account).outstanding.isZero) }
    }

    @Test("a call that began in one month is paid by that month")
    func period() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.tenant, "acme"), cost: cents(10), per: .month(zone: "UTC")))
        let old = try await book.reserve(SpendingBound(Amounts(cost: cents(10))), from: [budget], for: call(1))
        time.advance(by: .days(31))
        let new = try await book.reserve(SpendingBound(Amounts(cost: cents(10))), from: [budget], for: call(2))
        old.settle(UsageTokens(), cost: cents(9))
        new.settle(UsageTokens(), cost: cents(4))
        try await book.flush(all: true)
        let spent = store.accounts.map { (start: $0.period.start?.rfc3339(), spent: store.sums(of: $0).spent.cost) }
        #expect(spent.contains { $0.start == "2026-01-01T00:00:00Z" && $0.spent == cents(9) })
        #expect(spent.contains { $0.start == "2026-02-01T00:00:00Z" && $0.spent == cents(4) })
    }

    @Test("so many calls at a time, whatever they cost")
    func concurrency() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.key, "k"), [.inFlight: 2]))
        let bound = SpendingBound(Amounts(requests: 1, inFlight: 1))
        let first = try await book.reserve(bound, from: [budget], for: call(1))
        let second = try await book.reserve(bound, from: [budget], for: call(2))
        await #expect(throws: UsageRefusal.self) { try await book.reserve(bound, from: [budget], for: call(3)) }
        first.settle(UsageTokens(), cost: .zero)
        try await book.reserve(bound, from: [budget], for: call(4)).giveBack()
        second.giveBack()
    }

    @Test("requests and tokens per minute begin anew with the minute")
    func rates() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.key, "k", "rpm"), [.requests: 2], per: .minute))
        let bound = SpendingBound(Amounts(requests: 1))
        for index in 0..<2 {
            try await book.reserve(bound, from: [budget], for: call(index)).settle(UsageTokens(), cost: .zero)
        }
        await #expect(throws: UsageRefusal.self) { try await book.reserve(bound, from: [budget], for: call(2)) }
        time.advance(by: .seconds(60))
        try await book.reserve(bound, from: [budget], for: call(3)).giveBack()
    }

    @Test("a call that nobody settles counts in full and has a row that says so")
    func forfeited() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.user, "ann"), cost: cents(10)))
        _ = try await book.reserve(SpendingBound(Amounts(cost: cents(7))), from: [budget], for: call(1))
        try await book.flush()
        #expect(store.rows.map(\.settlement) == [.forfeited])
        #expect(store.rows.first?.cost == cents(7))
    }

    @Test("a call that cost more than was set aside is written as it was, and leaves nothing given out")
    func dearer() async throws {
        let (book, budget) = (book, UsageLimit(UsageLimitID(.user, "ann"), cost: cents(10)))
        let reservation = try await book.reserve(SpendingBound(Amounts(cost: cents(4))), from: [budget], for: call(1))
        reservation.settle(UsageTokens(), cost: cents(13))
        for _ in 0..<3 { try await book.flush(all: true) }
        let sums = store.sums(of: UsageAccountID(budget.id, UsagePeriod(start: nil, end: nil)))
        #expect(sums.spent.cost == cents(13))
        #expect(sums.outstanding.isZero)
        await #expect(throws: UsageRefusal.self) {
            try await book.reserve(SpendingBound(Amounts(cost: cents(1))), from: [budget], for: call(2))
        }
    }

    @Test("whatever a client put into the texts, the row is written; a limit that cannot be kept refuses the call")
    func texts() async throws {
        let book = book
        let long = String(repeating: "x\u{1F980}\n", count: 400)
        let call = UsageCall(id: "call", subject: UsageSubject(user: long), model: long)
        try await book.reserve(SpendingBound(Amounts(cost: cents(1))), from: [], for: call)
            .settle(UsageTokens(), cost: cents(1), deployment: long)
        try await book.flush()
        let row = try #require(store.rows.first)
        #expect(throws: Never.self) { try row.check() }
        #expect(row.item.hasPrefix("x\u{1F980}x") && row.item.utf8.count > 400 && row.subject.user == row.item)
        for name in ["a#b", "a@b", "a\nb", long] {
            let limit = UsageLimit(UsageLimitID(.user, "ann", name), cost: cents(1))
            await #expect(throws: Finding.self) {
                try await book.reserve(SpendingBound(Amounts(cost: cents(1))), from: [limit], for: call)
            }
        }
        let many = (0..<100).map { UsageLimit(UsageLimitID(.user, "ann", "l\($0)"), cost: cents(1)) }
        await #expect(throws: Finding.self) {
            try await book.reserve(SpendingBound(Amounts(cost: cents(1))), from: many, for: call)
        }
    }

    @Test("the soft limit is told once")
    func notice() async throws {
        let (told, telling) = AsyncStream<UsageNotice>.makeStream()
        let book = UsageBook(store: store, holder: "a", time: time) { telling.yield($0) }
        let budget = UsageLimit(UsageLimitID(.user, "ann"), cost: cents(10), softPercent: 80)
        for index in 0..<5 {
            try await book.reserve(SpendingBound(Amounts(cost: cents(2))), from: [budget], for: call(index))
                .settle(UsageTokens(), cost: cents(2))
        }
        telling.finish()
        var notices: [UsageNotice] = []
        for await notice in told { notices.append(notice) }
        #expect(notices.map(\.spent) == [cents(8).nanos])
    }

    @Test("accounts of minutes long past do not stay in memory")
    func pastPeriods() async throws {
        let limit = UsageLimit(UsageLimitID(.key, "k", "rpm"), [.requests: 2], per: .minute)
        for _ in 0..<10_050 {
            let account = UsageAccountID(limit.id, try limit.window.period(at: time.now))
            let wish = ShareWish(account, limits: limit.limits, wanted: Amounts(requests: 1), spare: .zero)
            _ = try await store.share([wish], to: "a")
            _ = try await store.settle(Settlement(returned: [account: Amounts(requests: 1)]), from: "a")
            time.advance(by: .seconds(60))
        }
        #expect(store.accounts.count < 2000)
    }

    @Test("an unlimited call is in the ledger all the same")
    func unlimited() async throws {
        let book = book
        try await book.reserve(SpendingBound(Amounts(cost: cents(7))), from: [], for: call(1))
            .settle(UsageTokens(input: 3, output: 4), cost: cents(1), deployment: "d")
        try await book.flush()
        #expect(store.rows.map(\.tokens.total) == [7])
    }
}

import ClawBase
import Synchronization
import Testing

@testable import ClawLedger

@Suite("Budgets shared by several processes")
struct SharedLimitsTests {
    @Test("never a billionth over, nothing lost, and the rows are the sums", arguments: [false, true])
    func race(storeFails: Bool) async throws {
        let time = VirtualTime()
        let store = MemoryShareStore()
        let flaky = FlakyShareStore(store, failures: storeFails ? 5 : 0)
        let books = (0..<3).map { UsageBook(store: flaky, holder: "gateway-\($0)", time: time) }
        let budgets = Self.budgets
        let admitted = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<30 {
                group.addTask {
                    let book = books[worker % 3]
                    for index in 0..<100 {
                        let (user, runtime) = (Int.random(in: 0..<3), Int.random(in: 0..<6))
                        let levels = [budgets.runtimes[runtime], budgets.users[user], budgets.project, budgets.tenant]
                        let bound = SpendingBound(
                            fixed: Amounts(cost: NanoDollars(nanos: .random(in: 1...1000)), requests: 1, inFlight: 1),
                            nanosPerMillion: .random(in: 0...5_000_000), wanted: .random(in: 1...500), least: 1)
                        let call = UsageCall(id: "\(worker)-\(index)", subject: UsageSubject(), model: "m")
                        guard let reservation = try? await book.reserve(bound, from: levels, for: call) else {
                            await Task.yield()
                            continue
                        }
                        if Int.random(in: 0..<4) == 0 { await Task.yield() }
                        switch Int.random(in: 0..<4) {
                        case 0: reservation.giveBack()
                        case 1: break  // never settled
                        default:
                            let tokens = Int64.random(in: 0...reservation.tokens)
                            let cost = bound.amounts(forTokens: tokens).cost
                            reservation.settle(UsageTokens(output: tokens), cost: cost)
                            admitted.add(cost)
                        }
                        if index % 10 == 0 { try? await book.flush() }
                        Self.check(store, budgets)
                    }
                }
            }
            try await group.waitForAll()
        }
        flaky.mend()
        for book in books { try await book.flush(all: true) }
        for book in books { try await book.flush(all: true) }
        Self.check(store, budgets)
        for account in store.accounts {
            let (spent, outstanding) = store.sums(of: account)
            #expect(outstanding.isZero, "given out for nothing: \(account)")
            var sum = Amounts.zero
            for charge in store.rows.flatMap(\.charges) where charge.account == account { sum += charge.amounts }
            #expect(sum == spent, "the rows are not the sum: \(account)")
        }
        #expect(Set(store.rows.map(\.id)).count == store.rows.count)
        let exact = store.rows.filter { $0.settlement == .exact }.reduce(NanoDollars.zero) { $0 + $1.cost }
        #expect(exact == admitted.sum)
        // The budgets were small enough to be used up.
        #expect(store.rows.count > 50)
    }

    private struct Budgets {
        var runtimes: [UsageLimit]
        var users: [UsageLimit]
        var project: UsageLimit
        var tenant: UsageLimit
        var all: [UsageLimit] { runtimes + users + [project, tenant] }
    }

    private static let budgets = Budgets(
        runtimes: (0..<6).map { UsageLimit(UsageLimitID(.runtime, "r\($0)"), [.cost: 100_000, .inFlight: 3]) },
        users: (0..<3).map { UsageLimit(UsageLimitID(.user, "u\($0)"), [.cost: 150_000, .requests: 500]) },
        project: UsageLimit(UsageLimitID(.project, "p"), cost: NanoDollars(nanos: 350_000)),
        tenant: UsageLimit(UsageLimitID(.tenant, "t"), [.cost: 300_000, .tokens: 100_000]))

    private static func check(_ store: MemoryShareStore, _ budgets: Budgets) {
        for budget in budgets.all {
            let sums = store.sums(of: UsageAccountID(budget.id, UsagePeriod(start: nil, end: nil)))
            for (unit, limit) in budget.limits {
                #expect(sums.spent[unit] + sums.outstanding[unit] <= limit, "\(budget.id) \(unit)")
            }
        }
    }
}

private final class Tally: Sendable {
    private let state = Mutex(NanoDollars.zero)
    func add(_ cost: NanoDollars) { state.withLock { $0 += cost } }
    var sum: NanoDollars { state.withLock { $0 } }
}

/// Fails now and then, before it has done anything or after.
private final class FlakyShareStore: ShareStore {
    private let base: MemoryShareStore
    private let odds: Mutex<Int>

    init(_ base: MemoryShareStore, failures percent: Int) {
        self.base = base
        odds = Mutex(percent)
    }

    func mend() { odds.withLock { $0 = 0 } }

    func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant] {
        try fail()
        let answer = try await base.share(wishes, to: holder)
        try fail()
        return answer
    }

    func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant] {
        try fail()
        let answer = try await base.settle(settlement, from: holder)
        try fail()
        return answer
    }

    func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)] {
        try fail()
        return try await base.shares(of: holder)
    }

    private func fail() throws {
        if Int.random(in: 0..<100) < odds.withLock({ $0 }) { throw Finding(.storage, "The store cannot be reached.") }
    }
}

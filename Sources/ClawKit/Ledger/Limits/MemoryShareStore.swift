public import ClawBase
import Synchronization

/// Budgets of one process, or of several within it: for tests, and where nothing has to outlive the process.
public final class MemoryShareStore: ShareStore {
    private struct State {
        var accounts: [UsageAccountID: ShareSums] = [:]
        var rows: [UsageRow] = []
        var known: Set<String> = []
        var lost: Set<String> = []
        var losses = 0
        /// The latest period that anybody asked for.
        var latest: Timestamp?
        /// With so many accounts those of periods long past are looked for.
        var mostAccounts = 10_000

        /// Each minute's accounts would otherwise stay for ever.
        mutating func prune() {
            guard accounts.count > mostAccounts, let latest else { return }
            accounts = accounts.filter { account, sums in
                !sums.shares.isEmpty || account.period.end.map { $0 + .days(1) > latest } ?? true
            }
            mostAccounts = max(10_000, accounts.count * 2)
        }

        mutating func lose(_ holder: String, at now: Timestamp) {
            lost.insert(holder)
            change(holder, at: now, isReturned: false) { $0.lose(holder) }
        }

        /// - Returns: whether it was lost, and is back.
        @discardableResult
        mutating func restore(_ holder: String, at now: Timestamp) -> Bool {
            guard lost.remove(holder) != nil else { return false }
            change(holder, at: now, isReturned: true) { $0.restore(holder) }
            return true
        }

        private mutating func change(
            _ holder: String, at now: Timestamp, isReturned: Bool, _ change: (inout ShareSums) -> Amounts?
        ) {
            for (account, before) in accounts {
                var sums = before
                guard let amounts = change(&sums) else { continue }
                accounts[account] = sums
                if amounts.isZero { continue }
                losses += 1
                rows.append(
                    .share(
                        id: "share-\(losses)", at: now, of: holder, [UsageCharge(account, amounts)],
                        isReturned: isReturned))
            }
        }
    }

    private let state = Mutex(State())
    private let longest: Int
    private let time: any TimeSource

    /// - Parameter rows: how many rows are kept; the oldest give way, their sums stay.
    public init(rows: Int = 100_000, time: some TimeSource = .system) { (longest, self.time) = (max(1, rows), time) }

    public func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant] {
        let now = time.now
        return try state.withLock { state in
            if state.restore(holder, at: now) { throw Finding.lostHolder }
            for start in wishes.compactMap(\.account.period.start) { state.latest = max(state.latest ?? start, start) }
            state.prune()
            return wishes.map { wish in
                var sums = state.accounts[wish.account] ?? ShareSums()
                let given = sums.give(wish, limits: wish.limits, to: holder)
                state.accounts[wish.account] = sums
                return ShareGrant(wish.account, given: given, sums)
            }
        }
    }

    public func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant] {
        let now = time.now
        return try state.withLock { state in
            if state.restore(holder, at: now) { throw Finding.lostHolder }
            var charges = SummedCharges()
            for row in settlement.rows where state.known.insert(row.id).inserted {
                state.rows.append(row)
                charges.add(row.charges)
            }
            for charge in charges.sums {
                state.accounts[charge.account, default: ShareSums()].spent += charge.total
                state.accounts[charge.account]?.takeBack(charge.taken, from: holder)
            }
            for (account, amounts) in settlement.returned { state.accounts[account]?.takeBack(amounts, from: holder) }
            if state.rows.count > longest + longest / 8 {
                let old = state.rows.prefix(state.rows.count - longest)
                state.known.subtract(old.map(\.id))
                state.rows.removeFirst(old.count)
            }
            return settlement.accounts.map { ShareGrant($0, state.accounts[$0] ?? ShareSums()) }
        }
    }

    public func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)] {
        let now = time.now
        return state.withLock { state in
            state.restore(holder, at: now)
            return state.accounts.compactMap { account, sums in sums.shares[holder].map { (account, $0) } }
        }
    }

    public func takeOver(_ holder: String) async throws {
        let now = time.now
        state.withLock { state in
            let others = Set(state.accounts.values.flatMap(\.shares.keys)).filter { ShareHolder.isOther($0, of: holder) }
            for other in others { state.lose(other, at: now) }
        }
    }

    /// The rows that are kept, in the order they were written.
    public var rows: [UsageRow] { state.withLock { $0.rows } }

    /// Spent of an account, and given out of it.
    public func sums(of account: UsageAccountID) -> ShareSums {
        state.withLock { $0.accounts[account] ?? ShareSums() }
    }

    /// All accounts there are.
    public var accounts: [UsageAccountID] { state.withLock { Array($0.accounts.keys) } }
}

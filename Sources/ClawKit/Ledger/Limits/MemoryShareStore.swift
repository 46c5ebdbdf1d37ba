import ClawBase
import Synchronization

/// Budgets of one process, or of several within it: for tests, and where nothing has to outlive the process.
public final class MemoryShareStore: ShareStore {
    private struct Sums {
        var spent = Amounts.zero
        var shares: [String: Amounts] = [:]
        var outstanding: Amounts { shares.values.reduce(.zero, +) }

        /// Never below nothing: a call that cost more than was given for it takes no other's share.
        mutating func take(_ amounts: Amounts, from holder: String) {
            guard var share = shares[holder] else { return }
            for unit in UsageUnit.allCases { share[unit] = max(0, share[unit].addingSaturated(-amounts[unit])) }
            shares[holder] = share.isZero ? nil : share
        }
    }

    private struct State {
        var accounts: [UsageAccountID: Sums] = [:]
        var rows: [UsageRow] = []
        var known: Set<String> = []
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
    }

    private let state = Mutex(State())
    private let longest: Int

    /// - Parameter rows: how many rows are kept; the oldest give way, their sums stay.
    public init(rows: Int = 100_000) { longest = max(1, rows) }

    public func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant] {
        state.withLock { state in
            for start in wishes.compactMap(\.account.period.start) { state.latest = max(state.latest ?? start, start) }
            state.prune()
            return wishes.map { wish in
                var sums = state.accounts[wish.account] ?? Sums()
                let outstanding = sums.outstanding
                var given = Amounts.zero
                for (unit, limit) in wish.limits {
                    let left = limit.addingSaturated(-sums.spent[unit]).addingSaturated(-outstanding[unit])
                    given[unit] = ShareSize.given(wanted: wish.wanted[unit], spare: wish.spare[unit], left: left)
                }
                sums.shares[holder, default: .zero] += given
                state.accounts[wish.account] = sums
                return ShareGrant(wish.account, given: given, spent: sums.spent, outstanding: sums.outstanding)
            }
        }
    }

    public func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant] {
        state.withLock { state in
            var touched: Set<UsageAccountID> = []
            for row in settlement.rows where state.known.insert(row.id).inserted {
                state.rows.append(row)
                for charge in row.charges {
                    touched.insert(charge.account)
                    state.accounts[charge.account, default: Sums()].spent += charge.amounts
                    state.accounts[charge.account]?.take(charge.amounts, from: holder)
                }
            }
            for (account, amounts) in settlement.returned {
                touched.insert(account)
                state.accounts[account]?.take(amounts, from: holder)
            }
            if state.rows.count > longest + longest / 8 {
                let old = state.rows.prefix(state.rows.count - longest)
                state.known.subtract(old.map(\.id))
                state.rows.removeFirst(old.count)
            }
            return touched.map { account in
                let sums = state.accounts[account] ?? Sums()
                return ShareGrant(account, spent: sums.spent, outstanding: sums.outstanding)
            }
        }
    }

    public func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)] {
        state.withLock { state in
            state.accounts.compactMap { account, sums in sums.shares[holder].map { (account, $0) } }
        }
    }

    /// The rows that are kept, in the order they were written.
    public var rows: [UsageRow] { state.withLock { $0.rows } }

    /// Spent of an account, and given out of it.
    public func sums(of account: UsageAccountID) -> (spent: Amounts, outstanding: Amounts) {
        state.withLock { state in
            let sums = state.accounts[account]
            return (sums?.spent ?? .zero, sums?.outstanding ?? .zero)
        }
    }

    /// All accounts there are.
    public var accounts: [UsageAccountID] { state.withLock { Array($0.accounts.keys) } }
}

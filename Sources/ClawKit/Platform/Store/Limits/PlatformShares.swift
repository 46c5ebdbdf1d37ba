public import ClawBase
public import ClawLedger
import Synchronization

/// Shares of limits, and what was spent of them, in a ``PlatformStore``: durable where the store is, and shared by all
/// processes that share it.
///
///     let shares = PlatformShares(store)
///     let book = UsageBook(store: shares, holder: "gateway-1")
///     group.addTask { try await shares.run() }     // renews this process's lease, finds who is lost
///     group.addTask { try await book.run() }
///
/// Each call is one commit. Limits that the store has as records (``PlatformStore/setLimit(_:)``) hold as they stand there;
/// others as the asking process knows them. An account is forgotten once its period has been over for as long as it
/// lasted, and for an hour at least; the rows stay.
///
/// A process that holds shares has a lease. When it runs out, what the process held counts as spent, and a row with the
/// meter `share` says so; when it speaks again, that is taken back by another row. For a week; after that it is as if
/// it had been spent.
public final class PlatformShares: ShareStore {
    public struct Options: Sendable {
        /// Who holds shares and is not heard of for so long is lost.
        public var lease = Duration.seconds(30)
        /// So long a lost process may come back.
        public var memory = Duration.days(7)

        public init() {}
    }

    let store: any PlatformStore
    let options: Options
    let time: any TimeSource

    struct State {
        /// The holders that this process stands for, and when they were last renewed.
        var renewed: [String: Timestamp] = [:]
        /// Limits that have new accounts, and so perhaps old ones.
        var grown: Set<UsageLimitID> = []
    }
    let state = Mutex(State())

    public init(_ store: some PlatformStore, options: Options = Options(), time: some TimeSource = .system) {
        (self.store, self.options, self.time) = (store, options, time)
    }

    // MARK: a holder's business

    public func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant] {
        let now = time.now
        let keys = wishes.flatMap {
            [RecordKey(AccountSums.kind, $0.account.key), RecordKey(UsageLimit.kind, $0.account.budget.key)]
        }
        let (grants, new): ([ShareGrant], [UsageAccountID]) = try await commit(holder, keys) { rows, presence in
            var accounts = AccountChanges(rows)
            let grants = try wishes.map { wish in
                let declared = try rows.get(UsageLimit.self, wish.account.budget.key)?.record.limits
                return try accounts.change(wish.account) { sums in
                    let given = sums.give(wish, limits: declared ?? wish.limits, to: holder)
                    return ShareGrant(wish.account, given: given, sums)
                }
            }
            if accounts.changes.isEmpty { return (RecordWrites(), (grants, [])) }
            // Written whether or not it is due: nobody takes a holder's row away that was given something meanwhile.
            return (RecordWrites(accounts.changes + [presence.renewal]), (grants, accounts.created))
        }
        state.withLock { state in
            state.renewed[holder] = now
            state.grown.formUnion(new.map(\.budget))
        }
        return grants
    }

    public func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant] {
        let now = time.now
        let isDue = state.withLock { $0.renewed[holder].map { now - $0 >= options.lease / 4 } ?? false }
        let accounts = Array(settlement.accounts)
        let keys = accounts.map { RecordKey(AccountSums.kind, $0.key) }
        let grants = try await commit(holder, keys, usage: settlement.rows.map(\.id)) { rows, presence in
            var (changes, known, new) = (AccountChanges(rows), rows.usage, [UsageRow]())
            for row in settlement.rows where known.insert(row.id).inserted {
                new.append(row)
                for charge in row.charges {
                    // Of what was forgotten no new sum begins: the row says it all.
                    if rows.row(AccountSums.kind, charge.account.key) == nil, charge.account.isOver(at: now) { continue }
                    try changes.change(charge.account) { $0.charge(charge.amounts, to: holder) }
                }
            }
            for (account, amounts) in settlement.returned {
                try changes.change(account) { $0.takeBack(amounts, from: holder) }
            }
            let grants = try accounts.map { ShareGrant($0, try changes.sums(of: $0)) }
            var writes = RecordWrites(changes.changes, usage: new)
            if isDue, presence.isKnown { writes.changes.append(presence.renewal) }
            return (writes, grants)
        }
        if isDue { state.withLock { $0.renewed[holder] = now } }
        return grants
    }

    public func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)] {
        if let known = try await store.get(ShareHolderRecord.self, holder), known.record.state != .live {
            try await restore(holder)
        }
        var (found, after) = ([(account: UsageAccountID, amounts: Amounts)](), String?.none)
        repeat {
            let page = try await store.list(AccountSums.self, index: (AccountSums.shareIndex, holder), after: after)
            found += page.compactMap { page in page.record.sums.shares[holder].map { (page.record.account, $0) } }
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        return found
    }

    // MARK: one commit

    /// What the store knows of a holder, as a commit finds it.
    struct Presence {
        let found: Versioned<ShareHolderRecord>?
        let holder: String
        var isKnown: Bool { found != nil }

        var renewal: RecordChange {
            guard var found else { return .create(ShareHolderRecord(holder)) }
            found.record.renewals += 1
            return .replace(found)
        }
    }

    /// The holder was taken for lost.
    private struct Absent: Error {}

    /// Decides while nobody else can, and while the holder counts as living.
    private func commit<R: Sendable>(
        _ holder: String, _ keys: [RecordKey], usage ids: [String] = [],
        _ decide: @escaping @Sendable (RecordRows, Presence) throws -> (RecordWrites, R)
    ) async throws -> R {
        do {
            return try await retrying { [store] in
                try await store.commit(over: [RecordKey(ShareHolderRecord.kind, holder)] + keys, usage: ids) { rows in
                    let found = try rows.get(ShareHolderRecord.self, holder)
                    if let found, found.record.state != .live { throw Absent() }
                    return try decide(rows, Presence(found: found, holder: holder))
                }.result
            }
        } catch is Absent {
            try await restore(holder)
            throw Finding.lostHolder
        }
    }

    /// Where two make the same account at once one of them begins again.
    func retrying<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
        var attempt = 1
        while true {
            do { return try await body() } catch let finding as Finding
                where [.alreadyExists, .stale, .notFound].contains(finding.code) && attempt < Self.attempts
            {
                attempt += 1
                try Task.checkCancellation()
            }
        }
    }

    private static let attempts = 20
}

/// Accounts that a commit changes. Those that are not there yet begin with nothing.
struct AccountChanges {
    private let rows: RecordRows
    private var accounts: [UsageAccountID: (found: Versioned<AccountSums>?, sums: ShareSums)] = [:]

    init(_ rows: RecordRows) { self.rows = rows }

    mutating func change<R>(_ account: UsageAccountID, _ body: (inout ShareSums) -> R) throws -> R {
        var entry = try entry(account)
        let result = body(&entry.sums)
        accounts[account] = entry
        return result
    }

    func sums(of account: UsageAccountID) throws -> ShareSums { try entry(account).sums }

    private func entry(_ account: UsageAccountID) throws -> (found: Versioned<AccountSums>?, sums: ShareSums) {
        if let known = accounts[account] { return known }
        let found = try rows.get(AccountSums.self, account.key)
        return (found, found?.record.sums ?? ShareSums())
    }

    var created: [UsageAccountID] { accounts.filter { $0.value.found == nil && $0.value.sums != ShareSums() }.map(\.key) }

    /// Only where something has changed.
    var changes: [RecordChange] {
        accounts.compactMap { account, entry in
            guard var found = entry.found else {
                return entry.sums == ShareSums() ? nil : .create(AccountSums(account, entry.sums))
            }
            guard found.record.sums != entry.sums else { return nil }
            found.record.sums = entry.sums
            return .replace(found)
        }
    }
}

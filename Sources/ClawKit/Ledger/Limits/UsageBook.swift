public import ClawBase
import DequeModule
import Synchronization

/// One process's account of budgets: calls reserve before they begin and settle when they have ended.
///
///     let book = UsageBook(store: MemoryShareStore(), holder: "gateway-1")
///     let reservation = try await book.reserve(bound, from: budgets, for: call)
///     … the call, with an answer of at most reservation.tokens …
///     reservation.settle(tokens, cost: cost, deployment: "gpt-4o@eu")
///
/// As long as its shares last nothing is awaited; ``run()`` tells the store what was used, some times a second and only
/// when there is something to tell.
public final class UsageBook: Sendable {
    public struct Options: Sendable {
        /// Rows wait at most this long before they are written.
        public var flush = Duration.milliseconds(200)
        /// A share that nobody touched for so long goes back to the store.
        public var idle = Duration.seconds(1)
        /// A budget that was found empty is taken to be so for this long.
        public var emptiness = Duration.milliseconds(100)
        /// So many rows may wait while the store cannot be reached; beyond them no call begins.
        public var longestBacklog = 100_000

        public init() {}
    }

    struct State {
        /// Of each budget the account of its present period.
        var present: [UsageLimitID: UsageAccount] = [:]
        /// Those of periods that are over, with calls still under way.
        var former: [UsageAccountID: UsageAccount] = [:]
        var rows: Deque<UsageRow> = []
        /// What the store answered to the last request for shares is not known.
        var isUncertain = false

        var accounts: [UsageAccountID] { present.values.map(\.id) + former.keys }

        subscript(_ id: UsageAccountID) -> UsageAccount? {
            get { present[id.budget].flatMap { $0.id == id ? $0 : nil } ?? former[id] }
            set {
                if present[id.budget]?.id == id { present[id.budget] = newValue } else { former[id] = newValue }
            }
        }

        /// Changes an account where it stands, if it is there.
        mutating func change(_ id: UsageAccountID, _ body: (inout UsageAccount) -> Void) {
            if let place = present.index(forKey: id.budget), present.values[place].id == id {
                body(&present.values[place])
            } else if let place = former.index(forKey: id) {
                body(&former.values[place])
            }
        }
    }

    let store: any ShareStore
    let holder: String
    let time: any TimeSource
    let options: Options
    let state = Mutex(State())
    /// With the store only one thing happens at a time.
    let turns = Turns()
    let wake = Signal()
    let onNotice: @Sendable (UsageNotice) -> Void

    /// - Parameters:
    ///   - holder: this process's name among those that share the store. ``run()`` ends what an earlier process of the
    ///     name held and has not settled: it counts as spent.
    ///   - onNotice: called when a budget reaches its soft limit; it must not block.
    public init(
        store: some ShareStore, holder: String, time: some TimeSource = .system, options: Options = Options(),
        onNotice: @escaping @Sendable (UsageNotice) -> Void = { _ in }
    ) {
        (self.store, self.time, self.options, self.onNotice) = (store, time, options, onNotice)
        self.holder = ShareHolder.incarnation(of: holder)
    }

    /// Sets aside what a call can take at the most, of all budgets or of none.
    ///
    /// - Parameters:
    ///   - budgets: of the key, the runtime, the user, the project, the tenant: whoever has one. None: nothing is limited.
    ///   - call: what the ledger's row says of it.
    /// - Throws: ``UsageRefusal`` where a budget cannot bear the least; ``Finding`` where the store cannot be asked, or
    ///   for a window's unknown time zone; `CancellationError`.
    public func reserve(
        _ bound: SpendingBound, from budgets: [UsageLimit], for call: UsageCall
    ) async throws -> UsageReservation {
        var turn = try attempt(bound, budgets, call, takesLess: false)
        if case .reserved(let reservation) = turn { return reservation }
        try await turns.take {
            // Somebody before us in the queue may have brought enough for us too.
            turn = try attempt(bound, budgets, call, takesLess: false)
            guard case .short(let wishes) = turn else { return }
            try await bring(wishes)
            turn = try attempt(bound, budgets, call, takesLess: true)
        }
        switch turn {
        case .reserved(let reservation): return reservation
        case .refused(let refusal): throw refusal
        case .short: throw Finding(.internalError, "A budget's shares were neither given nor refused.")
        }
    }

    private enum Turn {
        case reserved(UsageReservation)
        case short([ShareWish])
        case refused(UsageRefusal)
    }

    /// - Parameter takesLess: whether what there is will do, down to the least.
    private func attempt(
        _ bound: SpendingBound, _ budgets: [UsageLimit], _ call: UsageCall, takesLess: Bool
    ) throws -> Turn {
        let now = time.now
        guard budgets.count <= UsageRow.mostCharges else {
            throw Finding(
                .badConfig,
                "\(budgets.count) limits hold for one call; at most \(UsageRow.mostCharges) can. Take some of them away.")
        }
        return try state.withLock { state in
            guard state.rows.count < options.longestBacklog else {
                throw Finding(
                    .storage, "The ledger cannot be written and too much waits for it; try again when its store is back.")
            }
            var (wishes, tokens) = ([ShareWish](), bound.wanted)
            var accounts: [UsageAccountID] = []
            accounts.reserveCapacity(budgets.count)
            for budget in budgets {
                let account = try state.enter(budget, now)
                accounts.append(account.id)
                let count = account.affordableTokens(bound)
                let isEmpty = account.emptyUntil.map { now < $0 } ?? false
                if let count, count == bound.wanted || takesLess || isEmpty {
                    tokens = min(tokens, count)
                } else if count == nil, takesLess || isEmpty {
                    return .refused(account.refusal(bound, account.shortUnit(bound) ?? .cost))
                } else {
                    wishes.append(account.wish(for: bound))
                }
            }
            guard wishes.isEmpty else { return .short(wishes) }
            let amounts = bound.amounts(forTokens: tokens)
            for id in accounts { state.change(id) { $0.reserve(amounts, now: now) } }
            return .reserved(UsageReservation(self, call, accounts, amounts, tokens: tokens))
        }
    }

    /// Asks the store for shares and notes what it gives. Not to be cut short: what it gave would be lost.
    private func bring(_ wishes: [ShareWish]) async throws {
        if state.withLock({ $0.isUncertain }) { try await tell(all: false) }
        let (store, holder) = (store, holder)
        do {
            let grants = try await shieldedFromCancellation { try await store.share(wishes, to: holder) }
            let now = time.now
            state.withLock { state in
                for (grant, wish) in zip(grants, wishes) {
                    let isEnough = UsageUnit.allCases.allSatisfy { grant.given[$0] >= wish.wanted[$0] }
                    state[grant.account]?.note(grant, emptyUntil: isEnough ? nil : now + options.emptiness)
                }
            }
        } catch {
            state.withLock { $0.isUncertain = true }
            // What it has given all the same is found out.
            wake.raise()
            throw error
        }
        try Task.checkCancellation()
    }

    /// A reservation's end: `row` is nil where nothing was used.
    func settle(_ reservation: UsageReservation, _ row: UsageRow?) {
        var row = row
        let used = row.map { Amounts(cost: $0.cost, tokens: $0.tokens.total, requests: 1) } ?? .zero
        let notices = state.withLock { state in
            var notices: [UsageNotice] = []
            for id in reservation.accounts {
                state.change(id) { account in
                    account.settle(reserved: reservation.amounts, used: used)
                    row?.charges.append(UsageCharge(id, account.limited(used)))
                    if let notice = account.takeNotice() { notices.append(notice) }
                }
            }
            if let row { state.rows.append(row.fitted) }
            return notices
        }
        for notice in notices { onNotice(notice) }
        wake.raise()
    }
}

extension UsageBook.State {
    /// The account of a budget's present period; the limits are those just given.
    mutating func enter(_ budget: UsageLimit, _ now: Timestamp) throws -> UsageAccount {
        if var account = present[budget.id], account.id.period.contains(now), account.budget.window == budget.window {
            if account.budget != budget {
                account.budget = budget
                present[budget.id] = account
            }
            return account
        }
        guard budget.id.isKeepable else {
            throw Finding(
                .badConfig,
                "The limit '\(budget.id.key.prefix(80))' has a name that the ledger cannot keep; shorten it, and leave out "
                    + "'#', '@' and control characters.")
        }
        let account = UsageAccount(budget, try budget.window.period(at: now), now: now)
        if let old = present[budget.id], !(old.isSettled && old.share.isZero) { former[old.id] = old }
        // A clock that was put back finds its old account again.
        present[budget.id] = former.removeValue(forKey: account.id) ?? account
        return present[budget.id] ?? account
    }
}

public import ClawBase
public import ClawLedger

extension PlatformStore {
    /// The budgets of a scope.
    public func budgets(of scope: BudgetScope) async throws -> [Versioned<Budget>] {
        try await list(Budget.self, index: (Budget.scopeIndex, scope.description))
    }

    /// The budgets that limit what a subject spends, those of the narrowest scope first.
    public func budgets(for subject: UsageSubject) async throws -> [Versioned<Budget>] {
        var found: [Versioned<Budget>] = []
        for scope in subject.scopes { found += try await budgets(of: scope) }
        return found
    }

    /// Takes an amount out of several budgets, or out of none of them; whoever else does so at once, in this process or
    /// another, no budget is overdrawn.
    /// - Parameters:
    ///   - id: of the reservation; who asks again after an answer was lost gets `E_EXISTS` where it was granted.
    ///   - holder: who will spend it.
    ///   - expiry: when it should have been settled.
    /// - Throws: ``Finding``: `E_BUDGET` with `details` (`budget`, `level`, `spent`, `reserved`, `asked`, `limitCost`?,
    ///   `limitTokens`?, `resetsAt`?); `E_NOT_FOUND` where a budget is gone; `E_INVALID` for a negative amount.
    public func reserve(
        _ amount: Spending, from budgets: [String], holder: String, id: String? = nil, expiry: Timestamp,
        at now: Timestamp
    ) async throws -> Reservation {
        guard !amount.isNegative else {
            throw Finding(.invalid, "Less than nothing cannot be reserved; give an amount from 0.", field: "amount")
        }
        let keys = Set(budgets).sorted()
        let reservation = Reservation(
            id: id, amount, from: keys, holder: holder, createdAt: now, expiresAt: expiry)
        return try await commit(over: keys.map { RecordKey(Budget.kind, $0) }) { rows in
            var writes = RecordWrites([.create(reservation)])
            for key in keys {
                var budget = try rows.require(Budget.self, key)
                try budget.record.reserve(amount, at: now)
                writes.changes.append(.replace(budget))
            }
            return (writes, reservation)
        }.result
    }

    /// Spends of a reservation: the entries go into the ledger, charged to its budgets, and what was reserved becomes
    /// spent, in one commit. What is neither spent nor kept is free again.
    /// - Parameters:
    ///   - usage: each entry's own `budgets` do not count. An entry of a time before a budget's present period is moved
    ///     to the period's start, so that the sum of a period's entries is what was spent in it.
    ///   - rest: what stays reserved; zero ends the reservation.
    ///   - allowsExcess: whether more may be spent than was reserved (of what a budget limits). Only then can one be
    ///     overdrawn.
    /// - Returns: the entries as they stand in the ledger.
    /// - Throws: ``Finding``: `E_NOT_FOUND` where the reservation was settled already; `E_OVERSPENT`; `E_EXISTS` where
    ///   one of the entries is in the ledger; `E_INVALID`.
    @discardableResult
    public func settle(
        _ reservation: String, _ usage: [UsageEntry], keeping rest: Spending = .zero, allowsExcess: Bool = false,
        at now: Timestamp
    ) async throws -> [UsageEntry] {
        guard !rest.isNegative else {
            throw Finding(.invalid, "Less than nothing cannot stay reserved; give an amount from 0.", field: "rest")
        }
        // Its budgets do not change: reading them before is no race.
        let budgets = try await require(Reservation.self, reservation).record.budgets
        let keys = budgets.map { RecordKey(Budget.kind, $0) } + [RecordKey(Reservation.kind, reservation)]
        return try await commit(over: keys) { rows in
            var held = try rows.require(Reservation.self, reservation)
            let spent = try Spending(usage)
            // A budget that was deleted meanwhile has nothing left to note.
            var charged = try budgets.compactMap { try rows.get(Budget.self, $0) }
            let isCovered = try spent.plus(rest).isWithin(held.record.amount, where: charged.map(\.record.limit))
            guard rest.isWithin(held.record.amount), isCovered || allowsExcess else {
                throw Finding(
                    .overspent,
                    "\(spent) were spent and \(rest) kept of \(held.record.amount) reserved; reserve more before.",
                    details: ["reservation": reservation])
            }
            let given = try held.record.amount.minus(rest)
            // One moment for all, before which no period of theirs begins, whatever this process's clock says.
            let moment = (usage.map(\.at) + charged.map(\.record.periodStart)).reduce(now, max)
            for index in charged.indices {
                try charged[index].record.roll(to: moment)
                try charged[index].record.settle(given, spending: spent)
            }
            let earliest = charged.map(\.record.periodStart).max() ?? now
            var writes = RecordWrites(charged.map { .replace($0) })
            writes.usage = usage.map { $0.charged(to: budgets, at: max($0.at, earliest)) }
            if rest == .zero {
                writes.changes.append(.delete(Reservation.kind, key: reservation, version: nil))
            } else {
                held.record.amount = rest
                writes.changes.append(.replace(held))
            }
            return (writes, writes.usage)
        }.result
    }

    /// Gives a reservation back of which nothing was spent.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func release(_ reservation: String, at now: Timestamp) async throws {
        try await settle(reservation, [], at: now)
    }

    /// What somebody has reserved and not settled: of a holder that is lost, what it may have spent.
    public func reservations(of holder: String, limit: Int = 1000) async throws -> [Versioned<Reservation>] {
        try await list(Reservation.self, index: (Reservation.holderIndex, holder), limit: limit)
    }

    /// Holds a budget against the ledger and its reservations.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`; `E_STALE` where it changes too quickly to be looked at).
    public func reconcile(_ budget: String) async throws -> Reconciliation {
        for _ in 0..<20 {
            let found = try await require(Budget.self, budget)
            let total = try await total(UsageQuery(from: found.record.periodStart, budget: budget))
            var held = Spending.zero
            var after: String?
            repeat {
                let page = try await list(Reservation.self, index: (Reservation.budgetIndex, budget), after: after)
                for reservation in page { held = try held.plus(reservation.record.amount) }
                after = page.count == 1000 ? page.last?.record.key : nil
            } while after != nil
            guard try await require(Budget.self, budget).version == found.version else { continue }
            let tokens = total.tokens.input + total.tokens.output
            return Reconciliation(
                budget: found.record, entries: Spending(cost: total.cost, tokens: tokens), reservations: held)
        }
        throw Finding.staleRecord(Budget.kind, budget, version: 0)
    }
}

/// A budget beside what it says it is the sum of.
public struct Reconciliation: Sendable, Hashable {
    public let budget: Budget
    /// The sum of the ledger's entries that were charged to it in its present period.
    public let entries: Spending
    /// The sum of its reservations.
    public let reservations: Spending

    public var isExact: Bool { budget.spent == entries && budget.reserved == reservations }
}

import ClawBase

/// What one process knows and holds of one budget in one period. Pure: the book takes it under its lock.
///
/// `used + reserved ≤ share`, always, but for calls that turned out dearer than was reserved for them.
struct UsageAccount: Sendable {
    let id: UsageAccountID
    var budget: UsageLimit
    /// What the store has given to this process and has not been told to be used up.
    var share = Amounts.zero
    /// Used by calls that have ended, and not told to the store yet.
    var used = Amounts.zero
    /// Set aside for calls under way.
    var reserved = Amounts.zero
    /// As the store last said: spent by all, and given out to all.
    var spentByAll = Amounts.zero
    var givenToAll = Amounts.zero
    /// When somebody last reserved.
    var touched: Timestamp
    /// The store had no more to give: until then only who cannot go on without asks again.
    var emptyUntil: Timestamp?
    var noticed = false

    init(_ budget: UsageLimit, _ period: UsagePeriod, now: Timestamp) {
        id = UsageAccountID(budget.id, period)
        self.budget = budget
        touched = now
    }

    var available: Amounts { share - used - reserved }

    /// How many tokens of answer the share can bear: nil where not even the least.
    func affordableTokens(_ bound: SpendingBound) -> Int64? {
        var tokens = bound.wanted
        for unit in UsageUnit.allCases where budget.limits[unit] != nil {
            guard let count = bound.affordable(available[unit], unit), count >= bound.least else { return nil }
            tokens = min(tokens, count)
        }
        return tokens
    }

    /// What it lacks for so many tokens of answer.
    func shortage(_ bound: SpendingBound, forTokens count: Int64) -> Amounts {
        let needed = bound.amounts(forTokens: count)
        var short = Amounts.zero
        for unit in UsageUnit.allCases where budget.limits[unit] != nil {
            short[unit] = max(0, needed[unit].addingSaturated(-available[unit]))
        }
        return short
    }

    /// The unit of which there is not enough for the least.
    func shortUnit(_ bound: SpendingBound) -> UsageUnit? {
        let short = shortage(bound, forTokens: bound.least)
        return UsageUnit.allCases.first { short[$0] > 0 }
    }

    /// What would be enough for the answer as it is wanted, and for some more calls like it.
    func wish(for bound: SpendingBound) -> ShareWish {
        let wanted = shortage(bound, forTokens: bound.wanted)
        var spare = Amounts.zero
        for (unit, limit) in budget.limits where wanted[unit] > 0 { spare[unit] = unit == .inFlight ? 4 : limit / 64 }
        return ShareWish(id, limits: budget.limits, wanted: wanted, spare: spare)
    }

    mutating func note(_ grant: ShareGrant, emptyUntil: Timestamp?) {
        share += grant.given
        (spentByAll, givenToAll) = (grant.spent, grant.outstanding)
        self.emptyUntil = emptyUntil
    }

    mutating func reserve(_ amounts: Amounts, now: Timestamp) {
        reserved += limited(amounts)
        touched = now
    }

    mutating func settle(reserved amounts: Amounts, used actual: Amounts) {
        reserved -= limited(amounts)
        // A place among the calls at a time is given back, not used up.
        var actual = limited(actual)
        actual.inFlight = 0
        used += actual
    }

    /// Only the units that this budget limits are counted.
    func limited(_ amounts: Amounts) -> Amounts {
        var counted = Amounts.zero
        for unit in UsageUnit.allCases where budget.limits[unit] != nil { counted[unit] = amounts[unit] }
        return counted
    }

    func refusal(_ bound: SpendingBound, _ unit: UsageUnit) -> UsageRefusal {
        let spent = spentByAll[unit].addingSaturated(used[unit])
        // What others hold, and what is reserved here.
        let others = max(0, givenToAll[unit].addingSaturated(-share[unit]))
        return UsageRefusal(
            id.budget, unit, limit: budget.limits[unit] ?? 0, spent: spent,
            reserved: others.addingSaturated(reserved[unit]), needed: bound.amounts(forTokens: bound.least)[unit],
            resetsAt: id.period.end)
    }

    /// Whether the soft limit has just been reached.
    mutating func takeNotice() -> UsageNotice? {
        guard let percent = budget.softPercent, !noticed else { return nil }
        for (unit, limit) in budget.limits where unit != .inFlight {
            let spent = spentByAll[unit].addingSaturated(used[unit])
            if Int128(spent) * 100 >= Int128(limit) * Int128(percent) {
                noticed = true
                return UsageNotice(account: id, unit: unit, limit: limit, spent: spent)
            }
        }
        return nil
    }

    /// Nothing is under way, nothing is to be told.
    var isQuiet: Bool { used.isZero && share == reserved }
    var isSettled: Bool { used.isZero && reserved.isZero }
}

/// A budget has reached the part of its limit at which its owner wants to hear of it; told once in each period, by each
/// process that notices.
public struct UsageNotice: Sendable, Hashable {
    public var account: UsageAccountID
    public var unit: UsageUnit
    public var limit: Int64
    public var spent: Int64
}

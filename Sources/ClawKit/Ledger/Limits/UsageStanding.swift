public import ClawBase
import Synchronization

/// How a budget stands in its present period, as far as this process knows.
public struct UsageStanding: Sendable, Hashable {
    public var limit: UsageLimit
    /// Spent, and set aside for calls under way here.
    public var taken: Amounts
    /// When it begins anew; nil: never.
    public var resetsAt: Timestamp?

    /// What is left of a unit; nil: it is not limited.
    public func remaining(_ unit: UsageUnit) -> Int64? {
        limit.limits[unit].map { max(0, $0.addingSaturated(-taken[unit])) }
    }
}

extension UsageBook {
    /// How budgets stand; those of which nothing was taken yet are left out.
    public func standing(of budgets: [UsageLimit]) -> [UsageStanding] {
        state.withLock { state in
            budgets.compactMap { budget in
                guard let account = state.present[budget.id] else { return nil }
                return UsageStanding(
                    limit: budget, taken: account.spentByAll + account.used + account.reserved,
                    resetsAt: account.id.period.end)
            }
        }
    }
}

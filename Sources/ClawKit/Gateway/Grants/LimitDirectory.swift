public import ClawLedger
import Synchronization

/// Who has which budgets. Asked once per request, so a look-up must not depend on how many there are.
public protocol LimitDirectory: Sendable {
    /// The budgets that a call of this subject is paid from, of whatever level; empty: nothing is limited.
    /// - Throws: where they cannot be found out: then nothing may be spent.
    func limits(of subject: UsageSubject) async throws -> [UsageLimit]
}

/// Budgets in memory.
public final class InMemoryLimits: LimitDirectory {
    private let budgets: Mutex<[UsageHolder: [UsageLimit]]>

    public init(_ budgets: [UsageLimit] = []) {
        self.budgets = Mutex(Dictionary(grouping: budgets) { $0.id.owner })
    }

    /// Adds a budget or replaces the one of the same id; holds from the next request.
    public func set(_ budget: UsageLimit) {
        budgets.withLock { all in
            all[budget.id.owner, default: []].removeAll { $0.id == budget.id }
            all[budget.id.owner, default: []].append(budget)
        }
    }

    /// Forgets all budgets and takes these; holds from the next request. What was spent of those that stay is kept by
    /// the book.
    public func replace(_ budgets: [UsageLimit]) {
        let new = Dictionary(grouping: budgets) { $0.id.owner }
        self.budgets.withLock { $0 = new }
    }

    public func remove(_ id: UsageLimitID) {
        budgets.withLock { $0[id.owner]?.removeAll { $0.id == id } }
    }

    public func limits(of subject: UsageSubject) async -> [UsageLimit] {
        budgets.withLock { all in
            if all.isEmpty { return [] }
            return subject.holders.flatMap { all[$0] ?? [] }
        }
    }
}

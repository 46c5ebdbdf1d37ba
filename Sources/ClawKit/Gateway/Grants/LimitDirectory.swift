public import ClawLedger
import Synchronization

/// Who has which budgets. Asked once per request, so a look-up must not depend on how many there are.
public protocol LimitDirectory: Sendable {
    /// The budgets that a call of this subject is paid from, of whatever level; empty: nothing is limited.
    func limits(of subject: UsageSubject) async -> [UsageLimit]
}

/// Budgets in memory.
public final class InMemoryLimits: LimitDirectory {
    private struct Holder: Hashable {
        let level: UsageLimitID.Level
        let name: String
    }
    private let budgets: Mutex<[Holder: [UsageLimit]]>

    public init(_ budgets: [UsageLimit] = []) {
        self.budgets = Mutex(Dictionary(grouping: budgets) { Holder(level: $0.id.level, name: $0.id.holder) })
    }

    /// Adds a budget or replaces the one of the same id; holds from the next request.
    public func set(_ budget: UsageLimit) {
        let holder = Holder(level: budget.id.level, name: budget.id.holder)
        budgets.withLock { all in
            all[holder, default: []].removeAll { $0.id == budget.id }
            all[holder, default: []].append(budget)
        }
    }

    /// Forgets all budgets and takes these; holds from the next request. What was spent of those that stay is kept by
    /// the book.
    public func replace(_ budgets: [UsageLimit]) {
        let new = Dictionary(grouping: budgets) { Holder(level: $0.id.level, name: $0.id.holder) }
        self.budgets.withLock { $0 = new }
    }

    public func remove(_ id: UsageLimitID) {
        budgets.withLock { $0[Holder(level: id.level, name: id.holder)]?.removeAll { $0.id == id } }
    }

    public func limits(of subject: UsageSubject) async -> [UsageLimit] {
        budgets.withLock { all in
            if all.isEmpty { return [] }
            return subject.holders.flatMap { all[Holder(level: $0.level, name: $0.name)] ?? [] }
        }
    }
}

extension UsageSubject {
    /// The holders of budgets that this subject belongs to, from the narrowest. A project's name is unique in the
    /// platform, a runtime's within its project.
    public var holders: [(level: UsageLimitID.Level, name: String)] {
        var holders: [(level: UsageLimitID.Level, name: String)] = []
        if let key { holders.append((.key, key)) }
        if let runtime { holders.append((.runtime, project.map { "\($0)/\(runtime)" } ?? runtime)) }
        if let user { holders.append((.user, user)) }
        if let project { holders.append((.project, project)) }
        if let tenant { holders.append((.tenant, tenant)) }
        holders.append((.platform, ""))
        return holders
    }
}

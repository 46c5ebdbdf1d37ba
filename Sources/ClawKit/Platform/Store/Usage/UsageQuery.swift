public import ClawBase
public import ClawLedger

/// Which entries of the ledger, ordered by time and then id.
public struct UsageQuery: Sendable, Hashable {
    /// No page is longer.
    public static let maximumLimit = 10_000

    /// Where a page ended.
    public struct Cursor: Sendable, Hashable, Comparable {
        public let at: Timestamp
        public let id: String
        public init(at: Timestamp, id: String) { (self.at, self.id) = (at, id) }
        public init(_ entry: UsageEntry) { self.init(at: entry.at, id: entry.id) }

        public static func < (a: Self, b: Self) -> Bool {
            a.at == b.at ? a.id.utf8.lexicographicallyPrecedes(b.id.utf8) : a.at < b.at
        }
    }

    /// Entries for whom each part that stands here is the same.
    public var subject: UsageSubject
    /// The first moment that counts.
    public var from: Timestamp?
    /// The first moment that does not count any more.
    public var until: Timestamp?
    public var meter: UsageMeter?
    public var item: String?
    /// Only what was charged to the budget with this key.
    public var budget: String?
    /// Only entries after this one, in the query's direction.
    public var after: Cursor?
    /// At most so many entries or groups, and never more than ``maximumLimit``.
    public var limit: Int
    public var isDescending: Bool

    public init(
        _ subject: UsageSubject = UsageSubject(), from: Timestamp? = nil, until: Timestamp? = nil,
        meter: UsageMeter? = nil, item: String? = nil, budget: String? = nil, after: Cursor? = nil, limit: Int = 1000,
        isDescending: Bool = false
    ) {
        self.subject = subject
        self.from = from
        self.until = until
        self.meter = meter
        self.item = item
        self.budget = budget
        self.after = after
        self.limit = limit
        self.isDescending = isDescending
    }

    /// The limit that holds.
    package var bound: Int { max(0, min(limit, Self.maximumLimit)) }

    /// Whether an entry is meant, wherever the page begins.
    func selects(_ entry: UsageEntry) -> Bool {
        entry.subject.matches(subject) && (meter == nil || entry.meter == meter) && (item == nil || entry.item == item)
            && (budget.map { entry.budgets.contains($0) } ?? true)
    }
}

/// By what totals are told apart.
public enum UsageDimension: String, Sendable, Hashable, CaseIterable {
    case tenant, project, user, runtime, key, meter, item

    func value(of entry: UsageEntry) -> String? {
        switch self {
        case .tenant: entry.subject.tenant
        case .project: entry.subject.project
        case .user: entry.subject.user
        case .runtime: entry.subject.runtime
        case .key: entry.subject.key
        case .meter: entry.meter.rawValue
        case .item: entry.item
        }
    }
}

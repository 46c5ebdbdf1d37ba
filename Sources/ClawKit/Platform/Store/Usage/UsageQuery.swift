public import ClawBase
public import ClawLedger

/// Which rows of the ledger, ordered by time and then id.
public struct UsageQuery: Sendable, Hashable {
    /// No page is longer.
    public static let maximumLimit = 10_000

    /// Where a page ended.
    public struct Cursor: Sendable, Hashable, Comparable {
        public let at: Timestamp
        public let id: String
        public init(at: Timestamp, id: String) { (self.at, self.id) = (at, id) }
        public init(_ row: UsageRow) { self.init(at: row.at, id: row.id) }

        public static func < (a: Self, b: Self) -> Bool {
            a.at == b.at ? a.id.utf8.lexicographicallyPrecedes(b.id.utf8) : a.at < b.at
        }
    }

    /// Rows for whom each part that stands here is the same.
    public var subject: UsageSubject
    /// The first moment that counts.
    public var from: Timestamp?
    /// The first moment that does not count any more.
    public var until: Timestamp?
    public var meter: UsageMeter?
    public var item: String?
    /// Only what this account was charged.
    public var account: UsageAccountID?
    /// Only rows after this one, in the query's direction.
    public var after: Cursor?
    /// At most so many rows or groups, and never more than ``maximumLimit``.
    public var limit: Int
    public var isDescending: Bool

    public init(
        _ subject: UsageSubject = UsageSubject(), from: Timestamp? = nil, until: Timestamp? = nil,
        meter: UsageMeter? = nil, item: String? = nil, account: UsageAccountID? = nil, after: Cursor? = nil,
        limit: Int = 1000, isDescending: Bool = false
    ) {
        self.subject = subject
        self.from = from
        self.until = until
        self.meter = meter
        self.item = item
        self.account = account
        self.after = after
        self.limit = limit
        self.isDescending = isDescending
    }

    /// The limit that holds.
    package var bound: Int { max(0, min(limit, Self.maximumLimit)) }

    /// Whether a row is meant, wherever the page begins.
    func selects(_ row: UsageRow) -> Bool {
        row.subject.matches(subject) && (meter == nil || row.meter == meter) && (item == nil || row.item == item)
            && (account.map { account in row.charges.contains { $0.account == account } } ?? true)
    }
}

/// By what totals are told apart.
public enum UsageDimension: String, Sendable, Hashable, CaseIterable {
    case tenant, project, user, runtime, key, meter, item, deployment, settlement

    func value(of row: UsageRow) -> String? {
        switch self {
        case .tenant: row.subject.tenant
        case .project: row.subject.project
        case .user: row.subject.user
        case .runtime: row.subject.runtime
        case .key: row.subject.key
        case .meter: row.meter.rawValue
        case .item: row.item
        case .deployment: row.deployment
        case .settlement: row.settlement.rawValue
        }
    }
}

public import ClawBase
public import ClawLedger

/// What is measured. An open set.
public struct UsageMeter: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// Answers of models; the amount counts requests.
    public static let model = UsageMeter(rawValue: "model")
    /// Milliseconds of one core.
    public static let cpu = UsageMeter(rawValue: "cpu")
    /// MiB times seconds.
    public static let memory = UsageMeter(rawValue: "memory")
    /// MiB times seconds.
    public static let storage = UsageMeter(rawValue: "storage")
}

/// One row of the ledger: who used what, and what it cost. Exact integers; never changed once it is written, only
/// corrected by further rows (whose numbers may be negative).
public struct UsageEntry: Sendable, Hashable {
    /// No text is longer, in bytes.
    static let textLimit = 512

    /// Unique: who writes an entry again after an answer was lost is told that it is there.
    public let id: String
    /// Whole microseconds.
    public let at: Timestamp
    public var subject: UsageSubject
    public var meter: UsageMeter
    /// Which of what is measured: a model's name, a storage class.
    public var item: String
    /// In nano-dollars.
    public var cost: Int64
    public var tokens: TokenCounts
    /// In the meter's unit.
    public var amount: Int64
    /// The keys of the budgets it was charged to.
    public var budgets: [String]
    /// Never holds a secret.
    public var details: [String: String]

    public init(
        id: String? = nil, at: Timestamp, subject: UsageSubject, meter: UsageMeter = .model, item: String, cost: Int64,
        tokens: TokenCounts = TokenCounts(), amount: Int64 = 1, budgets: [String] = [], details: [String: String] = [:]
    ) {
        self.at = at.wholeMicroseconds
        self.id = id ?? RecordID.make(at: at)
        self.subject = subject
        self.meter = meter
        self.item = item
        self.cost = cost
        self.tokens = tokens
        self.amount = amount
        self.budgets = budgets
        self.details = details
    }

    /// The same entry, charged to budgets at another moment.
    func charged(to budgets: [String], at moment: Timestamp) -> UsageEntry {
        UsageEntry(
            id: id, at: moment, subject: subject, meter: meter, item: item, cost: cost, tokens: tokens, amount: amount,
            budgets: budgets, details: details)
    }

    /// Refuses what not every store could keep and give back as it was.
    /// - Throws: ``Finding`` (`E_INVALID`).
    package func check() throws(Finding) {
        let subjects = [subject.tenant, subject.project, subject.user, subject.runtime, subject.key].compactMap(\.self)
        let texts = [id, meter.rawValue, item] + subjects + budgets + details.flatMap { [$0.key, $0.value] }
        let isUsable = texts.allSatisfy { $0.utf8.count <= Self.textLimit && !$0.utf8.contains { $0 < 0x20 } }
        guard isUsable, !id.isEmpty, budgets.count <= 16, !budgets.contains(""), details.count <= 32 else {
            throw Finding(
                .invalid,
                "An entry of the ledger has a text of more than \(Self.textLimit) bytes or with control characters, "
                    + "or has too many; shorten it.", field: "usage")
        }
    }
}

/// How many tokens a model took and gave.
public struct TokenCounts: Sendable, Hashable {
    /// All that was taken, those from the cache too.
    public var input: Int64
    /// Of `input`: read from the upstream's cache.
    public var cachedInput: Int64
    /// All that was given, reasoning too.
    public var output: Int64
    /// Of `output`: thought, not shown.
    public var reasoning: Int64

    public init(input: Int64 = 0, cachedInput: Int64 = 0, output: Int64 = 0, reasoning: Int64 = 0) {
        (self.input, self.cachedInput, self.output, self.reasoning) = (input, cachedInput, output, reasoning)
    }
}

extension Timestamp {
    /// Cut to what PostgreSQL keeps.
    var wholeMicroseconds: Timestamp {
        let rest = nanoseconds % 1000
        return Timestamp(nanoseconds: nanoseconds - (rest < 0 ? rest + 1000 : rest))
    }
}

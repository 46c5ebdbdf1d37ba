public import ClawBase
public import ClawDocuments

/// How much may be spent by somebody in a time. `spent + reserved` never becomes more than the limit by a reservation.
public struct Budget: StoredRecord {
    public static let kind = RecordKind("budget")

    /// Of the scope's budgets this one: a scope may have one for the day and one for the month.
    public let name: String
    public let scope: BudgetScope
    public var limit: SpendingLimit
    /// From here on notice is given, and nothing refused.
    public var softLimit: SpendingLimit?
    public let window: BudgetWindow
    /// When the present period began.
    public private(set) var periodStart: Timestamp
    /// When it ends; nil: never.
    public private(set) var periodEnd: Timestamp?
    /// In the present period: the sum of the ledger's entries that were charged to this budget.
    public private(set) var spent: Spending
    /// Not spent yet, and not free any more; stays when a period ends.
    public private(set) var reserved: Spending
    public let createdAt: Timestamp

    /// - Throws: ``Finding`` (`E_INVALID`).
    public init(
        _ scope: BudgetScope, name: String = "default", limit: SpendingLimit, softLimit: SpendingLimit? = nil,
        window: BudgetWindow = .total, createdAt: Timestamp
    ) throws(Finding) {
        (self.scope, self.name, self.limit, self.softLimit) = (scope, name, limit, softLimit)
        self.window = window
        self.createdAt = createdAt.wholeMicroseconds
        (periodStart, periodEnd) = try window.period(containing: self.createdAt)
        (spent, reserved) = (.zero, .zero)
    }

    public var key: String { "\(scope)#\(name)" }
    static let scopeIndex = "scope"
    public var indexes: [RecordIndex] { [RecordIndex(Self.scopeIndex, scope.description)] }

    /// Whether notice should be given.
    public var isOverSoftLimit: Bool {
        guard let softLimit, let used = try? spent.plus(reserved) else { return false }
        return !softLimit.allows(used)
    }

    // MARK: the form in the store

    public var json: JSON {
        var object = JSONObject()
        object.set("name", name)
        object.set("scope", scope.description)
        object["limit"] = limit.json
        object["softLimit"] = softLimit?.json
        object.set("window", window.description)
        object.set("periodStart", periodStart)
        object.set("periodEnd", periodEnd)
        object["spent"] = spent.json
        object["reserved"] = reserved.json
        object.set("createdAt", createdAt)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        guard let scope = BudgetScope(try document.string("scope")) else { throw document.damaged("scope") }
        guard let window = BudgetWindow(try document.string("window")) else { throw document.damaged("window") }
        (self.scope, self.window) = (scope, window)
        name = try document.string("name")
        limit = SpendingLimit(json: json["limit"])
        softLimit = json["softLimit"].map { SpendingLimit(json: $0) }
        periodStart = try document.time("periodStart")
        periodEnd = try document.optionalTime("periodEnd")
        spent = try Spending(json: json["spent"], of: Self.kind)
        reserved = try Spending(json: json["reserved"], of: Self.kind)
        createdAt = try document.time("createdAt")
    }
}

/// What happens to a budget. Pure.
extension Budget {
    /// Begins the period that a moment is in, where that is a later one. A clock that is behind turns nothing back.
    mutating func roll(to now: Timestamp) throws(Finding) {
        guard let end = periodEnd, now >= end else { return }
        let (start, next) = try window.period(containing: now)
        // Never before the end of the last: an entry belongs to one period.
        periodStart = max(start, end)
        periodEnd = next
        spent = .zero
    }

    /// - Throws: ``Finding`` (`E_BUDGET`) where that is more than is left.
    mutating func reserve(_ amount: Spending, at now: Timestamp) throws(Finding) {
        try roll(to: now)
        let more = try reserved.plus(amount)
        guard limit.allows(try spent.plus(more)) else { throw refusal(of: amount) }
        reserved = more
    }

    /// Gives back what was reserved, and notes what was spent.
    mutating func settle(_ given: Spending, spending amount: Spending) throws(Finding) {
        reserved = try reserved.minus(given)
        spent = try spent.plus(amount)
    }

    /// What may still be reserved; nil: as much as one likes.
    public var left: SpendingLimit {
        func rest(_ limit: Int64?, _ part: KeyPath<Spending, Int64>) -> Int64? {
            limit.map { max(0, $0 - spent[keyPath: part] - reserved[keyPath: part]) }
        }
        return SpendingLimit(cost: rest(limit.cost, \.cost), tokens: rest(limit.tokens, \.tokens))
    }

    private func refusal(of amount: Spending) -> Finding {
        let isMoney = limit.cost.map { max(0, $0 - spent.cost - reserved.cost) < amount.cost } ?? false
        let (rest, asked) =
            isMoney
            ? ("\(Spending.dollars(left.cost ?? 0)) $", "\(Spending.dollars(amount.cost)) $")
            : ("\(left.tokens ?? 0) tokens", "\(amount.tokens) tokens")
        let mend = periodEnd.map { "wait until \($0.rfc3339())" } ?? "ask whoever set it for more"
        var details = [
            "budget": key, "level": scope.level.rawValue, "spent": spent.description, "reserved": reserved.description,
            "asked": amount.description,
        ]
        details["limitCost"] = limit.cost.map(String.init)
        details["limitTokens"] = limit.tokens.map(String.init)
        details["resetsAt"] = periodEnd?.rfc3339()
        return Finding(
            .budget, "The budget '\(name)' of \(scope) has \(rest) left, and \(asked) were asked for; \(mend).",
            details: details)
    }
}

extension FindingCode {
    /// A budget has not enough left.
    public static let budget = FindingCode(rawValue: "E_BUDGET")
    /// More was used than was reserved for it.
    public static let overspent = FindingCode(rawValue: "E_OVERSPENT")
}

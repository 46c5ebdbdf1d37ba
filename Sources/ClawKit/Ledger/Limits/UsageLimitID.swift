public import ClawBase

/// Whose budget it is, and which of theirs: one holder may have several, such as a month's money and a minute's requests.
public struct UsageLimitID: Sendable, Hashable, CustomStringConvertible {
    /// What sort of holder: the platform's levels, from the narrowest.
    public enum Level: String, Sendable, Hashable, CaseIterable {
        case key, runtime, user, project, tenant, platform
    }

    public var level: Level
    public var holder: String
    /// Tells the budgets of one holder apart: `month`, `rpm`. Without `#` and `@`.
    public var name: String

    public init(_ level: Level, _ holder: String, _ name: String = "budget") {
        (self.level, self.holder, self.name) = (level, holder, name)
    }

    public init(of owner: UsageHolder, _ name: String = "budget") { self.init(owner.level, owner.name, name) }

    /// Whose it is.
    public var owner: UsageHolder { UsageHolder(level, holder) }

    /// `project/demo (month)`
    public var description: String { "\(owner) (\(name))" }

    /// In stores and journals: `project/demo#month`.
    public var key: String { "\(owner)#\(name)" }

    /// Reads ``key``.
    public init?(key: String) {
        guard let mark = key.lastIndex(of: "#"), let owner = UsageHolder(String(key[..<mark])) else { return nil }
        self.init(of: owner, String(key[key.index(after: mark)...]))
    }

    /// Whether it can stand in the ledger, whoever made it.
    var isKeepable: Bool {
        !name.utf8.contains(UInt8(ascii: "#")) && !name.utf8.contains(UInt8(ascii: "@"))
            && key.utf8.count <= UsageRow.longestText - 32 && !key.utf8.contains { $0 < 0x20 }
    }

    /// - Throws: ``Finding`` (`E_INVALID`) for what could not be told from another.
    public func check() throws(Finding) {
        let isNamed = (1...63).contains(name.utf8.count) && !name.contains { "#@/".contains($0) || $0.isWhitespace }
        guard isNamed, (level == .platform) == holder.isEmpty, holder.utf8.count <= 253,
            !(name + holder).utf8.contains(where: { $0 < 0x20 })
        else {
            throw Finding(
                .invalid,
                "'\(key.prefix(80))' names no limit; give a level, who has it, and a name of at most 63 characters without "
                    + "'#', '@', '/' and spaces.", field: "name")
        }
    }
}

/// A budget in one period: what the sums are kept of.
public struct UsageAccountID: Sendable, Hashable {
    public var budget: UsageLimitID
    public var period: UsagePeriod

    public init(_ budget: UsageLimitID, _ period: UsagePeriod) { (self.budget, self.period) = (budget, period) }

    /// In stores: `project/demo#month@2026-01-01T00:00:00Z`, and `@always` where no period begins. Those of one budget
    /// sort by time.
    public var key: String { "\(budget.key)@\(period.start?.rfc3339() ?? "always")" }

    /// - Parameter key: as ``key`` has it; the period's end does not stand there.
    public init?(key: String, end: Timestamp?) {
        guard let mark = key.lastIndex(of: "@"), let budget = UsageLimitID(key: String(key[..<mark])) else { return nil }
        let text = String(key[key.index(after: mark)...])
        let start = Timestamp(rfc3339: text)
        guard start != nil || text == "always" else { return nil }
        self.init(budget, UsagePeriod(start: start, end: end))
    }
}

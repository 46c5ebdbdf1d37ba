public import ClawBase

/// How much somebody may spend in each period of a window.
public struct UsageLimit: Sendable, Hashable {
    public var id: UsageLimitID
    public var window: UsageWindow
    /// The most of each unit; what is not listed is not limited. 0 refuses everything.
    public var limits: [UsageUnit: Int64]
    /// At this part of a limit, in percent, a notice is given; nil: none.
    public var softPercent: Int?

    public init(
        _ id: UsageLimitID, _ limits: [UsageUnit: Int64], per window: UsageWindow = .forever, softPercent: Int? = nil
    ) {
        (self.id, self.limits, self.window, self.softPercent) = (id, limits, window, softPercent)
    }

    /// So much money per window.
    public init(_ id: UsageLimitID, cost: NanoDollars, per window: UsageWindow = .forever, softPercent: Int? = nil) {
        self.init(id, [.cost: cost.nanos], per: window, softPercent: softPercent)
    }

    /// Refuses what says nothing, or cannot be kept.
    /// - Throws: ``Finding`` (`E_INVALID`) with the field.
    public func check() throws(Finding) {
        try id.check()
        guard !limits.isEmpty else {
            throw Finding(.invalid, "The limit \(id) limits nothing; say how much of what.", field: "limits")
        }
        for (unit, limit) in limits where limit < 0 {
            throw Finding(.invalid, "Less than nothing cannot be allowed; give from 0.", field: unit.rawValue)
        }
        if let softPercent, !(1...100).contains(softPercent) {
            throw Finding(.invalid, "A soft limit is 1 to 100 percent.", field: "softPercent")
        }
        do { _ = try window.period(at: Timestamp(seconds: 0)) } catch {
            throw Finding(.invalid, error.message, field: "window")
        }
    }
}

/// Why a call may not begin: what it would take is more than a budget has left.
public struct UsageRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public var budget: UsageLimitID
    public var unit: UsageUnit
    public var limit: Int64
    /// Spent in this period, by all processes, as far as this one knows.
    public var spent: Int64
    /// Set aside for calls under way, here and by other processes.
    public var reserved: Int64
    /// The least that the call needs.
    public var needed: Int64
    /// When the budget begins anew; nil: never.
    public var resetsAt: Timestamp?

    public init(
        _ budget: UsageLimitID, _ unit: UsageUnit, limit: Int64, spent: Int64, reserved: Int64, needed: Int64,
        resetsAt: Timestamp?
    ) {
        (self.budget, self.unit, self.limit, self.spent) = (budget, unit, limit, spent)
        (self.reserved, self.needed, self.resetsAt) = (reserved, needed, resetsAt)
    }

    /// Whether it can pass by itself soon: others' calls end.
    public var isPassing: Bool { unit == .inFlight || needed <= limit - spent }

    public var description: String {
        var text = "The \(budget.level.rawValue) \(budget.holder) has spent \(unit.words(spent)) of \(unit.words(limit))"
        if reserved > 0 { text += ", \(unit.words(reserved)) more are set aside for calls under way" }
        text += "; this call needs \(unit.words(needed))."
        if let resetsAt {
            text += " The budget '\(budget.name)' begins anew at \(resetsAt.rfc3339())."
        } else {
            text += " Raise the budget '\(budget.name)', or ask for less."
        }
        return text
    }
}

public import ClawBase

/// What is known of one account: spent, given out, and what holders had who were lost. Pure; stores keep it.
///
/// `spent + outstanding ≤ limit` holds after ``give(_:limits:to:)``. What a lost holder had counts as spent until it
/// comes back, so that whatever its last calls cost is covered.
public struct ShareSums: Sendable, Hashable {
    /// The sum of what the ledger's rows charge this account.
    public var spent: Amounts
    /// By holder: given, and neither used nor returned.
    public var shares: [String: Amounts]
    /// By holder: what it had when it was lost; contained in ``spent``.
    public var lost: [String: Amounts]

    public init(spent: Amounts = .zero, shares: [String: Amounts] = [:], lost: [String: Amounts] = [:]) {
        (self.spent, self.shares, self.lost) = (spent, shares, lost)
    }

    public var outstanding: Amounts { shares.values.reduce(.zero, +) }

    /// - Parameter limits: what holds; a unit that is not there is not limited.
    /// - Returns: what the holder got.
    public mutating func give(_ wish: ShareWish, limits: [UsageUnit: Int64], to holder: String) -> Amounts {
        let outstanding = outstanding
        var given = Amounts.zero
        for unit in UsageUnit.allCases {
            let left = limits[unit].map { $0.addingSaturated(-spent[unit]).addingSaturated(-outstanding[unit]) }
            given[unit] = ShareSize.given(wanted: wish.wanted[unit], spare: wish.spare[unit], left: left ?? .max)
        }
        if !given.isZero { shares[holder, default: .zero] += given }
        return given
    }

    /// A row charges this; it comes out of the holder's share as far as that reaches.
    public mutating func charge(_ amounts: Amounts, to holder: String) {
        spent += amounts
        takeBack(amounts, from: holder)
    }

    /// Never more than there is: a call that cost more than was given for it takes no other's share.
    public mutating func takeBack(_ amounts: Amounts, from holder: String) {
        guard let share = shares[holder] else { return }
        let rest = share.reduced(by: amounts)
        shares[holder] = rest.isZero ? nil : rest
    }

    /// A holder does not answer any more.
    /// - Returns: what counts as spent from now on, for a row to say so; nil where it has nothing. Its places among the
    ///   calls at a time are free again.
    public mutating func lose(_ holder: String) -> Amounts? {
        guard var share = shares.removeValue(forKey: holder) else { return nil }
        share.inFlight = 0
        spent += share
        if !share.isZero { lost[holder, default: .zero] += share }
        return share
    }

    /// A lost holder is back: it has again what it had, and that is not spent.
    /// - Returns: what was counted as spent, for a row to take it back; nil where there is nothing.
    public mutating func restore(_ holder: String) -> Amounts? {
        guard let share = lost.removeValue(forKey: holder) else { return nil }
        spent -= share
        shares[holder, default: .zero] += share
        return share
    }
}

extension Amounts {
    /// Each unit less the other's, from nothing upwards; what the other has less than nothing of changes nothing.
    func reduced(by other: Amounts) -> Amounts {
        var rest = self
        for unit in UsageUnit.allCases { rest[unit] = max(0, rest[unit].addingSaturated(-max(0, other[unit]))) }
        return rest
    }
}

extension UsageRow {
    /// What a lost process held, as it is charged to the accounts, or taken back from them when the process is back. How
    /// much of it was really used nobody knows, so that it is in no sum of money but the accounts'.
    public static func share(
        id: String, at: Timestamp, of holder: String, _ charges: [UsageCharge], isReturned: Bool
    ) -> UsageRow {
        UsageRow(
            id: id, at: at, subject: UsageSubject(), meter: .share, item: "", cost: .zero, amount: 0,
            settlement: isReturned ? .corrected : .forfeited,
            charges: charges.map { UsageCharge($0.account, isReturned ? .zero - $0.amounts : $0.amounts) },
            details: ["holder": String(holder.prefix(200))])
    }
}

extension UsageMeter {
    /// Shares of limits that lost processes held.
    public static let share = UsageMeter(rawValue: "share")
}

public import ClawBase

/// After which time a budget begins anew.
public struct BudgetWindow: Sendable, Hashable, CustomStringConvertible {
    public enum Length: String, Sendable, Hashable, CaseIterable {
        /// Never: what is spent stays spent.
        case total
        case hour, day, month
    }

    public let length: Length
    /// Whose clock says when a day begins: `Europe/Berlin`.
    public let timeZone: String

    public static let total = BudgetWindow(unchecked: .total, "UTC")

    private init(unchecked length: Length, _ timeZone: String) { (self.length, self.timeZone) = (length, timeZone) }

    /// - Throws: ``Finding`` (`E_INVALID`) for a time zone that this machine does not know.
    public init(_ length: Length, timeZone: String = "UTC") throws(Finding) {
        guard TimeZoneRules(named: timeZone) != nil else { throw Self.unknown(timeZone) }
        self.init(unchecked: length, timeZone)
    }

    /// `month@Europe/Berlin`
    public var description: String { "\(length.rawValue)@\(timeZone)" }

    init?(_ description: String) {
        let parts = description.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let length = Length(rawValue: String(parts[0])) else { return nil }
        self.init(unchecked: length, String(parts[1]))
    }

    /// The hour, day or month that a moment is in; without an end where there is none.
    /// - Throws: ``Finding`` (`E_INVALID`) for a time zone that this machine does not know.
    public func period(containing moment: Timestamp) throws(Finding) -> (start: Timestamp, end: Timestamp?) {
        if length == .total { return (moment, nil) }
        guard let zone = TimeZoneRules(named: timeZone) else { throw Self.unknown(timeZone) }
        let local = moment.seconds + zone.offset(at: moment.seconds)
        let days = local.floored(by: 86400)
        switch length {
        case .total: return (moment, nil)
        case .hour:
            // By the clock's minutes: zones may be half an hour apart. An hour takes an hour, whatever the clocks do.
            let start = moment.seconds - (local - local.floored(by: 3600) * 3600)
            return (Timestamp(seconds: start), Timestamp(seconds: start + 3600))
        case .day: return (zone.start(ofDay: days), zone.start(ofDay: days + 1))
        case .month:
            var date = CivilDate(daysSinceEpoch: days)
            date.day = 1
            let next = CivilDate(
                year: date.month == 12 ? date.year + 1 : date.year, month: date.month == 12 ? 1 : date.month + 1, day: 1
            )
            return (zone.start(ofDay: date.daysSinceEpoch), zone.start(ofDay: next.daysSinceEpoch))
        }
    }

    private static func unknown(_ zone: String) -> Finding {
        Finding(
            .invalid, "This machine knows no time zone '\(zone.prefix(80))'; name one as Europe/Berlin, or UTC.",
            field: "timeZone")
    }
}

extension TimeZoneRules {
    /// The first moment of a day by the zone's clocks; where they skip midnight, the moment of the change.
    fileprivate func start(ofDay day: Int64) -> Timestamp {
        let midnight = day * 86400
        let guess = midnight - offset(at: midnight - offset(at: midnight))
        return Timestamp(seconds: max(guess, midnight - offset(at: guess)))
    }
}

extension Int64 {
    /// Of a division, rounded down.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

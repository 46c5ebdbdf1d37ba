public import ClawBase

/// For how long a budget's limit holds before it begins anew.
public enum UsageWindow: Sendable, Hashable {
    /// It never begins anew.
    case forever
    /// Periods of so many seconds, counted from 1970-01-01T00:00:00Z: a minute, five hours.
    case every(seconds: Int64)
    /// The clock's hour, the calendar's day or month, in a time zone such as `Europe/Berlin`.
    case hour(zone: String)
    case day(zone: String)
    case month(zone: String)

    public static let minute = UsageWindow.every(seconds: 60)

    /// The period that a moment lies in, until the next one begins; nil bounds for one without end.
    ///
    /// Where clocks are put back, the hour that comes twice is one period.
    /// - Throws: ``Finding`` (`E_CONFIG`) for a time zone that this machine does not know.
    public func period(at moment: Timestamp) throws(Finding) -> UsagePeriod {
        switch self {
        case .forever: return UsagePeriod(start: nil, end: nil)
        case .every(let seconds):
            let length = max(1, seconds)
            let start = moment.seconds.flooring(to: length)
            return UsagePeriod(start: Timestamp(seconds: start), end: Timestamp(seconds: start + length))
        case .hour(let zone):
            let rules = try Self.rules(zone)
            let local = moment.seconds + rules.offset(at: moment.seconds)
            let start = local.flooring(to: 3600)
            return Self.period(start, start + 3600, rules)
        case .day(let zone):
            let rules = try Self.rules(zone)
            let start = (moment.seconds + rules.offset(at: moment.seconds)).flooring(to: 86400)
            return Self.period(start, start + 86400, rules)
        case .month(let zone):
            let rules = try Self.rules(zone)
            let local = moment.seconds + rules.offset(at: moment.seconds)
            let date = CivilDate(daysSinceEpoch: local.flooring(to: 86400) / 86400)
            let isLast = date.month == 12
            let next = CivilDate(year: isLast ? date.year + 1 : date.year, month: isLast ? 1 : date.month + 1, day: 1)
            let first = CivilDate(year: date.year, month: date.month, day: 1)
            return Self.period(first.daysSinceEpoch * 86400, next.daysSinceEpoch * 86400, rules)
        }
    }

    /// From what the clocks show to moments.
    private static func period(_ start: Int64, _ end: Int64, _ rules: TimeZoneRules) -> UsagePeriod {
        UsagePeriod(
            start: Timestamp(seconds: rules.moment(ofLocal: start)), end: Timestamp(seconds: rules.moment(ofLocal: end)))
    }

    private static func rules(_ zone: String) throws(Finding) -> TimeZoneRules {
        guard let rules = TimeZones.shared.rules(zone) else {
            throw Finding(
                .badConfig, "The time zone '\(zone)' is not known on this machine; use a name such as Europe/Berlin or UTC.")
        }
        return rules
    }
}

extension UsageWindow: LosslessStringConvertible {
    /// `forever`, `60s`, `hour@UTC`, `day@Europe/Berlin`, `month@UTC`
    public var description: String {
        switch self {
        case .forever: "forever"
        case .every(let seconds): "\(seconds)s"
        case .hour(let zone): "hour@\(zone)"
        case .day(let zone): "day@\(zone)"
        case .month(let zone): "month@\(zone)"
        }
    }

    /// Reads ``description``; without a zone UTC is meant, and `minute` for `60s`. Zones are not looked up here.
    public init?(_ description: String) {
        let parts = description.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let zone = parts.count == 2 ? parts[1] : "UTC"
        if zone.isEmpty { return nil }
        switch parts.first {
        case "forever" where parts.count == 1: self = .forever
        case "minute" where parts.count == 1: self = .minute
        case "hour": self = .hour(zone: zone)
        case "day": self = .day(zone: zone)
        case "month": self = .month(zone: zone)
        case let text?:
            guard parts.count == 1, text.hasSuffix("s"), let seconds = Int64(text.dropLast()),
                (1...31_622_400).contains(seconds)
            else { return nil }
            self = .every(seconds: seconds)
        case nil: return nil
        }
    }
}

/// One turn of a window.
public struct UsagePeriod: Sendable, Hashable {
    public var start: Timestamp?
    /// From this moment on the next one counts.
    public var end: Timestamp?

    public init(start: Timestamp?, end: Timestamp?) { (self.start, self.end) = (start, end) }

    public func contains(_ moment: Timestamp) -> Bool {
        (start.map { $0 <= moment } ?? true) && (end.map { moment < $0 } ?? true)
    }
}

extension Int64 {
    fileprivate func flooring(to step: Int64) -> Int64 {
        let rest = self % step
        return self - (rest < 0 ? rest + step : rest)
    }
}

extension TimeZoneRules {
    /// When a zone's clocks show something: of two such moments the first; where they leap over it, when they leap.
    fileprivate func moment(ofLocal local: Int64) -> Int64 {
        let candidates = [local - offset(at: local - 86400), local - offset(at: local + 86400)].sorted()
        return candidates.first { $0 + offset(at: $0) == local } ?? candidates[1]
    }
}

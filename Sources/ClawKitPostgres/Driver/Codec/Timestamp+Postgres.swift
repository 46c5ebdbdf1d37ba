public import ClawBase

/// PostgreSQL counts from 2000-01-01.
enum PostgresEpoch {
    static let seconds: Int64 = 946_684_800
    static let days: Int64 = 10_957
    static let microseconds: Int64 = seconds * 1_000_000
}

extension Timestamp: PostgresCodable {
    public static var postgresType: PostgresType { .timestamptz }

    /// Whole microseconds, which is what PostgreSQL keeps: nanoseconds below are cut off, towards the past.
    public func encode(into bytes: inout PostgresBytes) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
        let microseconds = remainder < 0 ? quotient - 1 : quotient
        bytes.append(bigEndian: microseconds - PostgresEpoch.microseconds)
    }

    /// timestamptz, from 1677 to 2262; `infinity` and `-infinity` are the ends of that.
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .timestamptz else { throw .type(type) }
        let microseconds: Int64 = try bytes.bigEndian()
        switch microseconds {
        case .max, .min: self.init(nanoseconds: microseconds)
        default:
            let (shifted, overflow) = microseconds.addingReportingOverflow(PostgresEpoch.microseconds)
            let (nanoseconds, overflowToo) = shifted.multipliedReportingOverflow(by: 1000)
            if overflow || overflowToo { throw .value("is before 1677 or after 2262") }
            self.init(nanoseconds: nanoseconds)
        }
    }
}

extension Timestamp: PostgresArrayElement { public static var postgresArrayType: PostgresType { .timestamptzArray } }

/// A day of the calendar: `date`.
public struct PostgresDate: Sendable, Hashable, Comparable {
    /// Days since 2000-01-01, from 4713 BC to 5874897.
    public var daysSince2000: Int32

    public init(daysSince2000: Int32) { self.daysSince2000 = daysSince2000 }

    /// nil where the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        let date = CivilDate(year: Int64(year), month: Int64(month), day: Int64(day))
        guard (-4713...5_874_897).contains(year), (1...12).contains(month), (1...31).contains(day),
            CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date,
            let days = Int32(exactly: date.daysSinceEpoch - PostgresEpoch.days)
        else { return nil }
        daysSince2000 = days
    }

    private var civil: CivilDate { CivilDate(daysSinceEpoch: Int64(daysSince2000) + PostgresEpoch.days) }
    public var year: Int { Int(civil.year) }
    public var month: Int { Int(civil.month) }
    public var day: Int { Int(civil.day) }

    public static func < (a: Self, b: Self) -> Bool { a.daysSince2000 < b.daysSince2000 }
}

extension PostgresDate: CustomStringConvertible {
    /// `2026-11-22`
    public var description: String {
        let pad = { (number: Int, width: Int) in
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    }
}

extension PostgresDate: PostgresCodable {
    public static var postgresType: PostgresType { .date }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: daysSince2000) }
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .date else { throw .type(type) }
        self.init(daysSince2000: try bytes.bigEndian())
    }
}

extension PostgresDate: PostgresArrayElement { public static var postgresArrayType: PostgresType { .dateArray } }

/// A date and a time of day in no time zone: `timestamp`. What moment that is, only its writer knows; `timestamptz`
/// with `Timestamp` is what most columns should be.
public struct PostgresLocalTime: Sendable, Hashable, Comparable {
    /// Microseconds since 2000-01-01 00:00:00.
    public var microsecondsSince2000: Int64

    public init(microsecondsSince2000: Int64) { self.microsecondsSince2000 = microsecondsSince2000 }

    /// What clocks in UTC show at that moment.
    public init(utc moment: Timestamp) {
        let seconds = moment.seconds
        microsecondsSince2000 =
            (seconds - PostgresEpoch.seconds) * 1_000_000 + (moment.nanoseconds - seconds * 1_000_000_000) / 1000
    }

    /// The moment when clocks in UTC show it; nil before 1677 and after 2262.
    public var utc: Timestamp? {
        let (shifted, overflow) = microsecondsSince2000.addingReportingOverflow(PostgresEpoch.microseconds)
        let (nanoseconds, overflowToo) = shifted.multipliedReportingOverflow(by: 1000)
        return overflow || overflowToo ? nil : Timestamp(nanoseconds: nanoseconds)
    }

    public static func < (a: Self, b: Self) -> Bool { a.microsecondsSince2000 < b.microsecondsSince2000 }
}

extension PostgresLocalTime: PostgresCodable {
    public static var postgresType: PostgresType { .timestamp }
    public func encode(into bytes: inout PostgresBytes) { bytes.append(bigEndian: microsecondsSince2000) }
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .timestamp else { throw .type(type) }
        self.init(microsecondsSince2000: try bytes.bigEndian())
    }
}

extension PostgresLocalTime: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .timestampArray }
}

/// A point in time between the years 1 and 9999, to the nanosecond.
public struct Instant: Sendable, Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    public let seconds: Int64
    public let nanoseconds: Int32

    static let earliest: Int64 = -62_135_596_800
    static let latest: Int64 = 253_402_300_799

    /// nil where out of range.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard (Self.earliest...Self.latest).contains(seconds) else { return nil }
        (self.seconds, self.nanoseconds) = (seconds, nanoseconds)
    }

    public static func < (a: Instant, b: Instant) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }

    /// nil where the sum is out of range.
    func adding(_ span: Value.Span) -> Instant? {
        let nanos = Int64(nanoseconds) + span.nanoseconds % 1_000_000_000
        let carry = nanos < 0 ? Int64(-1) : nanos >= 1_000_000_000 ? 1 : 0
        return Instant(
            seconds: seconds + span.nanoseconds / 1_000_000_000 + carry,
            nanoseconds: Int32(nanos - carry * 1_000_000_000))
    }

    /// nil where the span is out of range.
    func since(_ other: Instant) -> Value.Span? {
        let nanos = Int128(seconds - other.seconds) * 1_000_000_000 + Int128(nanoseconds - other.nanoseconds)
        return Int64(exactly: nanos).map { Value.Span(nanoseconds: $0) }
    }

    // MARK: text

    /// RFC 3339, `2009-02-13T23:31:30.5Z`.
    public init?(_ text: String) {
        var reader = DigitReader(text)
        guard let days = reader.date(), reader.take("T") || reader.take("t"), let hour = reader.number(2), hour < 24,
            reader.take(":"), let minute = reader.number(2), minute < 60, reader.take(":"),
            let second = reader.number(2),
            second < 60
        else { return nil }
        var nanos = 0
        if reader.take(".") || reader.take(",") {
            guard let fraction = reader.fraction() else { return nil }
            nanos = fraction
        }
        var offset = 0
        if !reader.take("Z"), !reader.take("z") {
            let sign = reader.take("+") ? 1 : reader.take("-") ? -1 : 0
            guard sign != 0, let hours = reader.number(2), hours < 24, reader.take(":"), let minutes = reader.number(2),
                minutes < 60
            else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard reader.isAtEnd else { return nil }
        self.init(
            seconds: Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset),
            nanoseconds: Int32(nanos))
    }

    /// A day, `2009-02-13`: its first moment.
    init?(date text: String) {
        var reader = DigitReader(text)
        guard let days = reader.date(), reader.isAtEnd else { return nil }
        self.init(seconds: Int64(days) * 86_400)
    }

    var text: String {
        let fields = CalendarFields(self, offset: 0)
        func pad(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        var text = "\(pad(fields.year, 4))-\(pad(fields.month, 2))-\(pad(fields.day, 2))"
        text += "T\(pad(fields.hour, 2)):\(pad(fields.minute, 2)):\(pad(fields.second, 2))"
        if nanoseconds > 0 {
            var fraction = pad(Int(nanoseconds), 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text + "Z"
    }
}

/// A day and its time, in the proleptic Gregorian calendar.
struct CalendarFields {
    let year, month, day, hour, minute, second: Int
    /// Sunday is 0.
    let weekday: Int
    /// January 1 is 0.
    let dayOfYear: Int

    init(_ instant: Instant, offset: Int) {
        let seconds = Int(instant.seconds) + offset
        let days = Self.floor(seconds, 86_400)
        let rest = seconds - days * 86_400
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        weekday = ((days + 4) % 7 + 7) % 7
        // Counting from March 1 of a year divisible by 400.
        let shifted = days + 719_468
        let era = Self.floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let day0 = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month0 = (5 * day0 + 2) / 153
        day = day0 - (153 * month0 + 2) / 5 + 1
        month = month0 < 10 ? month0 + 3 : month0 - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        dayOfYear = days - Self.days(year, 1, 1)
    }

    private static func floor(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : (a - b + 1) / b }

    /// Days since 1970-01-01.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = floor(y, 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func length(of month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
}

/// Reads numbers of fixed width.
struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ symbol: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: symbol) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Digits behind a decimal point, as nanoseconds.
    mutating func fraction() -> Int? {
        let digits = rest.prefix { (48...57).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        var nanos = digits.prefix(9).reduce(0) { $0 * 10 + Int($1 - 48) }
        for _ in 0..<max(0, 9 - digits.count) { nanos *= 10 }
        return nanos
    }

    /// A date as days since 1970.
    mutating func date() -> Int? {
        guard let year = number(4), take("-"), let month = number(2), (1...12).contains(month), take("-"),
            let day = number(2), day >= 1, day <= CalendarFields.length(of: month, year)
        else { return nil }
        return CalendarFields.days(year, month, day)
    }
}

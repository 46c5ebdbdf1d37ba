import ClawBase

/// The five fields of a schedule: minute, hour, day of the month, month, day of the week. Pure.
struct CronFields: Sendable, Hashable {
    private var minutes: UInt64
    private var hours: UInt64
    private var days: UInt64
    private var months: UInt64
    private var weekdays: UInt64
    /// Where one of the two is free, the other decides alone; where both are given, either will do.
    private var isAnyDay: Bool

    /// - Parameter text: five fields that have been checked.
    init(_ text: String) {
        let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
        func bits(_ index: Int, _ range: ClosedRange<Int>, _ names: [String] = []) -> (bits: UInt64, isFree: Bool) {
            index < fields.count ? Self.bits(fields[index], range, names) : (0, false)
        }
        minutes = bits(0, 0...59).bits
        hours = bits(1, 0...23).bits
        months = bits(3, 1...12, Self.monthNames).bits
        let (day, weekday) = (bits(2, 1...31), bits(4, 0...6, Self.weekdayNames))
        (days, weekdays) = (day.bits, weekday.bits)
        isAnyDay = day.isFree || weekday.isFree
    }

    private static let monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(separator: " ").map(String.init)
    private static let weekdayNames = "sun mon tue wed thu fri sat".split(separator: " ").map(String.init)

    private static func bits(
        _ field: String, _ range: ClosedRange<Int>, _ names: [String]
    ) -> (bits: UInt64, isFree: Bool) {
        var (bits, isFree): (UInt64, Bool) = (0, false)
        func number(_ text: Substring) -> Int? {
            names.firstIndex(of: text.lowercased()).map { $0 + range.lowerBound } ?? Int(text)
        }
        for part in field.split(separator: ",") {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
            let step = halves.count > 1 ? Int(halves[1]) ?? 1 : 1
            var (first, last) = (range.lowerBound, range.upperBound)
            if ends[0] == "*" || ends[0] == "?" {
                if step == 1 { isFree = true }
            } else {
                first = number(ends[0]) ?? first
                last = ends.count > 1 ? number(ends[1]) ?? last : halves.count > 1 ? last : first
            }
            guard first <= last, step > 0 else { continue }
            for value in stride(from: first, through: min(last, 63), by: step) { bits |= 1 << UInt64(value) }
        }
        return (bits, isFree)
    }

    private static let horizon: Int64 = 5 * 366 * 86400

    /// Looks at the zone's clock as it goes: an hour that is left out in spring is not due, one that comes twice in
    /// autumn is due twice.
    func next(after moment: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        var time = moment.seconds - moment.seconds.remainder(60) + 60
        let end = time + Self.horizon
        while time <= end {
            let offset = zone.offset(at: time)
            let clock = time + offset
            let day = (clock - clock.remainder(86400)) / 86400
            let date = CivilDate(daysSinceEpoch: day)
            // Day 0 was a Thursday; Sunday is 0.
            let weekday = Int((day + 4).remainder(7))
            let second = clock.remainder(86400)
            guard months.has(Int(date.month)), isDue(Int(date.day), weekday) else {
                // On to the next midnight; where the clock was changed today, to the midnight by the new clock.
                let next = time + 86400 - second
                time = next + zone.offset(at: time) - zone.offset(at: next)
                if time < next - 43200 || time <= moment.seconds { time = next }
                continue
            }
            guard hours.has(Int(second / 3600)) else {
                time += 3600 - second % 3600
                continue
            }
            guard minutes.has(Int(second / 60 % 60)) else {
                time += 60
                continue
            }
            return Timestamp(seconds: time)
        }
        return nil
    }

    private func isDue(_ day: Int, _ weekday: Int) -> Bool {
        let (day, weekday) = (days.has(day), weekdays.has(weekday))
        return isAnyDay ? day && weekday : day || weekday
    }
}

extension UInt64 {
    fileprivate func has(_ bit: Int) -> Bool { self & (1 << UInt64(bit)) != 0 }
}

extension Int64 {
    /// Never negative.
    fileprivate func remainder(_ divisor: Int64) -> Int64 { (self % divisor + divisor) % divisor }
}

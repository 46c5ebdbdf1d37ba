/// A zone's clock in years to come, from a text such as `CET-1CEST,M3.5.0,M10.5.0/3`.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html>
package struct YearlyClockChanges: Sendable, Hashable {
    fileprivate struct Day: Sendable, Hashable {
        enum Form: Sendable, Hashable {
            case weekday(month: Int, week: Int, weekday: Int)
            /// From 1, the leap day not counted.
            case julian(Int)
            /// From 0.
            case ordinal(Int)
        }
        var form: Form
        /// Seconds after midnight, by the clock before the change.
        var time: Int64
    }

    private let standard: Int64
    private var summer: (offset: Int64, from: Day, until: Day)? {
        guard let summerOffset, let from, let until else { return nil }
        return (summerOffset, from, until)
    }
    private let summerOffset: Int64?
    private let from: Day?
    private let until: Day?

    package init?(_ text: String) {
        var reader = Reader(Substring(text))
        guard reader.skipName(), let west = reader.time() else { return nil }
        standard = -west
        guard reader.skipName() else {
            (summerOffset, from, until) = (nil, nil, nil)
            return
        }
        summerOffset = reader.atComma ? standard + 3600 : reader.time().map { -$0 } ?? standard + 3600
        guard let from = reader.day(), let until = reader.day() else { return nil }
        (self.from, self.until) = (from, until)
    }

    /// Seconds east of UTC.
    package func offset(at moment: Int64) -> Int64 {
        guard let summer else { return standard }
        let local = moment + standard
        let year = CivilDate(daysSinceEpoch: local.flooringDivision(by: 86400)).year
        let start = summer.from.moment(year) - standard
        let end = summer.until.moment(year) - summer.offset
        let isSummer = start < end ? (start..<end).contains(moment) : !(end..<start).contains(moment)
        return isSummer ? summer.offset : standard
    }

    private struct Reader {
        var rest: Substring
        init(_ text: Substring) { rest = text }

        var atComma: Bool { rest.first == "," }

        mutating func skipName() -> Bool {
            if rest.first == "<" {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let name = rest.prefix(while: \.isLetter)
            rest = rest.dropFirst(name.count)
            return name.count >= 3
        }

        mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func number() -> Int? {
            let digits = rest.prefix(while: \.isNumber)
            rest = rest.dropFirst(digits.count)
            return Int(digits)
        }

        /// `[-]hours[:minutes[:seconds]]` in seconds.
        mutating func time() -> Int64? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number() else { return nil }
            var seconds = hours * 3600
            if take(":") { seconds += (number() ?? 0) * 60 }
            if take(":") { seconds += number() ?? 0 }
            return Int64(isNegative ? -seconds : seconds)
        }

        mutating func day() -> Day? {
            guard take(",") else { return nil }
            var form: Day.Form?
            if take("M") {
                guard let month = number(), take("."), let week = number(), take("."), let weekday = number() else {
                    return nil
                }
                form = .weekday(month: month, week: week, weekday: weekday)
            } else if take("J") {
                form = number().map(Day.Form.julian)
            } else {
                form = number().map(Day.Form.ordinal)
            }
            return form.map { Day(form: $0, time: take("/") ? time() ?? 7200 : 7200) }
        }
    }
}

extension YearlyClockChanges.Day {
    /// By the clock before the change, in seconds since 1970.
    fileprivate func moment(_ year: Int64) -> Int64 {
        func firstDay(of month: Int) -> Int64 { CivilDate(year: year, month: Int64(month), day: 1).daysSinceEpoch }
        let start = firstDay(of: 1)
        let day: Int64
        switch form {
        case .ordinal(let number): day = start + Int64(number)
        case .julian(let number):
            let isLeap = firstDay(of: 3) - start == 60
            day = start + Int64(number) - (isLeap && number >= 60 ? 0 : 1)
        case .weekday(let month, let week, let weekday):
            let first = firstDay(of: month)
            let next =
                month == 12
                ? CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch : firstDay(of: month + 1)
            let ahead = Int64(weekday) - (first + 4)
            var candidate = first + ahead - ahead.flooringDivision(by: 7) * 7 + Int64(week - 1) * 7
            while candidate >= next { candidate -= 7 }
            day = candidate
        }
        return day * 86400 + time
    }
}

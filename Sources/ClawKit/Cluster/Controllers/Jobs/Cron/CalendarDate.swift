/// A day of the proleptic Gregorian calendar.
struct CalendarDate: Sendable, Hashable {
    var year: Int
    /// From 1.
    var month: Int
    /// From 1.
    var day: Int
    /// Sunday is 0.
    var weekday: Int

    /// - Parameter day: counted from 1970-01-01.
    init(epochDay day: Int64) {
        // Day 0 was a Thursday.
        weekday = Int((day + 4).remainder(7))
        // Years from March on, so that the leap day comes last; eras of 400 years, which all have as many days.
        let shifted = day + 719_468
        let dayOfEra = shifted.remainder(146_097)
        let era = (shifted - dayOfEra) / 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        self.day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to the first of a month.
    static func epochDay(year: Int, month: Int) -> Int64 {
        let marchYear = Int64(month <= 2 ? year - 1 : year)
        let yearOfEra = marchYear.remainder(400)
        let era = (marchYear - yearOfEra) / 400
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Timestamp {
    /// The form HTTP's `Date` has (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. For years from 0 on.
    public var httpDate: String {
        let text = rfc3339()
        let parts = text.split { "-T:Z".contains($0) }
        guard parts.count == 6, let month = Int(parts[1]), (1...12).contains(month) else { return text }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // Day 0 of the epoch was a Thursday.
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let day = seconds.flooringDivision(by: 86400)
        let weekday = weekdays[Int(day - day.flooringDivision(by: 7) * 7)]
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}

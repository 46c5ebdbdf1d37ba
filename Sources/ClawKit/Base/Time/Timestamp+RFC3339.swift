extension Timestamp {
    /// RFC 3339 in UTC, as Kubernetes writes `Time` (whole seconds) and `MicroTime` (`fractionDigits: 6`).
    public func rfc3339(fractionDigits: Int = 0) -> String {
        let total = seconds
        let days = total.flooringDivision(by: 86400)
        let clock = total - days * 86400
        let date = CivilDate(daysSinceEpoch: days)
        // Of a 64-bit count of nanoseconds: from 1677 to 2262.
        return String(unsafeUninitializedCapacity: 31) { text in
            var count = 0
            func write(_ number: Int64, _ digits: Int, before mark: UInt8? = nil) {
                var rest = number
                for position in stride(from: count + digits - 1, through: count, by: -1) {
                    text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                count += digits
                guard let mark else { return }
                text[count] = mark
                count += 1
            }
            write(date.year, 4, before: UInt8(ascii: "-"))
            write(date.month, 2, before: UInt8(ascii: "-"))
            write(date.day, 2, before: UInt8(ascii: "T"))
            write(clock / 3600, 2, before: UInt8(ascii: ":"))
            write(clock / 60 % 60, 2, before: UInt8(ascii: ":"))
            write(clock % 60, 2, before: fractionDigits > 0 ? UInt8(ascii: ".") : UInt8(ascii: "Z"))
            if fractionDigits > 0 {
                write(nanoseconds - total * 1_000_000_000, 9)
                count -= 9 - min(9, fractionDigits)
                text[count] = UInt8(ascii: "Z")
                count += 1
            }
            return count
        }
    }

    /// Reads RFC 3339 with any offset and up to nine fractional digits; nil where the text is anything else.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]),
            let day = digits(bytes[8..<10]), let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]),
            let second = digits(bytes[17..<19]), (1...12).contains(month), (1...31).contains(day), hour < 24,
            minute < 60, second < 61
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let text = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !text.isEmpty, text.count <= 9, let value = digits(text) else { return nil }
            fraction = (0..<(9 - text.count)).reduce(value) { scaled, _ in scaled * 10 }
            rest = rest.dropFirst(1 + text.count)
        }
        var offset: Int64 = 0
        if rest.elementsEqual([UInt8(ascii: "Z")]) || rest.elementsEqual([UInt8(ascii: "z")]) {
            offset = 0
        } else {
            let zone = Array(rest)
            guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
                zone[3] == UInt8(ascii: ":"), let hours = digits(zone[1..<3]), let minutes = digits(zone[4..<6]),
                hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (zone[0] == UInt8(ascii: "-") ? -1 : 1)
        }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        nanoseconds = whole + fraction
    }
}

extension Timestamp: CustomStringConvertible {
    public var description: String { rfc3339(fractionDigits: 3) }
}

private func digits(_ bytes: some Collection<UInt8>) -> Int64? {
    var value: Int64 = 0
    for byte in bytes {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return value
}

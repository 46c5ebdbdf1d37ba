/// What is wrong with the text of a moment, in the words of Go's `time.Parse`.
package struct GoTime {
    private let text: String
    private let layout: String
    private var rest: ArraySlice<UInt8>

    /// - Parameter isMicro: six digits of a second's fraction, no more and no fewer; otherwise any number, or none.
    package static func problem(with text: String, isMicro: Bool) -> String? {
        var time = GoTime(text, isMicro: isMicro)
        return time.parse(isMicro: isMicro)
    }

    private init(_ text: String, isMicro: Bool) {
        self.text = text
        layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
        rest = Array(text.utf8)[...]
    }

    private mutating func parse(isMicro: Bool) -> String? {
        guard let year = number(digits: 4) else { return mismatch("2006") }
        if !literal("-") { return mismatch("-") }
        guard let month = number(digits: 2) else { return mismatch("01") }
        if !(1...12).contains(month) { return range("month") }
        if !literal("-") { return mismatch("-") }
        guard let day = number(digits: 2) else { return mismatch("02") }
        if !literal("T") { return mismatch("T") }
        guard let hour = number(digits: 2) ?? number(digits: 1) else { return mismatch("15") }
        if hour > 23 { return range("hour") }
        if !literal(":") { return mismatch(":") }
        guard let minute = number(digits: 2) else { return mismatch("04") }
        if minute > 59 { return range("minute") }
        if !literal(":") { return mismatch(":") }
        guard let second = number(digits: 2) else { return mismatch("05") }
        if second > 59 { return range("second") }
        if isMicro {
            guard rest.first == UInt8(ascii: "."), rest.count >= 7,
                rest.dropFirst().prefix(6).allSatisfy(NameRules.isDigit)
            else {
                return mismatch(".000000")
            }
            rest = rest.dropFirst(7)
        } else if rest.first == UInt8(ascii: "."), let next = rest.dropFirst().first, NameRules.isDigit(next) {
            rest = rest.dropFirst().drop(while: NameRules.isDigit)
        }
        if let problem = zone() { return problem }
        if !rest.isEmpty { return "parsing time \"\(text)\": extra text: \"\(String(decoding: rest, as: UTF8.self))\"" }
        let days = [
            31, year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
        ]
        return (1...days[month - 1]).contains(day) ? nil : range("day")
    }

    /// `Z`, or how far from it: `+02:00`.
    private mutating func zone() -> String? {
        if literal("Z") { return nil }
        let whole = rest
        guard rest.count >= 6, literal("+") || literal("-"), let hours = number(digits: 2), literal(":"),
            let minutes = number(digits: 2)
        else {
            rest = whole
            return mismatch("Z07:00")
        }
        if hours > 24 { return range("time zone offset hour") }
        return minutes > 60 ? range("time zone offset minute") : nil
    }

    private mutating func number(digits: Int) -> Int? {
        let head = rest.prefix(digits)
        guard head.count == digits, head.allSatisfy(NameRules.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return head.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    private mutating func literal(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private func mismatch(_ element: String) -> String {
        "parsing time \"\(text)\" as \"\(layout)\": cannot parse \"\(String(decoding: rest, as: UTF8.self))\" as \"\(element)\""
    }

    private func range(_ what: String) -> String { "parsing time \"\(text)\": \(what) out of range" }
}

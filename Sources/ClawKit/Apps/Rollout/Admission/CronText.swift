/// Whether a text is a schedule that Kubernetes' cron jobs take.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>
enum CronText {
    private struct Field {
        let name: String
        let range: ClosedRange<Int>
        let words: [String]

        init(_ name: String, _ range: ClosedRange<Int>, _ words: String = "") {
            (self.name, self.range) = (name, range)
            self.words = words.split(separator: " ").map(String.init)
        }
    }

    private static let fields = [
        Field("minute", 0...59), Field("hour", 0...23), Field("day", 1...31),
        Field("month", 1...12, "jan feb mar apr may jun jul aug sep oct nov dec"),
        Field("weekday", 0...6, "sun mon tue wed thu fri sat"),
    ]

    /// What is wrong with it; nil where it is a schedule.
    static func problem(in text: String) -> String? {
        guard text.utf8.count <= 1000 else { return "it is too long" }
        if text.contains("TZ=") { return "a time zone cannot stand in it" }
        if text.hasPrefix("@") {
            if ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"].contains(text) {
                return nil
            }
            return text.hasPrefix("@every ")
                ? everyProblem(text.dropFirst(7)) : "'\(text.prefix(20))' is no shorthand it knows"
        }
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == fields.count else {
            return "it has \(parts.count) fields, and needs minute, hour, day, month and weekday"
        }
        for (part, field) in zip(parts, fields) {
            for element in part.split(separator: ",", omittingEmptySubsequences: false)
            where !isElement(element, of: field) {
                return "'\(element.prefix(20))' is no \(field.name)"
            }
        }
        return nil
    }

    /// `*`, `?`, `5`, `mon`, `1-5`, and each with a step behind it.
    private static func isElement(_ text: Substring, of field: Field) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { guard let step = number(parts[1]), step > 0 else { return false } }
        if parts[0] == "*" || parts[0] == "?" { return true }
        let ends = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let values = ends.compactMap { value($0, of: field) }
        guard values.count == ends.count, values.allSatisfy(field.range.contains) else { return false }
        return values.count == 1 || values[0] <= values[1]
    }

    private static func value(_ text: Substring, of field: Field) -> Int? {
        if let number = number(text) { return number }
        return field.words.firstIndex(of: text.lowercased()).map { $0 + field.range.lowerBound }
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// A duration as Go writes it, `1h30m`.
    private static func everyProblem(_ text: Substring) -> String? {
        var rest = text[...]
        guard !rest.isEmpty else { return "a duration is missing" }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard !digits.isEmpty, ["h", "m", "s", "ms", "us", "ns"].contains(unit) else {
                return "'\(text.prefix(20))' is no duration"
            }
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return nil
    }
}

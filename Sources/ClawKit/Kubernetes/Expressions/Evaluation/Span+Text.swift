extension Value.Span {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// As Go writes durations: `1h30m`, `-1.5s`, `0`. nil where the text is none, or out of range.
    public init?(_ text: String) {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        if rest == "0" {
            self.init(nanoseconds: 0)
            return
        }
        var total: Int128 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(whole.count)
            var fraction: Substring = ""
            if rest.first == "." {
                fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                rest = rest.dropFirst(1 + fraction.count)
            }
            let unit = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
            rest = rest.dropFirst(unit.count)
            guard !(whole.isEmpty && fraction.isEmpty), whole.count < 20,
                let scale = Self.units.first(where: { $0.name == unit })?.nanoseconds
            else { return nil }
            total += (Int128(whole) ?? 0) * Int128(scale)
            if !fraction.isEmpty { total += Int128(((Double("0." + fraction) ?? 0) * scale).rounded(.towardZero)) }
            guard total <= Int128(Int64.max) else { return nil }
        }
        self.init(nanoseconds: Int64(isNegative ? -total : total))
    }

    /// As the language writes durations: seconds, `3600s`, `1.5s`.
    var text: String {
        let magnitude = nanoseconds.magnitude
        var text = "\(nanoseconds < 0 ? "-" : "")\(magnitude / 1_000_000_000)"
        let rest = magnitude % 1_000_000_000
        if rest > 0 {
            var fraction = String(rest)
            fraction = String(repeating: "0", count: 9 - fraction.count) + fraction
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text + "s"
    }
}

/// A quantity's text taken apart: digits with a fraction, times a power of ten or of 1024.
struct QuantityParts {
    /// Which suffixes the text uses, and so its canonical form.
    enum Format { case decimal, exponent, binary }

    private(set) var format = Format.decimal
    /// 10⁻⁹ units, rounded away from zero; nil where beyond the range.
    private(set) var nanos: Int128?

    private static let decimalSuffixes: [String: Int] = [
        "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
    ]
    private static let binarySuffixes: [String: Int] = ["Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6]

    /// nil where the text is no quantity.
    init?(_ text: String) {
        var rest = text[...]
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.hasPrefix(".") {
            fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty), whole.count <= 39, fraction.count <= 24 else { return nil }

        var power: Int
        if let known = Self.decimalSuffixes[String(rest)] {
            power = known
        } else if let known = Self.binarySuffixes[String(rest)] {
            (format, power) = (.binary, known)
        } else if rest.first == "e" || rest.first == "E", let exponent = Int(rest.dropFirst()), abs(exponent) <= 27 {
            (format, power) = (.exponent, exponent)
        } else {
            return nil
        }
        guard let digits = Int128(whole + fraction) else { return }
        let magnitude = Self.nanos(digits, fraction: fraction.count, base: format == .binary ? 1024 : 10, power: power)
        nanos = magnitude.map { isNegative ? -$0 : $0 }
    }

    /// digits × base^power × 10⁹ ÷ 10^fraction, rounded up; nil on overflow.
    private static func nanos(_ digits: Int128, fraction: Int, base: Int128, power: Int) -> Int128? {
        // Powers of ten are gathered first, so that only what is left multiplies or divides.
        let tens = 9 - fraction + (base == 10 ? power : 0)
        var value = digits
        for factor in Array(repeating: Int128(1024), count: base == 10 ? 0 : power)
            + Array(repeating: 10, count: max(0, tens))
        {
            let (product, overflow) = value.multipliedReportingOverflow(by: factor)
            guard !overflow else { return nil }
            value = product
        }
        var divisor: Int128 = 1
        for _ in 0..<max(0, -tens) {
            let (product, overflow) = divisor.multipliedReportingOverflow(by: 10)
            // Larger than any value: what is left of it is less than one nano-unit.
            guard !overflow else { return value.signum() }
            divisor = product
        }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder > 0 ? quotient + 1 : quotient
    }
}

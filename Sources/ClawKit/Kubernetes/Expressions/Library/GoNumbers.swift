/// Numbers as Go's formatting writes them.
package enum GoNumbers {
    /// The shortest text that reads back the same: `1`, `1.5`, `1e+06`, `+Inf`.
    package static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        let (sign, digits, point) = shortest(value)
        let exponent = point - 1
        if digits == "0" { return "\(sign)0" }
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.dropFirst()
            let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
            return
                "\(sign)\(digits.prefix(1))\(fraction.isEmpty ? "" : ".\(fraction)")e\(exponent < 0 ? "-" : "+")\(power)"
        }
        return sign + plain(digits, point)
    }

    private static func plain(_ digits: String, _ point: Int) -> String {
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return digits + String(repeating: "0", count: point - digits.count) }
        return "\(digits.prefix(point)).\(digits.dropFirst(point))"
    }

    /// Significant digits, and how many of them stand before the decimal point.
    static func shortest(_ value: Double) -> (sign: String, digits: String, point: Int) {
        var text = value.magnitude.description[...]
        var exponent = 0
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[mark...].dropFirst()) ?? 0
            text = text[..<mark]
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var digits = parts.joined()
        var point = (parts.first?.count ?? 0) + exponent
        while digits.count > 1, digits.hasPrefix("0") {
            digits.removeFirst()
            point -= 1
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        return (value.sign == .minus ? "-" : "", digits, point)
    }

    /// With so many digits behind the point, rounded half to even on the exact binary value.
    package static func fixed(_ value: Double, _ precision: Int) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let (whole, fraction) = exactDigits(value.magnitude)
        let (rounded, carry) = round(whole + fraction, keeping: whole.count + precision)
        let pointAt = whole.count + (carry ? 1 : 0)
        let text = precision == 0 ? rounded : "\(rounded.prefix(pointAt)).\(rounded.dropFirst(pointAt))"
        return (value.sign == .minus ? "-" : "") + text
    }

    /// `1.234560e+03`.
    static func scientific(_ value: Double, _ precision: Int) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let (whole, fraction) = exactDigits(value.magnitude)
        var digits = whole + fraction
        var exponent = whole.count - 1
        while digits.count > 1, digits.hasPrefix("0") {
            digits.removeFirst()
            exponent -= 1
        }
        if value == 0 { exponent = 0 }
        var (rounded, carry) = round(digits, keeping: precision + 1)
        if carry {
            rounded.removeLast()
            exponent += 1
        }
        let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
        let tail = precision == 0 ? "" : ".\(rounded.dropFirst())"
        return "\(value.sign == .minus ? "-" : "")\(rounded.prefix(1))\(tail)e\(exponent < 0 ? "-" : "+")\(power)"
    }

    /// All decimal digits of a double, before and behind the point.
    private static func exactDigits(_ value: Double) -> (whole: String, fraction: String) {
        // value = significand × 2^exponent, with a whole significand.
        let exponent = value == 0 ? 0 : Int(value.exponent) - 52
        var digits = Array(String(value == 0 ? 0 : UInt64(value.significand * 0x1p52)).utf8.map { $0 - 48 })
        var point = digits.count
        for _ in 0..<max(0, exponent) {
            var carry: UInt8 = 0
            for index in digits.indices.reversed() {
                let doubled = digits[index] * 2 + carry
                (digits[index], carry) = (doubled % 10, doubled / 10)
            }
            if carry > 0 {
                digits.insert(carry, at: 0)
                point += 1
            }
        }
        for _ in 0..<max(0, -exponent) {
            var rest: UInt8 = 0
            for index in digits.indices {
                let current = rest * 10 + digits[index]
                (digits[index], rest) = (current / 2, current % 2)
            }
            if rest > 0 { digits.append(5) }
            while digits.count > point, digits.last == 0 { digits.removeLast() }
            if point > 1, digits.first == 0 {
                digits.removeFirst()
                point -= 1
            }
        }
        func text(_ part: ArraySlice<UInt8>) -> String { String(decoding: part.map { $0 + 48 }, as: UTF8.self) }
        return (text(digits[..<point]), text(digits[point...]))
    }

    /// The first digits, rounded; whether a digit was added in front.
    private static func round(_ digits: String, keeping count: Int) -> (String, carry: Bool) {
        var kept = Array(digits.utf8.prefix(count))
        let rest = Array(digits.utf8.dropFirst(count))
        while kept.count < count { kept.append(48) }
        guard let next = rest.first else { return (String(decoding: kept, as: UTF8.self), false) }
        let isHalf = next == 53 && rest.dropFirst().allSatisfy { $0 == 48 }
        guard next > 53 || (next == 53 && !isHalf) || (isHalf && (kept.last ?? 48) % 2 == 1) else {
            return (String(decoding: kept, as: UTF8.self), false)
        }
        for index in kept.indices.reversed() {
            if kept[index] < 57 {
                kept[index] += 1
                return (String(decoding: kept, as: UTF8.self), false)
            }
            kept[index] = 48
        }
        return ("1" + String(decoding: kept, as: UTF8.self), true)
    }
}

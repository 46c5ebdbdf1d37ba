/// An exact decimal: `numeric`, with up to 131,072 digits before and 16,383 after the point.
///
/// Equal where the values are: 1.50 equals 1.5, though both keep their scale.
public struct PostgresNumeric: Sendable {
    enum Kind: UInt16 {
        case positive = 0x0000, negative = 0x4000, nan = 0xC000, infinity = 0xD000, minusInfinity = 0xF000
    }

    var kind: Kind
    /// Base 10,000; the first one counts 10,000 to the power of `weight`. Neither the first nor the last is zero.
    var digits: [Int16]
    var weight: Int
    /// Decimal digits after the point that are shown.
    var scale: Int

    init(kind: Kind, digits: [Int16], weight: Int, scale: Int) {
        let leading = digits.prefix { $0 == 0 }.count
        var digits = digits.dropFirst(leading)
        while digits.last == 0 { digits.removeLast() }
        self.digits = Array(digits)
        self.weight = digits.isEmpty ? 0 : weight - leading
        self.scale = scale
        self.kind = kind == .negative && digits.isEmpty ? .positive : kind
    }

    public static let nan = PostgresNumeric(kind: .nan, digits: [], weight: 0, scale: 0)

    public init(_ value: Int64) {
        var rest = value.magnitude
        var digits: [Int16] = []
        while rest > 0 {
            digits.append(Int16(rest % 10_000))
            rest /= 10_000
        }
        self.init(
            kind: value < 0 ? .negative : .positive, digits: digits.reversed(), weight: digits.count - 1, scale: 0)
    }

    /// Reads `-12.50`, `NaN`, `Infinity`; nil where the text is anything else. There is no exponent.
    public init?(_ text: String) {
        switch text.lowercased() {
        case "nan": self = .nan
        case "infinity": self.init(kind: .infinity, digits: [], weight: 0, scale: 0)
        case "-infinity": self.init(kind: .minusInfinity, digits: [], weight: 0, scale: 0)
        default:
            var bytes = Array(text.utf8)[...]
            let sign = bytes.first
            if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { bytes.removeFirst() }
            let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
            let whole = parts[0]
            let fraction = parts.count > 1 ? parts[1] : []
            let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
            guard !(whole.isEmpty && fraction.isEmpty), whole.allSatisfy(isDigit), fraction.allSatisfy(isDigit),
                whole.count <= 131_072, fraction.count <= 16_383
            else { return nil }
            // Groups of four, aligned at the point.
            let head = (4 - whole.count % 4) % 4
            let tail = (4 - fraction.count % 4) % 4
            let zero = UInt8(ascii: "0")
            let all = Array(repeating: zero, count: head) + whole + fraction + Array(repeating: zero, count: tail)
            let digits = stride(from: 0, to: all.count, by: 4).map { start in
                all[start..<start + 4].reduce(Int16(0)) { $0 * 10 + Int16($1 - zero) }
            }
            self.init(
                kind: sign == UInt8(ascii: "-") ? .negative : .positive, digits: digits,
                weight: (whole.count + 3) / 4 - 1, scale: fraction.count)
        }
    }
}

extension PostgresNumeric: Hashable {
    public static func == (a: Self, b: Self) -> Bool {
        a.kind == b.kind && a.digits == b.digits && (a.weight == b.weight || a.digits.isEmpty)
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(digits)
    }
}

extension PostgresNumeric: CustomStringConvertible {
    /// As the server writes it: `-12.50`.
    public var description: String {
        switch kind {
        case .nan: return "NaN"
        case .infinity: return "Infinity"
        case .minusInfinity: return "-Infinity"
        case .positive, .negative: break
        }
        func group(_ power: Int) -> String {
            let index = weight - power
            let digit = digits.indices.contains(index) ? digits[index] : 0
            let text = String(digit)
            return String(repeating: "0", count: 4 - text.count) + text
        }
        var text = (0...max(weight, 0)).reversed().map(group).joined()
        text = String(text.drop { $0 == "0" })
        if text.isEmpty { text = "0" }
        if scale > 0 {
            let fraction = (1...(scale + 3) / 4).map { group(-$0) }.joined()
            text += "." + fraction.prefix(scale)
        }
        return kind == .negative ? "-" + text : text
    }
}

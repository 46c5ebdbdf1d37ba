/// An amount of a resource, as Kubernetes writes it: `500m`, `1.5`, `2Gi`, `1e3`.
///
/// Keeps the text as given, so that a round trip changes nothing. Two quantities are equal as values when
/// their texts are equal; compare amounts with ``isSameAmount(as:)``.
/// Rules: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
public struct Quantity: ScalarView, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String

    public static let zero = Quantity(unchecked: "0")

    /// nil where the text is no quantity.
    public init?(_ text: String) {
        guard Self.parse(text) != nil else { return nil }
        self.text = text
    }

    /// A literal in the program's own source; an invalid one is a programmer's mistake.
    public init(stringLiteral text: String) {
        precondition(Self.parse(text) != nil, "'\(text)' is not a quantity")
        self.text = text
    }

    /// Documents from outside may hold numbers, and texts that validation will refuse later: kept as they are.
    public init?(json: JSON) {
        switch json {
        case .string(let text): self.init(unchecked: text)
        case .integer(let value): self.init(unchecked: String(value))
        case .double(let value): self.init(unchecked: value.description)
        default: return nil
        }
    }

    private init(unchecked text: String) { self.text = text }

    public var json: JSON { .string(text) }
    public var description: String { text }

    /// The amount in whole nano-units (10⁻⁹), rounded up as Kubernetes does; nil where the text is no quantity or
    /// the amount is beyond the range.
    public var nanoUnits: Int128? { Self.parse(text) }

    /// The amount rounded up to whole units: bytes, cores, pods.
    public var units: Int? { roundedUp(toNanos: 1_000_000_000) }

    /// The amount in thousandths, rounded up: millicores.
    public var milliUnits: Int? { roundedUp(toNanos: 1_000_000) }

    public func isSameAmount(as other: Quantity) -> Bool { nanoUnits != nil && nanoUnits == other.nanoUnits }

    private func roundedUp(toNanos unit: Int128) -> Int? {
        nanoUnits.flatMap { nanos in
            let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: unit)
            return Int(exactly: remainder > 0 ? quotient + 1 : quotient)
        }
    }

    private static let suffixes: [String: (base: Int128, power: Int)] = [
        "n": (10, -9), "u": (10, -6), "m": (10, -3), "": (10, 0), "k": (10, 3), "M": (10, 6), "G": (10, 9), "T": (10, 12),
        "P": (10, 15), "E": (10, 18), "Ki": (1024, 1), "Mi": (1024, 2), "Gi": (1024, 3), "Ti": (1024, 4),
        "Pi": (1024, 5), "Ei": (1024, 6),
    ]

    private static func parse(_ text: String) -> Int128? {
        var rest = text[...]
        let negative = rest.hasPrefix("-")
        if negative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.hasPrefix(".") {
            fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty), whole.count <= 24, fraction.count <= 24 else { return nil }
        var base: Int128 = 10
        var power: Int
        if let suffix = suffixes[String(rest)] {
            (base, power) = suffix
        } else if rest.first == "e" || rest.first == "E", let exponent = Int(rest.dropFirst()), abs(exponent) <= 27 {
            power = exponent
        } else {
            return nil
        }
        guard let digits = Int128(String(whole + fraction).isEmpty ? "0" : String(whole + fraction)) else { return nil }
        // value = digits × base^power × 10^9 / 10^fraction
        var numerator = digits
        var denominator: Int128 = 1
        for _ in 0..<fraction.count { denominator *= 10 }
        var scale: Int128 = 1_000_000_000
        while power < 0 {
            if scale % 10 == 0 { scale /= 10 } else { denominator *= 10 }
            power += 1
        }
        for factor in [scale] + Array(repeating: base, count: power) {
            let (product, overflow) = numerator.multipliedReportingOverflow(by: factor)
            guard !overflow else { return nil }
            numerator = product
        }
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let magnitude = remainder > 0 ? quotient + 1 : quotient
        return negative ? -magnitude : magnitude
    }
}

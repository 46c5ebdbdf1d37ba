/// An amount of money in billionths of a US dollar; whole numbers only, so that sums are exact.
///
/// `NanoDollars(nanos: 1_500_000_000)` is $1.50. The largest amount is about nine thousand million dollars.
public struct NanoDollars: Sendable, Hashable, Comparable {
    public var nanos: Int64

    public init(nanos: Int64) { self.nanos = nanos }

    public static let zero = NanoDollars(nanos: 0)
    public static func dollars(_ count: Int64) -> Self { Self(nanos: count * 1_000_000_000) }

    public static func < (a: Self, b: Self) -> Bool { a.nanos < b.nanos }
    /// Sums beyond the largest amount stay there: a limit is refused sooner, never passed by wrapping around.
    public static func + (a: Self, b: Self) -> Self { Self(nanos: a.nanos.addingSaturated(b.nanos)) }
    public static func - (a: Self, b: Self) -> Self { Self(nanos: a.nanos.addingSaturated(-b.nanos)) }
    public static func += (a: inout Self, b: Self) { a = a + b }
    public static func -= (a: inout Self, b: Self) { a = a - b }
}

extension NanoDollars: LosslessStringConvertible {
    /// Reads a decimal number of dollars with at most nine digits behind the point: `0.45`, `-1`, `12.000000001`.
    public init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Self.number(parts[0]), whole <= 9_000_000_000 else { return nil }
        var nanos = whole * 1_000_000_000
        if parts.count == 2 {
            guard parts[1].utf8.count <= 9, let fraction = Self.number(parts[1]) else { return nil }
            nanos += fraction * Self.powers[9 - parts[1].utf8.count]
        }
        self.init(nanos: isNegative ? -nanos : nanos)
    }

    /// In dollars without superfluous zeros: `0.45`.
    public var description: String {
        let (whole, fraction) = nanos.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return (nanos < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : ".\(digits)")
    }

    private static func number(_ digits: Substring) -> Int64? {
        guard !digits.isEmpty, digits.utf8.count <= 10, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(digits)
    }

    private static let powers: [Int64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    ]
}

extension Int64 {
    /// The sum, or the bound that it passes.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}

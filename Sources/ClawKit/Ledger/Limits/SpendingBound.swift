/// The most that a call can take: something certain, and so much for each token of the answer.
///
/// The answer's length is the gateway's to bound (`max_tokens`), so where a budget cannot bear the wanted length, a
/// shorter one is reserved, down to the least that makes sense.
public struct SpendingBound: Sendable, Hashable {
    /// For the request itself and the input.
    public var fixed: Amounts
    /// The price of a token of the answer, in billionths of a dollar per million tokens.
    public var nanosPerMillion: Int64
    /// How many tokens of answer are wanted.
    public var wanted: Int64
    /// How many must be possible; below them the call is refused.
    public var least: Int64

    public init(fixed: Amounts, nanosPerMillion: Int64 = 0, wanted: Int64 = 0, least: Int64 = 0) {
        (self.fixed, self.nanosPerMillion, self.wanted, self.least) = (fixed, nanosPerMillion, wanted, min(least, wanted))
    }

    /// A call whose price is known.
    public init(_ fixed: Amounts) { self.init(fixed: fixed) }

    /// What an answer of so many tokens takes at the most; parts of a billionth count as a whole one.
    public func amounts(forTokens count: Int64) -> Amounts {
        var amounts = fixed
        amounts.tokens = amounts.tokens.addingSaturated(count)
        let (whole, rest) = (Int128(count) * Int128(nanosPerMillion)).quotientAndRemainder(dividingBy: 1_000_000)
        amounts.cost += NanoDollars(nanos: Int64(clamping: whole + (rest > 0 ? 1 : 0)))
        return amounts
    }

    /// How many tokens of answer something left over can bear; nil where it cannot even bear what is certain.
    func affordable(_ left: Int64, _ unit: UsageUnit) -> Int64? {
        let rest = left.addingSaturated(-fixed[unit])
        guard rest >= 0 else { return nil }
        switch unit {
        case .requests, .inFlight: return wanted
        case .tokens: return min(wanted, rest)
        case .cost:
            guard nanosPerMillion > 0 else { return wanted }
            return min(wanted, Int64(clamping: Int128(rest) * 1_000_000 / Int128(nanosPerMillion)))
        }
    }
}

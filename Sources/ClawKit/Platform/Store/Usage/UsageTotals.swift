import ClawBase
public import ClawLedger

/// Sums over rows of the ledger. Exact: what does not fit in 64 bits is refused, not rounded.
public struct UsageTotals: Sendable, Hashable {
    public var rows: Int64 = 0
    public var cost = NanoDollars.zero
    public var tokens = UsageTokens()
    /// Of each meter that has a row among them, in the meter's unit.
    public var amounts: [UsageMeter: Int64] = [:]

    public init(
        rows: Int64 = 0, cost: NanoDollars = .zero, tokens: UsageTokens = .zero, amounts: [UsageMeter: Int64] = [:]
    ) {
        (self.rows, self.cost, self.tokens, self.amounts) = (rows, cost, tokens, amounts)
    }
}

/// A sum under way: what is added may go beyond 64 bits and come back.
struct UsageSum: Sendable {
    private var rows: Int64 = 0
    private var parts: [Int128] = [0, 0, 0, 0, 0, 0]
    private var amounts: [UsageMeter: Int128] = [:]

    mutating func add(_ row: UsageRow) {
        rows += 1
        parts[0] += Int128(row.cost.nanos)
        parts[1] += Int128(row.tokens.input)
        parts[2] += Int128(row.tokens.cached)
        parts[3] += Int128(row.tokens.cacheWritten)
        parts[4] += Int128(row.tokens.output)
        parts[5] += Int128(row.tokens.reasoning)
        amounts[row.meter, default: 0] += Int128(row.amount)
    }

    /// - Throws: ``Finding`` (`E_STORAGE`).
    func totals() throws(Finding) -> UsageTotals {
        let sums = parts.compactMap { Int64(exactly: $0) }
        let amounts = amounts.compactMapValues { Int64(exactly: $0) }
        guard sums.count == parts.count, amounts.count == self.amounts.count else {
            throw Finding(.storage, "The ledger's sum is beyond 64 bits; ask for a shorter time.")
        }
        return UsageTotals(
            rows: rows, cost: NanoDollars(nanos: sums[0]),
            tokens: UsageTokens(
                input: sums[1], cached: sums[2], cacheWritten: sums[3], output: sums[4], reasoning: sums[5]),
            amounts: amounts)
    }
}

/// The totals of all rows that have the same value.
public struct UsageGroup: Sendable, Hashable {
    /// nil: the rows that have none.
    public let value: String?
    public let totals: UsageTotals
    public init(_ value: String?, _ totals: UsageTotals) { (self.value, self.totals) = (value, totals) }
}

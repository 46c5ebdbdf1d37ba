import ClawBase

/// Sums over entries of the ledger. Exact: what does not fit in 64 bits is refused, not rounded.
public struct UsageTotals: Sendable, Hashable {
    public var entries: Int64 = 0
    /// In nano-dollars.
    public var cost: Int64 = 0
    public var tokens = TokenCounts()
    /// In the meter's unit; of several meters it means nothing.
    public var amount: Int64 = 0

    public init(entries: Int64 = 0, cost: Int64 = 0, tokens: TokenCounts = TokenCounts(), amount: Int64 = 0) {
        (self.entries, self.cost, self.tokens, self.amount) = (entries, cost, tokens, amount)
    }
}

/// A sum under way: what is added may go beyond 64 bits and come back.
struct UsageSum: Sendable {
    private var entries: Int64 = 0
    private var parts: [Int128] = [0, 0, 0, 0, 0, 0]

    mutating func add(_ entry: UsageEntry) {
        entries += 1
        parts[0] += Int128(entry.cost)
        parts[1] += Int128(entry.tokens.input)
        parts[2] += Int128(entry.tokens.cachedInput)
        parts[3] += Int128(entry.tokens.output)
        parts[4] += Int128(entry.tokens.reasoning)
        parts[5] += Int128(entry.amount)
    }

    /// - Throws: ``Finding`` (`E_STORAGE`).
    func totals() throws(Finding) -> UsageTotals {
        let sums = parts.compactMap { Int64(exactly: $0) }
        guard sums.count == parts.count else {
            throw Finding(.storage, "The ledger's sum is beyond 64 bits; ask for a shorter time.")
        }
        return UsageTotals(
            entries: entries, cost: sums[0],
            tokens: TokenCounts(input: sums[1], cachedInput: sums[2], output: sums[3], reasoning: sums[4]),
            amount: sums[5])
    }
}

/// The totals of all entries that have the same value.
public struct UsageGroup: Sendable, Hashable {
    /// nil: the entries that have none.
    public let value: String?
    public let totals: UsageTotals
    public init(_ value: String?, _ totals: UsageTotals) { (self.value, self.totals) = (value, totals) }
}

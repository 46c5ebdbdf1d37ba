public import ClawBase

/// One call in the ledger: who used what, what it cost, and of which budgets it was paid.
public struct UsageRow: Sendable, Hashable, Identifiable {
    /// How a call came to its cost.
    public enum Settlement: String, Sendable, Hashable, CaseIterable {
        /// As the upstream counted.
        case exact
        /// The upstream did not say (the client left, the stream broke): estimated from what was seen.
        case estimated
        /// The process died during the call: all that had been set aside counts as used.
        case forfeited
    }

    /// Unique for all time; the request's id.
    public var id: String
    public var at: Timestamp
    public var subject: UsageSubject
    /// The alias that was asked for.
    public var model: String
    /// The deployment that answered, where one did.
    public var deployment: String
    public var tokens: UsageTokens
    public var cost: NanoDollars
    public var settlement: Settlement
    /// The accounts that paid, each this much; what each limits is counted.
    public var charges: [UsageCharge]

    public init(
        id: String, at: Timestamp, subject: UsageSubject, model: String, deployment: String = "",
        tokens: UsageTokens = UsageTokens(), cost: NanoDollars, settlement: Settlement = .exact,
        charges: [UsageCharge] = []
    ) {
        (self.id, self.at, self.subject, self.model, self.deployment) = (id, at, subject, model, deployment)
        (self.tokens, self.cost, self.settlement, self.charges) = (tokens, cost, settlement, charges)
    }
}

/// What one account pays of a call.
public struct UsageCharge: Sendable, Hashable {
    public var account: UsageAccountID
    public var amounts: Amounts

    public init(_ account: UsageAccountID, _ amounts: Amounts) { (self.account, self.amounts) = (account, amounts) }
}

/// Tokens of one call, none counted twice.
public struct UsageTokens: Sendable, Hashable {
    /// Read anew.
    public var input: Int64
    /// Read from the upstream's cache.
    public var cached: Int64
    /// Written to it.
    public var cacheWritten: Int64
    /// Of the answer, reasoning included.
    public var output: Int64
    /// Of those, reasoning.
    public var reasoning: Int64

    public init(
        input: Int64 = 0, cached: Int64 = 0, cacheWritten: Int64 = 0, output: Int64 = 0, reasoning: Int64 = 0
    ) {
        (self.input, self.cached, self.cacheWritten) = (input, cached, cacheWritten)
        (self.output, self.reasoning) = (output, reasoning)
    }

    public var total: Int64 { input + cached + cacheWritten + output }
}

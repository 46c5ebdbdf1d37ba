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

    public static let zero = UsageTokens()

    /// What limits on tokens count; a sum beyond 64 bits stays at the bound.
    public var total: Int64 {
        input.addingSaturated(cached).addingSaturated(cacheWritten).addingSaturated(output)
    }
}

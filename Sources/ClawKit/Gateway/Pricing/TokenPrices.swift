public import ClawDialects
public import ClawLedger

/// What a model's tokens cost, in billionths of a dollar per million tokens: $0.15 per million is 150,000,000.
public struct TokenPrices: Sendable, Hashable {
    public var input: Int64
    public var output: Int64
    /// Input read from the upstream's cache; nil: as ``input``.
    public var cacheRead: Int64?
    /// Input written to it, for minutes and for an hour; nil: as ``input``.
    public var cacheWrite: Int64?
    public var longCacheWrite: Int64?
    /// Of the output, reasoning; nil: as ``output``.
    public var reasoning: Int64?
    public var audioInput: Int64?
    public var audioOutput: Int64?
    /// For each request, in billionths of a dollar.
    public var request: Int64
    /// What the whole request costs where its input is long; nil: the same.
    public var long: LongContextPrices?

    public init(
        input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil, longCacheWrite: Int64? = nil,
        reasoning: Int64? = nil, audioInput: Int64? = nil, audioOutput: Int64? = nil, request: Int64 = 0,
        long: LongContextPrices? = nil
    ) {
        (self.input, self.output, self.cacheRead, self.cacheWrite) = (input, output, cacheRead, cacheWrite)
        (self.longCacheWrite, self.reasoning, self.request) = (longCacheWrite, reasoning, request)
        (self.audioInput, self.audioOutput, self.long) = (audioInput, audioOutput, long)
    }

    /// A model of one's own.
    public static let free = TokenPrices(input: 0, output: 0)

    /// What a call cost, exactly; parts of a billionth count as a whole one, once per call.
    public func cost(of usage: TokenUsage) -> NanoDollars {
        if let long, usage.totalInput > long.above, let longer = forLongInput { return longer.cost(of: usage) }
        let plainOutput = usage.output - usage.reasoning - usage.audioOutput
        let parts: [(count: Int, price: Int64)] = [
            (usage.input - min(usage.input, usage.audioInput), input),
            (min(usage.input, usage.audioInput), audioInput ?? input),
            (usage.cacheRead, cacheRead ?? input),
            (usage.cacheWrite - min(usage.cacheWrite, usage.longCacheWrite), cacheWrite ?? input),
            (min(usage.cacheWrite, usage.longCacheWrite), longCacheWrite ?? cacheWrite ?? input),
            (max(0, plainOutput), output),
            (usage.reasoning, reasoning ?? output),
            (usage.audioOutput, audioOutput ?? output),
        ]
        let sum = parts.reduce(Int128(0)) { $0 + Int128(max(0, $1.count)) * Int128($1.price) }
        let (whole, rest) = sum.quotientAndRemainder(dividingBy: 1_000_000)
        return NanoDollars(nanos: Int64(clamping: whole + (rest > 0 ? 1 : 0) + Int128(request)))
    }

    /// The dearest that a token of input, and one of output, can be.
    public var dearestInput: Int64 {
        [input, cacheRead, cacheWrite, longCacheWrite, audioInput, forLongInput?.dearestInput].compactMap(\.self).max()
            ?? input
    }
    public var dearestOutput: Int64 {
        [output, reasoning, audioOutput, forLongInput?.dearestOutput].compactMap(\.self).max() ?? output
    }

    /// All prices of a request with a long input.
    private var forLongInput: TokenPrices? {
        guard let long else { return nil }
        return TokenPrices(
            input: long.input, output: long.output, cacheRead: long.cacheRead ?? cacheRead,
            cacheWrite: long.cacheWrite ?? cacheWrite, longCacheWrite: long.longCacheWrite ?? longCacheWrite,
            reasoning: reasoning.map { max($0, long.output) }, audioInput: audioInput, audioOutput: audioOutput,
            request: request)
    }
}

/// Prices of requests whose input is longer than a bound, as Anthropic and Google have them; per million tokens, in
/// billionths of a dollar. What is nil costs as otherwise.
public struct LongContextPrices: Sendable, Hashable {
    /// In tokens of input, cached ones included.
    public var above: Int64
    public var input: Int64
    public var output: Int64
    public var cacheRead: Int64?
    public var cacheWrite: Int64?
    public var longCacheWrite: Int64?

    public init(
        above: Int64, input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil,
        longCacheWrite: Int64? = nil
    ) {
        (self.above, self.input, self.output) = (above, input, output)
        (self.cacheRead, self.cacheWrite, self.longCacheWrite) = (cacheRead, cacheWrite, longCacheWrite)
    }
}

extension UsageTokens {
    /// The ledger's form of what an upstream counted.
    public init(_ usage: TokenUsage) {
        self.init(
            input: Int64(usage.input), cached: Int64(usage.cacheRead), cacheWritten: Int64(usage.cacheWrite),
            output: Int64(usage.output), reasoning: Int64(usage.reasoning))
    }
}

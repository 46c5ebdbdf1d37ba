import ClawDocuments

/// What an answer cost, in tokens; exact, and the same whatever dialect told it.
///
/// Dialects disagree about what includes what: OpenAI's `prompt_tokens` include cached ones, Anthropic's
/// `input_tokens` do not; OpenAI's `completion_tokens` include reasoning, Gemini's `candidatesTokenCount` do not.
public struct TokenUsage: Sendable, Hashable {
    /// Input that was neither read from nor written to a cache.
    public var input: Int
    /// Input read from a cache.
    public var cacheRead: Int
    /// Input written to a cache.
    public var cacheWrite: Int
    /// Of ``cacheWrite``: what is to be kept for an hour (Anthropic's `ephemeral_1h_input_tokens`).
    public var longCacheWrite: Int
    /// All output, reasoning included.
    public var output: Int
    /// Of ``output``: reasoning.
    public var reasoning: Int
    /// Of all input: sound.
    public var audioInput: Int
    /// Of ``output``: sound.
    public var audioOutput: Int
    /// Of ``output``: OpenAI's predicted outputs, taken and discarded.
    public var acceptedPrediction = 0
    public var rejectedPrediction = 0

    public init(
        input: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0, longCacheWrite: Int = 0, output: Int = 0,
        reasoning: Int = 0, audioInput: Int = 0, audioOutput: Int = 0
    ) {
        (self.input, self.cacheRead, self.cacheWrite, self.longCacheWrite) = (
            input, cacheRead, cacheWrite, longCacheWrite
        )
        (self.output, self.reasoning) = (output, reasoning)
        (self.audioInput, self.audioOutput) = (audioInput, audioOutput)
    }

    /// All input: uncached, read from and written to caches.
    public var totalInput: Int { input + cacheRead + cacheWrite }
    public var total: Int { totalInput + output }
    public var isZero: Bool { self == TokenUsage() }

    /// What a reply may claim at most: sums of a few such numbers cannot overflow, whatever an upstream says.
    static let mostTokens = 1 << 50

    /// A count a reply claims; nil where it claims none.
    static func count(_ json: JSON?) -> Int? {
        guard let number = json?.number, number == number else { return nil }
        return number <= 0 ? 0 : number >= Double(mostTokens) ? mostTokens : Int(number)
    }

    /// The greater of each: for counts that grow as a stream goes on.
    public mutating func take(greater other: TokenUsage) {
        input = max(input, other.input)
        cacheRead = max(cacheRead, other.cacheRead)
        cacheWrite = max(cacheWrite, other.cacheWrite)
        longCacheWrite = max(longCacheWrite, other.longCacheWrite)
        output = max(output, other.output)
        reasoning = max(reasoning, other.reasoning)
        audioInput = max(audioInput, other.audioInput)
        audioOutput = max(audioOutput, other.audioOutput)
        acceptedPrediction = max(acceptedPrediction, other.acceptedPrediction)
        rejectedPrediction = max(rejectedPrediction, other.rejectedPrediction)
    }
}

/// A whole answer of a model, in no dialect.
public struct ModelAnswer: Sendable, Hashable {
    /// The upstream's name for this answer.
    public var id: String
    /// The model as the upstream named it.
    public var model: String
    public var parts: [ContentPart]
    public var finish: FinishReason
    public var usage: TokenUsage
    /// Seconds since 1970, where the upstream said it.
    public var created: Int?

    public init(
        id: String = "", model: String = "", parts: [ContentPart] = [], finish: FinishReason = .stop,
        usage: TokenUsage = TokenUsage(), created: Int? = nil
    ) {
        (self.id, self.model, self.parts, self.finish, self.usage) = (id, model, parts, finish, usage)
        self.created = created
    }
}

/// Why an answer ended.
public enum FinishReason: Sendable, Hashable {
    /// The model had said what it wanted to say.
    case stop
    /// It wrote a stop sequence, which the text leaves out.
    case stopSequence(String?)
    /// The limit on output was reached.
    case length
    /// The context window was full.
    case contextWindow
    /// The model waits for the results of its tool calls.
    case toolCalls
    /// The provider withheld something.
    case contentFilter
    /// The model declined.
    case refusal
    /// The provider paused a long turn; the client sends it back to go on (Anthropic's `pause_turn`).
    case pause
    /// What no dialect here knows, in the upstream's word.
    case other(String)

    /// An answer with tool calls ends with them: clients run tools only then, and some upstreams say `stop`.
    func given(toolCalls: Bool) -> FinishReason {
        switch self {
        case .stop, .other: toolCalls ? .toolCalls : self
        default: self
        }
    }
}

/// A step of a streamed answer, in no dialect.
///
/// Parts are numbered from 0 in the order in which they begin, so each number begins once and ends once;
/// ``StreamGrammar`` holds any sequence to that. A stream that ends without ``finish(_:)`` is no answer.
public enum StreamEvent: Sendable, Hashable {
    case start(StreamStart)
    case partStart(Int, PartStart)
    case partDelta(Int, PartDelta)
    case partStop(Int)
    /// Everything used so far: replaces what was said before.
    case usage(TokenUsage)
    /// The answer is whole: its dialect's proof of that was there.
    case finish(FinishReason)
    /// The upstream lives, and has nothing to say.
    case ping
    /// The answer will not become whole.
    case error(ModelError)

    /// Whether the model itself made progress; keep-alives and usage do not count.
    public var isTokenActivity: Bool {
        switch self {
        case .partStart, .partDelta: true
        default: false
        }
    }
}

public struct StreamStart: Sendable, Hashable {
    public var id: String
    public var model: String
    /// Seconds since 1970, where the upstream said it.
    public var created: Int?

    public init(id: String = "", model: String = "", created: Int? = nil) {
        (self.id, self.model, self.created) = (id, model, created)
    }
}

/// What kind of part begins.
public enum PartStart: Sendable, Hashable {
    case text
    case reasoning
    /// Thoughts only the provider can read; whole from the start.
    case redactedReasoning(String)
    case toolCall(id: String, name: String)
    case refusal
    /// A part only one family knows; whole from the start.
    case other(DialectValue)
}

/// What is added to a part.
public enum PartDelta: Sendable, Hashable {
    case text(String)
    case reasoning(String)
    case signature(String)
    /// A fragment of a tool call's arguments: JSON text cut anywhere.
    case arguments(String)
    case refusal(String)

    /// The kind of part this belongs to.
    func belongs(to part: PartStart) -> Bool {
        switch (self, part) {
        case (.text, .text), (.reasoning, .reasoning), (.signature, .reasoning), (.arguments, .toolCall),
            (.signature, .toolCall), (.refusal, .refusal):
            true
        default: false
        }
    }

    /// The kind of part that could begin with this; nil for what needs more.
    var impliedStart: PartStart? {
        switch self {
        case .text: .text
        case .reasoning, .signature: .reasoning
        case .refusal: .refusal
        case .arguments: nil
        }
    }
}

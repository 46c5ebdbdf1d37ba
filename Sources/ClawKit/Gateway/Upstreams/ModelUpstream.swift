/// Something that answers chats: one exchange, whole or streamed.
///
/// The currency is OpenAI's chat completion form. An upstream of the same dialect passes bytes through; another one
/// translates. Cancelling the task, or dropping a stream, must end the work behind it at once.
public protocol ModelUpstream: Sendable {
    /// For people: appears in errors, logs and the `X-Claw-Upstream` header. Holds no secret.
    var name: String { get }

    /// Answers as the request asks, whole or as a stream.
    /// - Throws: ``UpstreamFailure``, or `CancellationError`.
    func answer(_ request: ChatRequest) async throws -> ChatAnswer
}

public enum ChatAnswer: Sendable {
    case complete(ChatCompletion)
    case stream(ChatStream)
}

/// A whole answer.
public struct ChatCompletion: Sendable {
    /// A `chat.completion` object as JSON.
    public var bytes: [UInt8]
    /// What it cost, where the upstream says.
    public var usage: TokenUsage?

    public init(bytes: [UInt8], usage: TokenUsage? = nil) { (self.bytes, self.usage) = (bytes, usage) }
}

/// An answer as it arises. **Ending without an error means success**, and only that: a stream that breaks off throws.
/// So no reader can take a torn answer for a whole one, and the closing `[DONE]` is the gateway's to write.
///
/// Read once, by one task at a time.
public struct ChatStream: Sendable {
    private let pull: @Sendable () async throws -> ChatChunk?

    public init(pulling pull: @escaping @Sendable () async throws -> ChatChunk?) { self.pull = pull }

    /// The next chunk, nil after the last.
    /// - Throws: ``UpstreamFailure``, or `CancellationError`.
    public func next() async throws -> ChatChunk? { try await pull() }
}

public struct ChatChunk: Sendable {
    /// One or more whole server-sent events with `chat.completion.chunk` objects, or comments.
    public var bytes: [UInt8]
    /// What the answer cost, with the chunk that says it (often the last one, or none).
    public var usage: TokenUsage?

    public init(bytes: [UInt8], usage: TokenUsage? = nil) { (self.bytes, self.usage) = (bytes, usage) }
}

/// Tokens counted by the upstream. `prompt` includes cached tokens, as in OpenAI's `usage`.
public struct TokenUsage: Sendable, Hashable {
    public var prompt: Int
    public var completion: Int

    public init(prompt: Int, completion: Int) { (self.prompt, self.completion) = (prompt, completion) }
}

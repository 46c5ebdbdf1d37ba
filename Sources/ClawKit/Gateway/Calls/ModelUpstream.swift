public import ClawDialects

/// Something that answers requests for models: a server over the network, the built-in echo, a script in a test.
///
///     struct Greeter: ModelUpstream {
///         let name = "greeter"
///         func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
///             .whole(WholeAnswer(ModelAnswer(parts: [.text("Good day.")])))
///         }
///     }
///
/// It keeps the call's deadlines itself. Cancelling the task, or dropping a stream, must end the work behind it at once.
public protocol ModelUpstream: Sendable {
    /// For people: appears in errors, logs and the `X-Claw-Upstream` header. Holds no secret.
    var name: String { get }

    /// Answers whole or as a stream, as the request asks.
    /// - Throws: ``ModelError``, or `CancellationError`.
    func answer(_ call: ModelCall) async throws -> UpstreamAnswer

    /// Turns texts into vectors; by default refused, for most upstreams cannot.
    /// - Throws: ``ModelError``, or `CancellationError`.
    func embed(_ request: EmbeddingRequest, _ deadlines: AttemptDeadlines) async throws -> EmbeddingAnswer
}

extension ModelUpstream {
    public func embed(_ request: EmbeddingRequest, _ deadlines: AttemptDeadlines) async throws -> EmbeddingAnswer {
        throw ModelError(
            .unsupported, "The upstream of '\(request.model)' makes no embeddings; ask another model.", param: "model")
    }
}

public enum UpstreamAnswer: Sendable {
    case whole(WholeAnswer)
    case stream(AnswerStream)
}

/// A whole answer.
public struct WholeAnswer: Sendable {
    public enum Content: Sendable {
        /// In the client's dialect, as the upstream wrote it.
        case bytes([UInt8])
        case answer(ModelAnswer)
    }
    public var content: Content
    /// What it used, where the upstream says.
    public var usage: TokenUsage?

    public init(_ answer: ModelAnswer) { (content, usage) = (.answer(answer), answer.usage) }
    /// - Parameter bytes: in the dialect of the client that asked.
    public init(bytes: [UInt8], usage: TokenUsage?) { (content, self.usage) = (.bytes(bytes), usage) }
}

/// An answer as it arises. **Ending without an error means that it is whole**, and only that: a stream that breaks off
/// throws, so that no reader can take a torn answer for a whole one.
///
/// Read once, by one task at a time.
public struct AnswerStream: Sendable {
    private let pull: @Sendable () async throws -> AnswerStep?

    public init(pulling pull: @escaping @Sendable () async throws -> AnswerStep?) { self.pull = pull }

    /// The next step, nil after the last.
    /// - Throws: ``ModelError``, or `CancellationError`.
    public func next() async throws -> AnswerStep? { try await pull() }
}

/// Some of an answer.
public struct AnswerStep: Sendable {
    public enum Content: Sendable {
        /// In the client's dialect, the terminator included where the answer ends.
        case bytes([UInt8])
        case events([StreamEvent])
    }
    public var content: Content
    /// Whether the model itself made progress.
    public var hasTokens: Bool
    /// Everything used so far, where that is known by now.
    public var usage: TokenUsage?

    public init(events: [StreamEvent]) {
        content = .events(events)
        hasTokens = events.contains(where: \.isTokenActivity)
        usage = events.reduce(nil) { last, event in if case .usage(let usage) = event { usage } else { last } }
    }

    /// - Parameter bytes: in the dialect of the client that asked.
    public init(bytes: [UInt8], hasTokens: Bool, usage: TokenUsage?) {
        (content, self.hasTokens, self.usage) = (.bytes(bytes), hasTokens, usage)
    }
}

public import ClawBase
public import ClawDialects

/// What a model's route does when not all goes well.
public struct RoutePolicy: Sendable {
    public var strategy = RoutingStrategy.weighted
    /// How many more attempts one request may make among the model's own deployments.
    public var retries = 2
    /// The same for some kinds of failure, in place of ``retries``.
    public var retriesFor: [ModelError.Kind: Int] = [:]
    public var deadlines = RouteDeadlines()
    /// The models that are asked, in order, where this one's deployments cannot answer.
    public var fallbacks: [String] = []
    /// The same where the conversation is longer than the model's window, and where its policy forbids the prompt;
    /// empty: the error is the client's.
    public var contextFallbacks: [String] = []
    public var policyFallbacks: [String] = []
    /// What happens to an answer that breaks off after some of it has been delivered.
    public var midStream = MidStreamPolicy.fail
    public var hedge: HedgePolicy?
    /// An upstream's wish to be asked again later is waited for up to this; beyond it another way is looked for.
    public var longestWait = Duration.seconds(60)
    /// Between attempts at the same deployment: doubled each time, with jitter.
    public var backoff = Backoff(initial: .milliseconds(500), cap: .seconds(8))
    /// When a deployment rests after failures.
    public var breaker = BreakerRules()

    public init() {}

    func retries(after error: ModelError) -> Int { retriesFor[error.kind] ?? retries }
}

/// Limits of time, each for itself.
public struct RouteDeadlines: Sendable, Hashable {
    /// Until a new connection, with name resolution and TLS; nil: the transport's own.
    public var connect: Duration?
    /// Until the head of a stream.
    public var headers = Duration.seconds(30)
    /// Until the model's first word; for answers that are not streamed, until the whole answer.
    public var firstToken = Duration.seconds(30)
    public var betweenTokens = Duration.seconds(20)
    /// For a request with all its attempts.
    public var total = Duration.seconds(600)
    /// In place of ``firstToken`` for an answer that is not streamed.
    public var wholeAnswer = Duration.seconds(300)

    public init() {}
}

/// Whether an answer is rescued that breaks off in its midst.
public enum MidStreamPolicy: String, Sendable, Hashable, CaseIterable {
    /// The client is told, in its own dialect; what it has is its own to judge.
    case fail
    /// Another attempt goes on where the text broke off: the upstream is given the beginning as the assistant's own
    /// words. Only for plain text: never in the midst of a tool call, and not once the model has thought aloud.
    case continueText = "continue"
}

/// A second attempt at another deployment while the first one is silent; whichever speaks first answers.
public struct HedgePolicy: Sendable, Hashable {
    /// How long the first one may be silent.
    public var after: Duration
    public init(after: Duration) { self.after = after }
}

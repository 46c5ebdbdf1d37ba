import ClawBase

/// What the router must know of a deployment, apart from how to reach it.
public struct DeploymentTraits: Sendable, Hashable {
    /// The share of requests among those of the same order; 0: only when nobody else can answer.
    public var weight: Int
    /// Those of the lowest order are asked first; the others only when none of them can answer.
    public var order: Int
    /// The most requests and tokens a minute, and requests at a time; nil: no limit of our own.
    public var requestsPerMinute: Int64?
    public var tokensPerMinute: Int64?
    public var requestsAtOnce: Int64?
    /// How many tokens of input and answer together it can hold; nil: not known.
    public var contextTokens: Int64?
    /// What a million tokens of input and answer cost, in billionths of a dollar; for choosing the cheapest.
    public var nanosPerMillionInput: Int64
    public var nanosPerMillionOutput: Int64
    /// Labels that a request may insist on.
    public var tags: Set<String>

    public init(
        weight: Int = 1, order: Int = 0, requestsPerMinute: Int64? = nil, tokensPerMinute: Int64? = nil,
        requestsAtOnce: Int64? = nil, contextTokens: Int64? = nil, nanosPerMillionInput: Int64 = 0,
        nanosPerMillionOutput: Int64 = 0, tags: Set<String> = []
    ) {
        (self.weight, self.order) = (weight, order)
        (self.requestsPerMinute, self.tokensPerMinute) = (requestsPerMinute, tokensPerMinute)
        (self.requestsAtOnce, self.contextTokens) = (requestsAtOnce, contextTokens)
        (self.nanosPerMillionInput, self.nanosPerMillionOutput) = (nanosPerMillionInput, nanosPerMillionOutput)
        self.tags = tags
    }
}

/// How one is chosen among the deployments of a model that could answer.
public enum RoutingStrategy: String, Sendable, Hashable, CaseIterable {
    /// By chance, in proportion to the weights: LiteLLM's `simple-shuffle`.
    case weighted
    /// In turn, in proportion to the weights.
    case roundRobin = "round-robin"
    /// The one with the fewest requests under way, in proportion to the weights.
    case leastBusy = "least-busy"
    /// The quicker of two drawn by chance, by the time to the first token and the requests under way.
    case latency
    /// The cheapest.
    case cost
    /// Always the same one for a session, as long as it can answer.
    case sessionAffinity = "session-affinity"
    /// The one that has seen the longest beginning of the prompt, unless it is much busier than the others.
    case prefixAffinity = "prefix-affinity"
}

/// One place where a model can be had.
public struct Deployment: Sendable {
    /// Unique among the model's own.
    public var name: String
    public var upstream: any ModelUpstream
    public var traits: DeploymentTraits
    /// Whether it goes on from the assistant's own words when it is given them as the last message.
    public var canContinue: Bool
    /// What its tokens cost.
    public var prices: TokenPrices
    /// How its health is looked after; nil: by what becomes of requests alone.
    public var health: HealthCheck?
    /// The most tokens that an answer of it has; nil: not known. Requests that ask for more are given this.
    public var outputTokens: Int64?
    /// It costs something, and nobody has said what: whoever's money is limited is not sent here.
    public var isUnpriced = false
    /// Who serves it, by OpenTelemetry's names.
    var provider = "unknown"
    /// Where it is: a reload knows by it what stayed the same.
    var origin: DeclaredUpstream?

    public init(
        _ name: String? = nil, _ upstream: some ModelUpstream, traits: DeploymentTraits = DeploymentTraits(),
        prices: TokenPrices = .free, canContinue: Bool = false
    ) {
        self.name = name ?? upstream.name
        (self.upstream, self.traits, self.prices, self.canContinue) = (upstream, traits, prices, canContinue)
        if self.traits.nanosPerMillionInput == 0 { self.traits.nanosPerMillionInput = prices.input }
        if self.traits.nanosPerMillionOutput == 0 { self.traits.nanosPerMillionOutput = prices.output }
    }
}

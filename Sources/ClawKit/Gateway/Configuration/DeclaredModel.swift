public import ClawBase
public import ClawDialects

/// A model as a configuration file declares it: plain values, from which a ``ModelRouter`` builds its routes.
public struct DeclaredModel: Sendable {
    /// What clients ask for. With one `*` it stands for every name that fits: `openai/*`.
    public var name: String
    /// Other names for the same.
    public var aliases: [String] = []
    /// Groups that keys may list in place of names.
    public var accessGroups: Set<String> = []
    public var policy: RoutePolicy
    /// At least one.
    public var deployments: [DeclaredDeployment]

    public init(_ name: String, _ deployments: [DeclaredDeployment], policy: RoutePolicy = RoutePolicy()) {
        (self.name, self.deployments, self.policy) = (name, deployments, policy)
    }

    /// The built-in model `echo`, there where nothing else is configured.
    public static let echo = DeclaredModel("echo", [DeclaredDeployment(.echo, prices: .own(.free))])
}

/// One place that can answer for a model.
public struct DeclaredDeployment: Sendable {
    /// nil: the upstream's host.
    public var name: String?
    public var upstream: DeclaredUpstream
    public var traits: DeploymentTraits
    public var prices: DeclaredPrices
    /// Whether it goes on from the assistant's own words.
    public var canContinue: Bool
    /// nil: its health is known by what becomes of requests alone.
    public var health: DeclaredHealthCheck?

    public init(
        _ upstream: DeclaredUpstream, name: String? = nil, traits: DeploymentTraits = DeploymentTraits(),
        prices: DeclaredPrices = .listed, canContinue: Bool = false
    ) {
        (self.upstream, self.name, self.traits) = (upstream, name, traits)
        (self.prices, self.canContinue) = (prices, canContinue)
    }
}

/// Where a deployment is, and how it is spoken to. Two that are equal are the same one, for a reload.
public enum DeclaredUpstream: Sendable, Hashable {
    /// Built in: says what was said.
    case echo
    /// - Parameters:
    ///   - baseURL: what the dialect's paths are put behind.
    ///   - headers: sent with each request.
    case http(baseURL: String, UpstreamTarget, key: DeclaredKey = .none, headers: [String: String] = [:])
    /// Each ready pod of a pool is a deployment of its own; as many as there are, perhaps none.
    case pool(DeclaredPool, UpstreamTarget, key: DeclaredKey = .none, headers: [String: String] = [:])
}

/// How a gateway proves itself to an upstream.
public enum DeclaredKey: Sendable, Hashable {
    case none
    case at(SecretLocation)
    /// Amazon's signature by an access key and its secret.
    case aws(region: String, id: SecretLocation, secret: SecretLocation, session: SecretLocation?)
}

/// What a deployment's tokens cost.
public enum DeclaredPrices: Sendable, Hashable {
    /// As ``PriceTable/bundled`` has it for the upstream's address and model.
    case listed
    /// As it has it under this name: `openai/gpt-4o`. For Azure's deployments, whose names are one's own.
    case named(String)
    case own(TokenPrices)
}

/// How a deployment's health is looked after.
public struct DeclaredHealthCheck: Sendable, Hashable {
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Its list of models is asked for, which costs nothing.
        case models
        /// A word is asked for, which costs some tokens that no ledger knows of.
        case chat
    }

    public var every: Duration
    public var within: Duration
    public var method: Method

    public init(every: Duration, within: Duration = .seconds(10), method: Method = .models) {
        (self.every, self.within, self.method) = (every, within, method)
    }
}

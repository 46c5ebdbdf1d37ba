public import ClawBase
import Synchronization

/// A model's alias, the deployments that can answer for it, and what is done when they cannot.
public struct ModelRoute: Sendable {
    public var alias: String
    /// Other names for the same.
    public var otherNames: [String] = []
    public var deployments: [Deployment]
    public var policy: RoutePolicy
    /// Names of groups that grants may list in place of aliases.
    public var accessGroups: Set<String> = []
    /// Whether its deployments come and go: there may be none.
    var isElastic = false
    /// For an alias with a `*`: makes the route of a name that fits. What `*` stands for is given.
    var make: (@Sendable (Substring) throws(Finding) -> ModelRoute)?

    public init(_ alias: String, _ deployments: [Deployment], policy: RoutePolicy = RoutePolicy()) {
        (self.alias, self.deployments, self.policy) = (alias, deployments, policy)
    }

    public init(_ alias: String, to upstream: some ModelUpstream, policy: RoutePolicy = RoutePolicy()) {
        self.init(alias, [Deployment(upstream.name, upstream)], policy: policy)
    }

    /// A route for every name that fits a pattern such as `openai/*`; made when it is first asked for.
    /// - Parameter make: is given what the `*` stands for.
    public init(
        matching pattern: String, policy: RoutePolicy = RoutePolicy(),
        _ make: @escaping @Sendable (Substring) throws(Finding) -> [Deployment]
    ) {
        self.init(pattern, [], policy: policy)
        self.make = { (part) throws(Finding) in ModelRoute(pattern, try make(part), policy: policy) }
    }
}

/// Which deployments answer for which alias.
///
/// Routes may be replaced while requests are under way: those go on by the routes they came under. What is known of
/// deployments that stay (how quick they are, whether they rest) is kept.
public final class ModelRouter: Sendable {
    private let table: Mutex<RouteDirectory>

    /// - Throws: ``Finding`` (`E_CONFIG`) for an alias that stands twice, has no deployment, or falls back on what does
    ///   not exist.
    public init(_ routes: [ModelRoute]) throws(Finding) { table = Mutex(try RouteDirectory(routes)) }

    /// From the next request on these routes count.
    /// - Throws: as ``init(_:)``; the old ones stay then.
    public func replace(_ routes: [ModelRoute]) throws(Finding) {
        try RouteDirectory.check(routes)
        let outcome = table.withLock { table in
            Result { () throws(Finding) in table = try RouteDirectory(routes, after: table) }
        }
        try outcome.get()
    }

    /// Sorted; patterns as they stand.
    public var aliases: [String] { table.withLock { $0.aliases } }
    public func contains(_ alias: String) -> Bool { group(alias) != nil }

    /// Whether a list of aliases, patterns and access groups has room for an alias.
    func allows(_ alias: String, _ list: [String]) -> Bool {
        list.isEmpty || list.contains(alias) || table.withLock { $0.allows(alias, list) }
    }

    func group(_ alias: String) -> ModelGroup? { table.withLock { $0.group(alias) } }

    /// All that there are now.
    var groups: [ModelGroup] { table.withLock { $0.all } }
}

public import ClawBase
import Synchronization

/// A model's alias, the deployments that can answer for it, and what is done when they cannot.
public struct ModelRoute: Sendable {
    public var alias: String
    public var deployments: [Deployment]
    public var policy: RoutePolicy
    /// Names of groups that grants may list in place of aliases.
    public var accessGroups: Set<String> = []
    var breaker = CircuitBreaker.Rules()

    public init(_ alias: String, _ deployments: [Deployment], policy: RoutePolicy = RoutePolicy()) {
        (self.alias, self.deployments, self.policy) = (alias, deployments, policy)
    }

    public init(_ alias: String, to upstream: some ModelUpstream, policy: RoutePolicy = RoutePolicy()) {
        self.init(alias, [Deployment(upstream.name, upstream)], policy: policy)
    }
}

/// Which deployments answer for which alias.
///
/// Routes may be replaced while requests are under way: those go on by the routes they came under.
public final class ModelRouter: Sendable {
    private struct Table: Sendable {
        var groups: [String: ModelGroup] = [:]
        var aliases: [String] = []
        var accessGroups: [String: Set<String>] = [:]
    }
    private let table: Mutex<Table>

    /// - Throws: ``Finding`` (`E_CONFIG`) for an alias that stands twice, has no deployment, or falls back on what does
    ///   not exist.
    public init(_ routes: [ModelRoute]) throws(Finding) { table = Mutex(try Self.table(routes)) }

    /// From the next request on these routes count.
    /// - Throws: as ``init(_:)``; the old ones stay then.
    public func replace(_ routes: [ModelRoute]) throws(Finding) {
        let new = try Self.table(routes)
        table.withLock { $0 = new }
    }

    /// Sorted.
    public var aliases: [String] { table.withLock { $0.aliases } }
    public func contains(_ alias: String) -> Bool { group(alias) != nil }

    /// Whether a list of aliases and access groups has room for an alias.
    func allows(_ alias: String, _ list: [String]) -> Bool {
        list.isEmpty || list.contains(alias)
            || table.withLock { table in table.accessGroups[alias].map { !$0.isDisjoint(with: list) } ?? false }
    }

    func group(_ alias: String) -> ModelGroup? { table.withLock { $0.groups[alias] } }

    private static func table(_ routes: [ModelRoute]) throws(Finding) -> Table {
        var table = Table()
        for route in routes {
            guard table.groups[route.alias] == nil else {
                throw Finding(.badConfig, "The model \(route.alias) is declared twice; give one of them another name.")
            }
            guard !route.deployments.isEmpty, route.deployments.allSatisfy({ $0.traits.weight >= 0 }) else {
                throw Finding(.badConfig, "The model \(route.alias) needs an upstream, and weights that are not negative.")
            }
            table.groups[route.alias] = ModelGroup(route)
            table.accessGroups[route.alias] = route.accessGroups
        }
        for route in routes {
            for other in route.policy.fallbacks + route.policy.contextFallbacks + route.policy.policyFallbacks
            where table.groups[other] == nil {
                throw Finding(
                    .badConfig, "The model \(route.alias) falls back on \(other), which is not declared; declare it.")
            }
        }
        table.aliases = table.groups.keys.sorted()
        return table
    }
}

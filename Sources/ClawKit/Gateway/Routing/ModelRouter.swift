public import ClawBase
import Synchronization

/// A model's alias and the upstreams that can answer for it.
public struct ModelRoute: Sendable {
    public struct Target: Sendable {
        public var upstream: any ModelUpstream
        /// The share of requests, 0 for none.
        public var weight: Int

        public init(_ upstream: any ModelUpstream, weight: Int = 1) {
            (self.upstream, self.weight) = (upstream, weight)
        }
    }

    public var alias: String
    public var targets: [Target]

    public init(_ alias: String, _ targets: [Target]) { (self.alias, self.targets) = (alias, targets) }
    public init(_ alias: String, to upstream: any ModelUpstream) { self.init(alias, [Target(upstream)]) }
}

/// Leads an alias to one of its upstreams, by weight.
public final class ModelRouter: Sendable {
    private struct Entry: Sendable {
        let upstreams: [any ModelUpstream]
        let turn: Int
    }

    /// The aliases, sorted.
    public let aliases: [String]
    private let entries: [String: Entry]
    private let turns: Mutex<[WeightedRoundRobin]>

    /// - Throws: ``Finding`` with `E_CONFIG` for an alias that stands twice or has nothing to serve it.
    public init(_ routes: [ModelRoute]) throws(Finding) {
        var entries: [String: Entry] = [:]
        for (index, route) in routes.enumerated() {
            guard entries[route.alias] == nil else {
                throw Finding(.badConfig, "The model \(route.alias) is declared twice; give one of them another name.")
            }
            guard route.targets.allSatisfy({ $0.weight >= 0 }), route.targets.contains(where: { $0.weight > 0 }) else {
                throw Finding(.badConfig, "The model \(route.alias) needs an upstream with a weight above 0.")
            }
            entries[route.alias] = Entry(upstreams: route.targets.map(\.upstream), turn: index)
        }
        self.entries = entries
        aliases = entries.keys.sorted()
        turns = Mutex(routes.map { WeightedRoundRobin(weights: $0.targets.map(\.weight)) })
    }

    public func contains(_ alias: String) -> Bool { entries[alias] != nil }

    /// The upstream whose turn it is; nil for an unknown alias.
    public func upstream(for alias: String) -> (any ModelUpstream)? {
        guard let entry = entries[alias] else { return nil }
        if entry.upstreams.count == 1 { return entry.upstreams[0] }
        return turns.withLock { $0[entry.turn].next() }.map { entry.upstreams[$0] }
    }
}

import ClawBase

/// Groups by the names that clients ask for.
struct RouteDirectory: Sendable {
    fileprivate struct Wildcard: Sendable {
        let pattern: ModelPattern
        let route: ModelRoute
    }

    /// By alias and by other names.
    private var groups: [String: ModelGroup] = [:]
    /// The weightiest first.
    private var wildcards: [Wildcard] = []
    /// Of names that only a pattern knows, made when they were asked for.
    private var made: [String: ModelGroup] = [:]
    private var accessGroups: [String: Set<String>] = [:]
    private(set) var aliases: [String] = []

    /// So many names that only patterns know are remembered; whoever asks for more makes room.
    private static let mostMade = 1000

    /// - Parameter old: what is known of deployments is taken over from it.
    init(_ routes: [ModelRoute], after old: RouteDirectory? = nil) throws(Finding) {
        try Self.check(routes)
        for route in routes {
            accessGroups[route.alias] = route.accessGroups
            if route.make != nil {
                wildcards.append(Wildcard(pattern: ModelPattern(route.alias), route: route))
            } else {
                let group = old?.groups[route.alias]?.replaced(by: route) ?? ModelGroup(route)
                for name in [route.alias] + route.otherNames { groups[name] = group }
            }
        }
        wildcards.sort { $0.pattern.weight > $1.pattern.weight }
        aliases = routes.flatMap { [$0.alias] + $0.otherNames }.sorted()
        for (name, group) in old?.made ?? [:] where groups[name] == nil {
            if let wildcard = wildcard(for: name), let route = try? wildcard.route(name) {
                made[name] = group.replaced(by: route, label: wildcard.pattern.text)
            }
        }
    }

    static func check(_ routes: [ModelRoute]) throws(Finding) {
        var names: Set<String> = []
        for route in routes {
            for name in [route.alias] + route.otherNames where !names.insert(name).inserted {
                throw Finding(.badConfig, "The model \(name) is declared twice; give one of them another name.")
            }
            let isWhole = (route.isElastic || !route.deployments.isEmpty) && route.deployments.allSatisfy { $0.traits.weight >= 0 }
            guard isWhole || route.make != nil else {
                throw Finding(.badConfig, "The model \(route.alias) needs an upstream, and weights that are not negative.")
            }
        }
        let patterns = routes.filter { $0.make != nil }.map { ModelPattern($0.alias) }
        for route in routes {
            for other in route.policy.fallbacks + route.policy.contextFallbacks + route.policy.policyFallbacks
            where !names.contains(other) && !patterns.contains(where: { $0.matches(other) }) {
                throw Finding(
                    .badConfig, "The model \(route.alias) falls back on \(other), which is not declared; declare it.")
            }
        }
    }

    var all: [ModelGroup] { aliases.compactMap { groups[$0] } + made.values }

    mutating func group(_ name: String) -> ModelGroup? {
        if let group = groups[name] ?? made[name] { return group }
        guard let wildcard = wildcard(for: name), let route = try? wildcard.route(name) else { return nil }
        if made.count >= Self.mostMade { made = [:] }
        let group = ModelGroup(route, label: wildcard.pattern.text)
        made[name] = group
        return group
    }

    private func wildcard(for name: String) -> Wildcard? {
        wildcards.isEmpty ? nil : wildcards.first { $0.pattern.matches(name) }
    }

    /// Whether a list names an alias, one of its other names, its pattern, or a group that it is in.
    func allows(_ name: String, _ list: [String]) -> Bool {
        let alias = groups[name]?.alias ?? wildcard(for: name)?.pattern.text ?? name
        return list.contains(alias) || accessGroups[alias].map { !$0.isDisjoint(with: list) } ?? false
    }
}

extension RouteDirectory.Wildcard {
    func route(_ name: String) throws(Finding) -> ModelRoute {
        guard let part = pattern.captured(by: name), let make = route.make else {
            throw Finding(.badConfig, "The model \(name) does not fit \(pattern.text).")
        }
        var made = try make(part)
        (made.alias, made.isElastic) = (name, route.isElastic)
        return made
    }
}

import ClawModels

/// What other pods mean for one pod, by domains; made once per attempt, in the number of nodes and rules.
struct Surroundings: Sendable {
    fileprivate struct Domains: Sendable {
        let key: String
        let counts: [String: Int]
    }
    private struct Spread: Sendable {
        let rule: SpreadRule
        let counts: [String: Int]
        /// Of the domain with the fewest, as the rule counts it.
        let fewest: Int
        /// Whether the pod itself will count.
        let own: Int
    }

    private var required: [Domains] = []
    private var isFirst = false
    private var forbidden: [Domains] = []
    private var barred: [Domains] = []
    private var spread: [Spread] = []

    init(of demand: PodDemand, in placements: inout Placements) {
        let (affinities, namespace, labels) = (demand.affinities, demand.key.namespace, placements.namespaceLabels)
        func isMeant(_ group: PodGroup) -> Bool { group.contains(demand.labels, in: namespace, labels) }
        if !affinities.required.isEmpty {
            // Pods that are in the groups of all terms.
            let counts = placements.count(affinities.required.map(\.group))
            required = affinities.required.map {
                Domains(key: $0.topologyKey, counts: placements.byDomain(counts, $0.topologyKey))
            }
            // The first of a group that wants to be together begins somewhere.
            isFirst = required.allSatisfy(\.counts.isEmpty) && affinities.required.allSatisfy { isMeant($0.group) }
        }
        for term in affinities.forbidden {
            let counts = placements.count([term.group])
            forbidden.append(Domains(key: term.topologyKey, counts: placements.byDomain(counts, term.topologyKey)))
        }
        for (term, counts) in placements.bars where isMeant(term.group) {
            barred.append(Domains(key: term.topologyKey, counts: placements.byDomain(counts, term.topologyKey)))
        }
        let rules = demand.spread.filter(\.isRequired)
        for rule in rules {
            let counts = Self.spread(rule, rules.map(\.topologyKey), demand, &placements)
            let fewest = counts.count < rule.minDomains ? 0 : counts.values.min() ?? 0
            spread.append(Spread(rule: rule, counts: counts, fewest: fewest, own: isMeant(rule.group) ? 1 : 0))
        }
    }

    /// The pods in each domain that counts, those without any included.
    static func spread(
        _ rule: SpreadRule, _ keys: [String], _ demand: PodDemand, _ placements: inout Placements
    ) -> [String: Int] {
        let counts = placements.count([rule.group], withLeaving: false)
        var domains: [String: Int] = [:]
        for node in placements.nodes.values {
            guard let domain = node.labels[rule.topologyKey], keys.allSatisfy({ node.labels[$0] != nil }),
                !rule.honorsNodeAffinity || demand.needs.isMeant(for: node),
                !rule.honorsNodeTaints || node.taints.allSatisfy(demand.needs.isTolerated)
            else { continue }
            domains[domain, default: 0] += counts[node.name] ?? 0
        }
        return domains
    }

    func obstacle(on node: NodeFacts) -> Obstacle? {
        for spread in spread {
            guard let domain = node.labels[spread.rule.topologyKey] else { return .spreadLabel }
            let skew = (spread.counts[domain] ?? 0) + spread.own - spread.fewest
            if skew > spread.rule.maxSkew { return .spread }
        }
        for domains in required {
            guard let domain = node.labels[domains.key] else { return .podAffinity }
            if domains.counts[domain] == nil, !isFirst { return .podAffinity }
        }
        if forbidden.contains(where: { $0.holds(node) }) { return .podAntiAffinity }
        return barred.contains { $0.holds(node) } ? .othersAntiAffinity : nil
    }
}

extension Surroundings.Domains {
    fileprivate func holds(_ node: NodeFacts) -> Bool { node.labels[key].map { counts[$0] != nil } ?? false }
}

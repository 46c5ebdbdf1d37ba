import ClawModels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How much each of the nodes that take a pod suits it, where anything makes a difference. kube-scheduler's default
/// plugins with their weights; how full the nodes are decides among equals.
/// <https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins>
struct NodeScores {
    private var totals: [Double]

    /// nil where all are alike.
    init?(_ nodes: [NodeFacts], for demand: PodDemand, in placements: inout Placements) {
        totals = Array(repeating: 0, count: nodes.count)
        var isDecisive = false
        func add(_ scores: [Double], weight: Double) {
            isDecisive = true
            for index in scores.indices { totals[index] += weight * scores[index] }
        }
        if placements.softTainted > 0 {
            let untolerated = nodes.map { node in
                Double(node.softTaints.filter { !demand.needs.isTolerated($0) }.count)
            }
            if let most = untolerated.max(), most > 0 { add(untolerated.map { 100 - 100 * $0 / most }, weight: 3) }
        }
        if !demand.needs.preferred.isEmpty {
            let sums = nodes.map { node in
                Double(demand.needs.preferred.filter { $0.preference.matches(node) }.reduce(0) { $0 + $1.weight })
            }
            if let most = sums.max(), most > 0 { add(sums.map { 100 * $0 / most }, weight: 2) }
        }
        if let scores = Self.spread(nodes, demand, &placements) { add(scores, weight: 2) }
        if let scores = Self.affinity(nodes, demand, &placements) { add(scores, weight: 2) }
        if !isDecisive { return nil }
    }

    subscript(_ index: Int) -> Double { totals[index] }

    private static func spread(
        _ nodes: [NodeFacts], _ demand: PodDemand, _ placements: inout Placements
    ) -> [Double]? {
        let rules = demand.spread.filter { !$0.isRequired }
        if rules.isEmpty { return nil }
        var sums: [Double?] = Array(repeating: 0, count: nodes.count)
        for rule in rules {
            let domains = Surroundings.spread(rule, rules.map(\.topologyKey), demand, &placements)
            let weight = log(Double(domains.count) + 2)
            for (index, node) in nodes.enumerated() {
                let domain = node.labels[rule.topologyKey]
                let count = domain.flatMap { domains[$0] }.map { Double($0) * weight + Double(rule.maxSkew - 1) }
                sums[index] = count.flatMap { count in sums[index].map { $0 + count } }
            }
        }
        let known = sums.compactMap(\.self)
        guard let least = known.min(), let most = known.max() else { return nil }
        // Nodes that lack a label come last.
        return sums.map { sum in sum.map { most > 0 ? 100 * (most + least - $0) / most : 100 } ?? 0 }
    }

    private static func affinity(
        _ nodes: [NodeFacts], _ demand: PodDemand, _ placements: inout Placements
    ) -> [Double]? {
        var domains: [(key: String, counts: [String: Int], weight: Int)] = []
        for wish in demand.affinities.wishes {
            let counts = placements.count([wish.term.group])
            domains.append((wish.term.topologyKey, placements.byDomain(counts, wish.term.topologyKey), wish.weight))
        }
        for (wish, counts) in placements.wishes
        where wish.term.group.contains(demand.labels, in: demand.key.namespace, placements.namespaceLabels) {
            domains.append((wish.term.topologyKey, placements.byDomain(counts, wish.term.topologyKey), wish.weight))
        }
        if domains.isEmpty { return nil }
        let sums = nodes.map { node in
            domains.reduce(0) { sum, domain in
                sum + domain.weight * (node.labels[domain.key].flatMap { domain.counts[$0] } ?? 0)
            }
        }
        guard let least = sums.min(), let most = sums.max(), most > least else { return nil }
        return sums.map { 100 * Double($0 - least) / Double(most - least) }
    }
}

extension Placements {
    /// Why the pod cannot go to the node just now; empty where it can.
    func obstacles(on node: NodeFacts, _ demand: PodDemand, _ surroundings: Surroundings) -> [Obstacle] {
        if let obstacle = demand.needs.obstacle(of: node) { return [obstacle] }
        if !demand.needs.ports.isEmpty, isTaken(demand.needs.ports, on: node.name) { return [.ports] }
        let shortages = demand.needs.shortages(on: node, taken: taken(on: node.name, for: demand))
        if !shortages.isEmpty { return shortages }
        return (demand.volumes?.obstacle(on: node) ?? surroundings.obstacle(on: node)).map { [$0] } ?? []
    }

    /// The best of the nodes that take the pod; nil, and how many stand for which reason, where none does.
    mutating func choose(_ demand: PodDemand) -> (node: String?, reasons: [String: Int]) {
        let surroundings = Surroundings(of: demand, in: &self)
        var open: [NodeFacts] = []
        var reasons: [String: Int] = [:]
        for node in nodes.values {
            let obstacles = obstacles(on: node, demand, surroundings)
            if obstacles.isEmpty { open.append(node) }
            for obstacle in obstacles { reasons[obstacle.reason, default: 0] += 1 }
        }
        // Room that was made for the pod is where it goes.
        if open.contains(where: { $0.name == demand.nominatedNode }) { return (demand.nominatedNode, reasons) }
        let scores = open.count > 1 ? NodeScores(open, for: demand, in: &self) : nil
        var best: (score: Double, pods: Int, name: String)?
        for (index, node) in open.enumerated() {
            let candidate = (score: -(scores?[index] ?? 0), pods: taken[node.name]?.pods ?? 0, name: node.name)
            if best.map({ candidate < $0 }) ?? true { best = candidate }
        }
        return (best?.name, reasons)
    }
}

import ClawBase

/// The deployments of one model and the choice among them. Pure but for chance, which is given in.
struct RouteTable: Sendable {
    struct Choice: Sendable {
        /// nil: none can answer now.
        var deployment: Int?
        /// Of all the others, by index.
        var obstacles: [(deployment: Int, obstacle: RouteObstacle)]
        /// When it is worth another try, where that is known.
        var soonest: Timestamp?
    }

    private(set) var deployments: [DeploymentState]
    private let strategy: RoutingStrategy
    private let rules: BreakerRules
    private var turns: WeightedRoundRobin
    private(set) var prefixes: PrefixAffinity
    /// What sessions stay with: hashes of the deployments' names, so that others may come and go.
    private let identities: [UInt64]

    /// - Parameters:
    ///   - names: of the deployments; their places where there are none.
    ///   - known: what is known of a deployment already, by its index.
    ///   - prefixes: which deployment has seen what.
    init(
        _ traits: [DeploymentTraits], names: [String] = [], strategy: RoutingStrategy,
        rules: BreakerRules = BreakerRules(), known: [Int: DeploymentState] = [:],
        prefixes: PrefixAffinity = PrefixAffinity()
    ) {
        identities = traits.indices.map { Self.hash($0 < names.count ? names[$0] : String($0)) }
        self.prefixes = prefixes
        deployments = traits.enumerated().map { index, traits in
            guard var state = known[index] else { return DeploymentState(traits) }
            state.traits = traits
            return state
        }
        turns = WeightedRoundRobin(weights: traits.map(\.weight))
        (self.strategy, self.rules) = (strategy, rules)
    }

    /// Chooses, and counts the request as under way there.
    mutating func choose(
        _ question: RouteQuestion, now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Choice {
        var (able, obstacles): ([Int], [(deployment: Int, obstacle: RouteObstacle)]) = ([], [])
        var soonest: Timestamp?
        for index in deployments.indices {
            let obstacle =
                question.tried.contains(index) ? .tried : deployments[index].obstacle(question, rules, now: now)
            guard let obstacle else {
                able.append(index)
                continue
            }
            obstacles.append((index, obstacle))
            if case .coolingDown(let until) = obstacle { soonest = min(soonest ?? until, until) }
        }
        let order = able.map { deployments[$0].traits.order }.min()
        var first = able.filter { deployments[$0].traits.order == order }
        // Without a weight one stands in only where nobody else can.
        let weighted = first.filter { deployments[$0].traits.weight > 0 }
        if !weighted.isEmpty { first = weighted }
        guard let chosen = preferred(first, question, now, &random) else {
            return Choice(deployment: nil, obstacles: obstacles, soonest: soonest)
        }
        for index in able where index != chosen {
            obstacles.append((index, first.contains(index) ? .notPreferred : .order))
        }
        deployments[chosen].begin(question, rules, now: now)
        if strategy == .prefixAffinity { prefixes.note(question.prefixes, deployment: chosen) }
        return Choice(deployment: chosen, obstacles: obstacles, soonest: soonest)
    }

    /// Counts a request as under way that was sent there by another table.
    mutating func begin(_ deployment: Int, _ question: RouteQuestion, now: Timestamp) {
        deployments[deployment].begin(question, rules, now: now)
    }

    mutating func end(_ deployment: Int, _ verdict: AttemptVerdict, now: Timestamp) {
        deployments[deployment].end(verdict, rules, now: now)
    }

    /// Takes a deployment out of service, and says why; nil: back.
    mutating func complain(_ deployment: Int, _ complaint: String?) {
        (deployments[deployment].complaint, deployments[deployment].isChecked) = (complaint, true)
    }

    // MARK: strategies

    private mutating func preferred(
        _ able: [Int], _ question: RouteQuestion, _ now: Timestamp, _ random: inout some RandomNumberGenerator
    ) -> Int? {
        guard able.count > 1 else { return able.first }
        switch strategy {
        case .weighted: return drawn(able, &random)
        case .roundRobin: return turns.next(among: able)
        case .leastBusy: return leastBusy(able, &random)
        case .latency: return quicker(able, now, &random)
        case .cost: return cheapest(able, question, &random)
        case .sessionAffinity:
            guard let session = question.session else { return drawn(able, &random) }
            return able.max { score($0, session) < score($1, session) }
        case .prefixAffinity: return warmest(able, question, &random)
        }
    }

    private func drawn(_ able: [Int], _ random: inout some RandomNumberGenerator) -> Int? {
        let total = able.reduce(0) { $0 + deployments[$1].traits.weight }
        guard total > 0 else { return able.randomElement(using: &random) }
        var place = Int.random(in: 0..<total, using: &random)
        for index in able {
            place -= deployments[index].traits.weight
            if place < 0 { return index }
        }
        return able.last
    }

    /// Requests under way for each unit of weight.
    private func load(_ index: Int) -> Double {
        Double(deployments[index].underWay + 1) / Double(max(1, deployments[index].traits.weight))
    }

    private func leastBusy(_ able: [Int], _ random: inout some RandomNumberGenerator) -> Int? {
        let least = able.map(load).min()
        return able.filter { load($0) == least }.randomElement(using: &random)
    }

    private func quicker(_ able: [Int], _ now: Timestamp, _ random: inout some RandomNumberGenerator) -> Int? {
        let first = able.randomElement(using: &random)
        guard let first, let second = able.filter({ $0 != first }).randomElement(using: &random) else { return first }
        // One that is not known yet is tried.
        func wait(_ index: Int) -> Double { deployments[index].latency.value(now: now) * load(index) }
        return wait(first) <= wait(second) ? first : second
    }

    private func cheapest(
        _ able: [Int], _ question: RouteQuestion, _ random: inout some RandomNumberGenerator
    ) -> Int? {
        func price(_ index: Int) -> Int128 {
            let traits = deployments[index].traits
            return Int128(question.inputTokens) * Int128(traits.nanosPerMillionInput)
                + Int128(max(1, question.outputTokens)) * Int128(traits.nanosPerMillionOutput)
        }
        let least = able.map(price).min()
        return drawn(able.filter { price($0) == least }, &random)
    }

    /// Rendezvous hashing: when a deployment goes, only its own sessions move.
    private func score(_ index: Int, _ session: String) -> UInt64 {
        var hash = (Self.hash(session) ^ identities[index]) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
        return hash &* 0xD6E8_FEB8_6659_FD93
    }

    /// FNV-1a: the same in every process.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private mutating func warmest(
        _ able: [Int], _ question: RouteQuestion, _ random: inout some RandomNumberGenerator
    ) -> Int? {
        let matches = prefixes.matches(question.prefixes)
        let average = able.map(load).reduce(0, +) / Double(able.count)
        let warm = able.filter { matches[$0] != nil && load($0) <= average * 2 + 1 }
        guard let best = warm.map({ matches[$0] ?? 0 }).max() else { return leastBusy(able, &random) }
        return leastBusy(warm.filter { matches[$0] == best }, &random)
    }
}

import ClawBase
import ClawDialects
import ClawPlatform
import Yams

/// What a route does when not all goes well: the same members for a model, and for all of them in `gateway.defaults`.
extension GatewayReader {
    static let policyNames = [
        "strategy", "retries", "retriesFor", "deadlines", "fallbacks", "midStream", "hedge", "longestWait", "backoff",
        "breaker",
    ]

    mutating func read(_ policy: inout RoutePolicy, _ members: Members) {
        policy.strategy = reader.choice(members, "strategy", of: RoutingStrategy.self) ?? policy.strategy
        policy.retries = reader.integer(members, "retries", in: 0...20) ?? policy.retries
        policy.midStream = reader.choice(members, "midStream", of: MidStreamPolicy.self) ?? policy.midStream
        policy.longestWait = reader.duration(members, "longestWait") ?? policy.longestWait
        if let node = members["retriesFor"] { readRetries(&policy, node, members.place(of: "retriesFor")) }
        if let node = members["deadlines"] { read(&policy.deadlines, node, members.place(of: "deadlines")) }
        if members["fallbacks"] != nil { readFallbacks(&policy, members) }
        if let node = members["hedge"] { readHedge(&policy, node, members.place(of: "hedge")) }
        if let node = members["backoff"] { readBackoff(&policy, node, members.place(of: "backoff")) }
        if let node = members["breaker"] { readBreaker(&policy, node, members.place(of: "breaker")) }
    }

    private mutating func readRetries(_ policy: inout RoutePolicy, _ node: Node, _ place: String) {
        let kinds = ModelError.Kind.allCases.filter { $0.mayBeTriedAgain }
        guard let members = reader.members(node, at: place, known: kinds.map(\.rawValue)) else { return }
        for kind in kinds {
            if let retries = reader.integer(members, kind.rawValue, in: 0...20) { policy.retriesFor[kind] = retries }
        }
    }

    private mutating func read(_ deadlines: inout RouteDeadlines, _ node: Node, _ place: String) {
        let known = ["connect", "headers", "firstToken", "betweenTokens", "wholeAnswer", "total"]
        guard let members = reader.members(node, at: place, known: known) else { return }
        deadlines.connect = positive(members, "connect") ?? deadlines.connect
        deadlines.headers = positive(members, "headers") ?? deadlines.headers
        deadlines.firstToken = positive(members, "firstToken") ?? deadlines.firstToken
        deadlines.betweenTokens = positive(members, "betweenTokens") ?? deadlines.betweenTokens
        deadlines.wholeAnswer = positive(members, "wholeAnswer") ?? deadlines.wholeAnswer
        deadlines.total = positive(members, "total") ?? deadlines.total
    }

    private mutating func readFallbacks(_ policy: inout RoutePolicy, _ members: Members) {
        guard let node = members["fallbacks"], case .mapping = node else {
            policy.fallbacks = models(members, "fallbacks") ?? policy.fallbacks
            return
        }
        let known = ["failure", "contextWindow", "contentPolicy"]
        guard let members = reader.members(node, at: members.place(of: "fallbacks"), known: known) else { return }
        policy.fallbacks = models(members, "failure") ?? policy.fallbacks
        policy.contextFallbacks = models(members, "contextWindow") ?? policy.contextFallbacks
        policy.policyFallbacks = models(members, "contentPolicy") ?? policy.policyFallbacks
    }

    private mutating func models(_ members: Members, _ name: String) -> [String]? {
        guard let names = reader.names(members, name) else { return nil }
        let nodes = members[name]?.sequence.map { Array($0) } ?? []
        for (index, model) in names.enumerated() {
            let node = index < nodes.count ? nodes[index] : members[name]
            namedModels.append((model, node, members.place(of: name)))
        }
        return names
    }

    private mutating func readHedge(_ policy: inout RoutePolicy, _ node: Node, _ place: String) {
        if node.bool == false {
            policy.hedge = nil
        } else if let members = reader.members(node, at: place, known: ["after"]) {
            if members.lacks("after") { reader.fail(node, "\(place).after is missing; add it, or write hedge: false.") }
            if let after = positive(members, "after") { policy.hedge = HedgePolicy(after: after) }
        }
    }

    private mutating func readBackoff(_ policy: inout RoutePolicy, _ node: Node, _ place: String) {
        guard let members = reader.members(node, at: place, known: ["initial", "cap"]) else { return }
        policy.backoff.initial = positive(members, "initial") ?? policy.backoff.initial
        policy.backoff.cap = positive(members, "cap") ?? policy.backoff.cap
    }

    private mutating func readBreaker(_ policy: inout RoutePolicy, _ node: Node, _ place: String) {
        if node.bool == false {
            policy.breaker = .never
            return
        }
        let known = ["failuresInRow", "failurePercent", "leastRequests", "window", "cooldown", "longestCooldown"]
        guard let members = reader.members(node, at: place, known: known) else { return }
        var rules = policy.breaker
        rules.failuresInRow = reader.integer(members, "failuresInRow", in: 1...1_000_000) ?? rules.failuresInRow
        rules.failurePercent = reader.integer(members, "failurePercent", in: 1...101) ?? rules.failurePercent
        rules.leastRequests = reader.integer(members, "leastRequests", in: 1...1_000_000) ?? rules.leastRequests
        rules.window = positive(members, "window") ?? rules.window
        rules.cooldown = positive(members, "cooldown") ?? rules.cooldown
        rules.longestCooldown = positive(members, "longestCooldown") ?? max(rules.longestCooldown, rules.cooldown)
        if rules.longestCooldown < rules.cooldown {
            reader.fail(node, "\(place).longestCooldown is shorter than cooldown; make it at least as long.")
        }
        policy.breaker = rules
    }

    mutating func positive(_ members: Members, _ name: String) -> Duration? {
        guard let duration = reader.duration(members, name) else { return nil }
        if duration > .zero { return duration }
        reader.fail(members[name], "\(members.place(of: name)) must be longer than nothing.")
        return nil
    }
}

extension ModelError.Kind {
    /// Whether a request that failed so may go to another deployment of the same model.
    fileprivate var mayBeTriedAgain: Bool {
        switch ModelError(self, "").way {
        case .again, .elsewhere: true
        case .longerContext, .otherPolicy, .nowhere: false
        }
    }
}

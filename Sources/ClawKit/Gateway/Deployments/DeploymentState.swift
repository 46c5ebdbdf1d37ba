import ClawBase

/// One deployment as the router sees it at a moment. Pure.
struct DeploymentState: Sendable {
    /// Replaced where the configuration changes; what is known of the deployment stays.
    var traits: DeploymentTraits
    var breaker = CircuitBreaker()
    var latency = LatencyAverage()
    var requests = MinuteWindow()
    var tokens = MinuteWindow()
    private(set) var underWay: Int64 = 0
    /// Why an active check of its health says that it is not well.
    var complaint: String?
    /// Whether an active check has been made at all.
    var isChecked = false

    init(_ traits: DeploymentTraits) { self.traits = traits }

    /// Why a request cannot go there now; nil: it can.
    mutating func obstacle(_ question: RouteQuestion, _ rules: BreakerRules, now: Timestamp) -> RouteObstacle? {
        if complaint != nil { return .outOfService }
        if !question.tags.isSubset(of: traits.tags) { return .tags }
        if let limit = traits.contextTokens, question.inputTokens > limit { return .context(limit: limit) }
        if !breaker.admits(rules, now: now) {
            if case .open(let until) = breaker.state { return .coolingDown(until: until) }
            return .probing
        }
        if let most = traits.requestsAtOnce, underWay >= most { return .busy(most: most) }
        if let most = traits.requestsPerMinute, requests.sum(now: now) >= most { return .requestsPerMinute(most: most) }
        if let most = traits.tokensPerMinute, tokens.sum(now: now) + question.inputTokens > most {
            return .tokensPerMinute(most: most)
        }
        return nil
    }

    mutating func begin(_ question: RouteQuestion, _ rules: BreakerRules, now: Timestamp) {
        breaker.begin(rules, now: now)
        underWay += 1
        requests.add(1, now: now)
        tokens.add(question.inputTokens, now: now)
    }

    mutating func end(_ verdict: AttemptVerdict, _ rules: BreakerRules, now: Timestamp) {
        underWay -= 1
        switch verdict {
        case .answered(let firstToken, let outputTokens):
            breaker.succeed(rules, now: now)
            if let firstToken { latency.note(firstToken, now: now) }
            tokens.add(outputTokens, now: now)
        case .failed(let notBefore): breaker.fail(rules, notBefore: notBefore, now: now)
        case .noVerdict: breaker.endWithoutVerdict(now: now)
        }
    }
}

/// What an attempt tells of the deployment it was made at.
enum AttemptVerdict: Sendable, Hashable {
    /// With the time to the first token, where that is known.
    case answered(firstToken: Duration?, outputTokens: Int64)
    case failed(notBefore: Timestamp?)
    /// The client left, or its request was wrong.
    case noVerdict
}

/// What the router has to know of a request.
struct RouteQuestion: Sendable, Hashable {
    /// An upper bound.
    var inputTokens: Int64 = 0
    var outputTokens: Int64 = 0
    var tags: Set<String> = []
    /// What tells sessions apart; nil: it belongs to none.
    var session: String?
    /// ``PrefixAffinity/hashes(_:)`` of the prompt.
    var prefixes: [UInt64] = []
    /// The deployments that were tried already, by index.
    var tried: Set<Int> = []
}

/// Why a deployment was not chosen; part of the decision's trace.
enum RouteObstacle: Sendable, Hashable {
    case tried
    case outOfService
    case tags
    case context(limit: Int64)
    case coolingDown(until: Timestamp)
    case probing
    case busy(most: Int64)
    case requestsPerMinute(most: Int64)
    case tokensPerMinute(most: Int64)
    /// Somebody of a lower order can answer.
    case order
    /// It could have answered; another one was preferred.
    case notPreferred

    var words: String {
        switch self {
        case .tried: "tried already"
        case .outOfService: "out of service"
        case .tags: "lacks a tag that the request asks for"
        case .context(let limit): "the request is longer than its context of \(limit) tokens"
        case .coolingDown(let until): "cools down until \(until.rfc3339())"
        case .probing: "is being probed after failures"
        case .busy(let most): "has \(most) requests under way, its most"
        case .requestsPerMinute(let most): "has had \(most) requests in this minute, its most"
        case .tokensPerMinute(let most): "has had its \(most) tokens of this minute"
        case .order: "has a higher order than another that can answer"
        case .notPreferred: "could have answered"
        }
    }
}

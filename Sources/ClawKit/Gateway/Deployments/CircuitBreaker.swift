import ClawBase

/// Whether a deployment is asked at all. Pure: time comes in, nothing waits.
///
/// Closed until it fails too often, then open for a while, then one probe decides: half-open. An upstream that says
/// when to come back (`Retry-After`) is believed, within a limit.
struct CircuitBreaker: Sendable, Hashable {
    enum State: Sendable, Hashable {
        case closed
        case open(until: Timestamp)
        /// A probe is under way since then.
        case halfOpen(since: Timestamp)
    }

    private(set) var state = State.closed
    private var failuresInRow = 0
    private var openings = 0
    private var window = (start: Timestamp(seconds: 0), requests: 0, failures: 0)

    /// Whether a request may go there now; in half-open state only one may, until it has ended or taken too long.
    func admits(_ rules: BreakerRules, now: Timestamp) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): until <= now
        case .halfOpen(let since): since + rules.longestCooldown <= now
        }
    }

    /// A request goes there.
    mutating func begin(_ rules: BreakerRules, now: Timestamp) {
        switch state {
        case .closed: break
        case .open, .halfOpen: state = .halfOpen(since: now)
        }
    }

    mutating func succeed(_ rules: BreakerRules, now: Timestamp) {
        roll(rules, now)
        window.requests += 1
        failuresInRow = 0
        if case .closed = state { return }
        (state, openings) = (.closed, 0)
        window = (now, 0, 0)
    }

    /// A failure that speaks against the deployment, not against the request.
    /// - Parameter notBefore: when the upstream wants to be asked again.
    mutating func fail(_ rules: BreakerRules, notBefore: Timestamp? = nil, now: Timestamp) {
        roll(rules, now)
        window.requests += 1
        window.failures += 1
        failuresInRow += 1
        let isProbe = state != .closed
        let isTooOften =
            failuresInRow >= rules.failuresInRow
            || (window.requests >= rules.leastRequests
                && window.failures * 100 >= window.requests * rules.failurePercent)
        guard isProbe || isTooOften || notBefore != nil else { return }
        // Requests that were under way when it opened change nothing more.
        if case .open(let until) = state, until > now {
            if let notBefore, notBefore > until { state = .open(until: min(notBefore, now + rules.longestCooldown)) }
            return
        }
        let latest = now + rules.longestCooldown
        if let notBefore, !isProbe, !isTooOften {
            // Its own word, and no other reason.
            state = .open(until: min(notBefore, latest))
            return
        }
        var cooldown = rules.cooldown
        for _ in 0..<min(openings, 10) { cooldown = cooldown * 2 }
        openings += 1
        state = .open(until: min(max(now + cooldown, notBefore ?? now), latest))
    }

    /// A request ended without telling anything of the deployment: the client left, or the request itself was wrong.
    mutating func endWithoutVerdict(now: Timestamp) {
        if case .halfOpen = state { state = .open(until: now) }
    }

    private mutating func roll(_ rules: BreakerRules, _ now: Timestamp) {
        if window.start + rules.window <= now { window = (now, 0, 0) }
    }

    static func == (a: Self, b: Self) -> Bool {
        a.state == b.state && a.failuresInRow == b.failuresInRow && a.openings == b.openings && a.window == b.window
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(state)
        hasher.combine(failuresInRow)
    }
}

/// When a deployment rests after failures.
public struct BreakerRules: Sendable, Hashable {
    /// So many failures in a row let it rest.
    public var failuresInRow = 3
    /// Or this part of the requests of the last window, in percent, if there were enough of them.
    public var failurePercent = 50
    public var leastRequests = 5
    public var window = Duration.seconds(60)
    public var cooldown = Duration.seconds(5)
    /// Each time the probe fails the cooldown doubles, up to this.
    public var longestCooldown = Duration.seconds(120)

    public init() {}

    /// It rests only where the upstream itself says so (`Retry-After`).
    public static let never: BreakerRules = {
        var rules = BreakerRules()
        (rules.failuresInRow, rules.failurePercent) = (.max, 101)
        return rules
    }()
}

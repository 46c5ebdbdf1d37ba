import HTTPTypes

/// Which exchanges are tried again, and when.
public struct RetryPolicy: Sendable {
    /// How often an exchange is tried in all; 1 means never again.
    public var attempts: Int
    public var backoff: Backoff
    /// Statuses that may be different next time.
    public var statuses: Set<Int>
    /// A server that asks for a longer wait gets none: its answer is handed on.
    public var longestWait: Duration
    /// Whether sending the request twice does no more than sending it once. Asked where it may have been processed.
    public var isRepeatable: @Sendable (Request) -> Bool

    public init(
        attempts: Int = 4, backoff: Backoff = Backoff(initial: .milliseconds(100), cap: .seconds(10)),
        statuses: Set<Int> = [429, 500, 502, 503, 504], longestWait: Duration = .seconds(30),
        isRepeatable: @escaping @Sendable (Request) -> Bool = { $0.isIdempotent }
    ) {
        self.attempts = attempts
        self.backoff = backoff
        self.statuses = statuses
        self.longestWait = longestWait
        self.isRepeatable = isRepeatable
    }

    /// Never again.
    public static let never = RetryPolicy(attempts: 1)

    /// How long to wait before the next attempt; nil where the answer stands.
    /// - Parameter attempt: the number of attempts so far, at least 1.
    func delay(after response: HTTPResponse, to request: Request, attempt: Int, now: Timestamp) -> Duration? {
        guard attempt < attempts, statuses.contains(response.status.code), request.canBeSentAgain else { return nil }
        let asked = RetryAfter.delay(in: response.headerFields, now: now)
        // "Too many" is said before anything is done: with the wait it asks for, any request may come again.
        guard isRepeatable(request) || (response.status.code == 429 && asked != nil) else { return nil }
        let own = backoff.delay(afterFailures: attempt)
        guard let asked else { return own }
        return asked > longestWait ? nil : max(asked, own)
    }

    func delay(after error: any Error, to request: Request, attempt: Int) -> Duration? {
        guard attempt < attempts, request.canBeSentAgain, let error = error as? TransportError else { return nil }
        switch error.code {
        // Nobody got it.
        case .unreachable: return backoff.delay(afterFailures: attempt)
        case .disconnected where isRepeatable(request): return backoff.delay(afterFailures: attempt)
        // A deadline that has passed is not to be waited for again, and bad settings stay bad.
        default: return nil
        }
    }
}

extension Request {
    /// By its method (RFC 9110, section 9.2.2); a request to leave HTTP is not, whatever its method.
    public var isIdempotent: Bool {
        !wantsUpgrade && [.get, .head, .options, .put, .delete, .trace].contains(method)
    }

    /// A stream can be read only once.
    package var canBeSentAgain: Bool { if case .stream = body.storage { false } else { true } }
}

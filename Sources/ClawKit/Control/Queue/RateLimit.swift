import ClawBase

/// So many in a second, after a burst: a token bucket.
public struct RateLimit: Sendable, Hashable {
    public var perSecond: Double
    public var burst: Int

    /// - Precondition: both are positive.
    public init(perSecond: Double, burst: Int) {
        precondition(perSecond > 0 && burst > 0, "a rate limit lets something through")
        (self.perSecond, self.burst) = (perSecond, burst)
    }
}

/// How much of a rate limit is left.
struct RateLimiter {
    private let limit: RateLimit
    private var tokens: Double
    private var filled: Timestamp?

    init(_ limit: RateLimit) { (self.limit, tokens) = (limit, Double(limit.burst)) }

    /// nil where one may go now; otherwise when the next may.
    mutating func next(now: Timestamp) -> Timestamp? {
        if let filled { tokens = min(Double(limit.burst), tokens + max(0, (now - filled).inSeconds) * limit.perSecond) }
        filled = now
        // A token that lacks a rounding error is one.
        if tokens >= 1 - 1e-9 { return nil }
        return now + .nanoseconds(Int64(((1 - tokens) / limit.perSecond * 1e9).rounded(.up)))
    }

    mutating func take() { tokens -= 1 }
}

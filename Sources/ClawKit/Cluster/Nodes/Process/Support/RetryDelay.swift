import ClawBase

extension Backoff {
    /// For what a node tries again by itself: a missing secret, an unbound claim, a server that does not answer.
    static let nodeRetry = Backoff(initial: .milliseconds(500), cap: .seconds(10))
}

import ClawBase

/// How long a container that ended waits before it starts again: the first time not at all, then 10 s, 20 s, …
/// up to 5 minutes; forgotten after twice the longest wait without a restart.
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy>
public struct RestartBackoff: Sendable, Hashable {
    public var initial: Duration
    public var longest: Duration

    public init(initial: Duration = .seconds(10), longest: Duration = .seconds(300)) {
        (self.initial, self.longest) = (initial, longest)
    }
}

/// One container's place in the back-off.
struct RestartHistory: Sendable, Hashable {
    private(set) var delay: Duration = .zero
    private var lastRestart: Timestamp?

    /// When a container that ended at `end` may start again.
    func nextStart(after end: Timestamp, _ policy: RestartBackoff) -> Timestamp {
        isForgotten(at: end, policy) ? end : end + delay
    }

    mutating func recordRestart(at now: Timestamp, _ policy: RestartBackoff) {
        if isForgotten(at: now, policy) { delay = .zero }
        delay = delay == .zero ? policy.initial : min(delay * 2, policy.longest)
        lastRestart = now
    }

    private func isForgotten(at now: Timestamp, _ policy: RestartBackoff) -> Bool {
        lastRestart.map { now - $0 > policy.longest * 2 } ?? true
    }
}

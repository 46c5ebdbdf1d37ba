import ClawBase

/// One probe of one run of a container: when it is due, and what its answers so far come to. Pure.
///
/// A readiness or startup probe that has not succeeded yet is tried every 100 ms for the first 10 s after the
/// container's start, whatever its period: local processes are up within milliseconds, and somebody who starts a
/// runtime and waits for it should not wait out a period of ten seconds. Failures of these extra attempts count
/// towards the failure threshold no more often than once a period, so no container is given up sooner.
struct ProbeState: Sendable, Hashable {
    let kind: ProbeKind
    let settings: ProbeSettings
    /// nil while an attempt is under way.
    private(set) var dueAt: Timestamp?
    /// Readiness and startup begin as not succeeded, liveness as succeeded.
    private(set) var hasSucceeded: Bool
    private var successes = 0
    private var failures = 0
    private var begunAt: Timestamp
    private var lastCounted: Timestamp

    /// What an answer means to the container.
    enum Verdict: Sendable, Hashable {
        /// Nothing to tell anybody.
        case unchanged
        /// A failure that counts, short of the threshold.
        case failed
        /// The threshold is reached: not ready any more, or to be restarted.
        case givenUp
        case succeeded
    }

    /// - Parameter from: when probing may begin; the initial delay counts from the container's start.
    init(_ kind: ProbeKind, _ settings: ProbeSettings, startedAt: Timestamp, from now: Timestamp) {
        (self.kind, self.settings) = (kind, settings)
        hasSucceeded = kind == .liveness
        begunAt = now
        lastCounted = startedAt
        dueAt = max(now, startedAt + settings.initialDelay)
    }

    mutating func begin(at now: Timestamp) {
        dueAt = nil
        begunAt = now
    }

    mutating func end(_ isSuccess: Bool, at now: Timestamp, startedAt: Timestamp, _ fast: FastProbing) -> Verdict {
        let isEager = kind != .liveness && !hasSucceeded && now - startedAt < fast.window
        var next = begunAt + settings.period
        var verdict = Verdict.unchanged
        if isSuccess {
            failures = 0
            successes += 1
            if !hasSucceeded, successes >= settings.successThreshold {
                hasSucceeded = true
                verdict = .succeeded
            }
        } else {
            successes = 0
            if isEager { next = begunAt + min(fast.period, settings.period) }
            if !isEager || now - lastCounted >= settings.period {
                lastCounted = now
                failures += 1
                verdict = .failed
                if failures >= settings.failureThreshold {
                    hasSucceeded = false
                    verdict = .givenUp
                }
            }
        }
        dueAt = max(now, next)
        return verdict
    }
}

/// How probes that have not succeeded yet are hurried after a start.
struct FastProbing: Sendable, Hashable {
    var window: Duration = .seconds(10)
    var period: Duration = .milliseconds(100)
}

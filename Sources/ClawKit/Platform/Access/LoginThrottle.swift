public import ClawBase
import Synchronization

/// Slows down guessing: after a few failures each further one makes the same key (a user, a peer) wait longer.
///
/// Bounded memory: when full, what was quiet longest is forgotten first.
public final class LoginThrottle: Sendable {
    private struct Failures {
        var count: Int
        var last: Timestamp
    }

    private let failures = Mutex<[String: Failures]>([:])
    private let time: any TimeSource
    private let pace: GuessingPace
    private let capacity: Int

    /// - Parameters:
    ///   - free: how many failures cost nothing.
    ///   - base: the wait after the next one; doubled by each further one up to `maximum`.
    public init(
        time: any TimeSource = SystemTime(), free: Int = 5, base: Duration = .seconds(1),
        maximum: Duration = .seconds(900), capacity: Int = 10_000
    ) {
        self.time = time
        pace = GuessingPace(free: free, base: base, maximum: maximum)
        self.capacity = max(1, capacity)
    }

    /// Whether an attempt may be made now, for all of its keys.
    /// - Throws: ``Finding`` (`E_THROTTLED`) with the seconds left in `details.retryAfter`.
    public func admit(_ keys: String...) throws(Finding) {
        let now = time.now
        try GuessingPace.refuse(failures.withLock { wait(for: keys, in: $0, at: now) })
    }

    private func wait(for keys: [String], in failures: [String: Failures], at now: Timestamp) -> Duration {
        keys.compactMap { failures[$0].map { $0.last + pace.wait($0.count) - now } }.max() ?? .zero
    }

    public func noteFailure(_ keys: String...) {
        let now = time.now
        failures.withLock { note(keys, in: &$0, at: now) }
    }

    /// Admits an attempt whose outcome takes a while, and counts it as failed from now on: many at once gain nothing.
    /// Where it succeeds, ``noteSuccess(_:)`` or ``takeBack(_:)`` say so.
    /// - Throws: as ``admit(_:)``.
    public func begin(_ keys: String...) throws(Finding) {
        let now = time.now
        let wait = failures.withLock { failures in
            let wait = self.wait(for: keys, in: failures, at: now)
            if wait <= .zero { note(keys, in: &failures, at: now) }
            return wait
        }
        try GuessingPace.refuse(wait)
    }

    /// One failure less: the attempt was none, though others of the same key may be.
    public func takeBack(_ keys: String...) {
        failures.withLock { failures in
            for key in keys {
                guard let old = failures[key] else { continue }
                failures[key] = old.count > 1 ? Failures(count: old.count - 1, last: old.last) : nil
            }
        }
    }

    private func note(_ keys: [String], in failures: inout [String: Failures], at now: Timestamp) {
        for key in keys {
            let old = failures[key].flatMap { now - $0.last < pace.memory ? $0.count : nil } ?? 0
            failures[key] = Failures(count: min(old + 1, 64), last: now)
        }
        if failures.count > capacity {
            // A tenth at a time, so that a flood of keys does not sort at every failure.
            let victims = failures.sorted { $0.value.last < $1.value.last }
                .prefix(failures.count - capacity + capacity / 10).map(\.key)
            for key in victims { failures[key] = nil }
        }
    }

    public func noteSuccess(_ keys: String...) {
        failures.withLock { failures in for key in keys { failures[key] = nil } }
    }
}

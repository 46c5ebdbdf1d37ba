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
    private let free: Int
    private let base: Duration
    private let maximum: Duration
    private let capacity: Int

    /// - Parameters:
    ///   - free: how many failures cost nothing.
    ///   - base: the wait after the next one; doubled by each further one up to `maximum`.
    public init(
        time: any TimeSource = SystemTime(), free: Int = 5, base: Duration = .seconds(1),
        maximum: Duration = .seconds(900), capacity: Int = 10_000
    ) {
        self.time = time
        self.free = free
        self.base = base
        self.maximum = maximum
        self.capacity = max(1, capacity)
    }

    /// Whether an attempt may be made now, for all of its keys.
    /// - Throws: ``Finding`` (`E_THROTTLED`) with the seconds left in `details.retryAfter`.
    public func admit(_ keys: String...) throws(Finding) {
        let now = time.now
        let wait = failures.withLock { failures in
            keys.compactMap { failures[$0].map { $0.last + self.wait($0.count) - now } }.max() ?? .zero
        }
        guard wait > .zero else { return }
        let seconds = Int(wait.inSeconds.rounded(.up))
        throw Finding(
            .throttled, "Too many failed attempts; try again in \(seconds) s.", details: ["retryAfter": String(seconds)]
        )
    }

    public func noteFailure(_ keys: String...) {
        let now = time.now
        failures.withLock { failures in
            for key in keys {
                // Who has been quiet for twice the longest wait starts afresh.
                let old = failures[key].flatMap { now - $0.last < maximum * 2 ? $0.count : nil } ?? 0
                failures[key] = Failures(count: min(old + 1, 64), last: now)
            }
            if failures.count > capacity {
                // A tenth at a time, so that a flood of keys does not sort at every failure.
                let victims = failures.sorted { $0.value.last < $1.value.last }
                    .prefix(failures.count - capacity + capacity / 10).map(\.key)
                for key in victims { failures[key] = nil }
            }
        }
    }

    public func noteSuccess(_ keys: String...) {
        failures.withLock { failures in for key in keys { failures[key] = nil } }
    }

    private func wait(_ count: Int) -> Duration {
        guard count > free else { return .zero }
        return min(maximum, base * Double(UInt64(1) << UInt64(min(count - free - 1, 40))))
    }
}

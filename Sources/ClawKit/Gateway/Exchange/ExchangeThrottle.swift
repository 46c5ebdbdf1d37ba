import ClawBase
import ClawControl
import Synchronization

/// How often each of many may ask: a bucket of tokens for each name. Bounded: who has a full bucket is forgotten.
final class ExchangeThrottle: Sendable {
    private struct Bucket {
        var tokens: Double
        var filled: Timestamp
    }

    private let limit: RateLimit
    private let capacity: Int
    private let time: any TimeSource
    private let buckets = Mutex<[String: Bucket]>([:])

    init(_ limit: RateLimit, capacity: Int = 10_000, time: any TimeSource) {
        (self.limit, self.capacity, self.time) = (limit, capacity, time)
    }

    /// nil where this one may go; otherwise how long to wait.
    func admit(_ name: String) -> Duration? {
        let now = time.now
        return buckets.withLock { buckets in
            if buckets[name] == nil, buckets.count >= capacity {
                buckets = buckets.filter { left(in: $0.value, now) < Double(limit.burst) }
                // Nobody was quiet: whoever is new waits, and memory stays bounded.
                if buckets.count >= capacity { return .seconds(1) }
            }
            let tokens = buckets[name].map { left(in: $0, now) } ?? Double(limit.burst)
            guard tokens >= 1 else {
                buckets[name] = Bucket(tokens: tokens, filled: now)
                return .nanoseconds(Int64(((1 - tokens) / limit.perSecond * 1e9).rounded(.up)))
            }
            buckets[name] = Bucket(tokens: tokens - 1, filled: now)
            return nil
        }
    }

    private func left(in bucket: Bucket, _ now: Timestamp) -> Double {
        min(Double(limit.burst), bucket.tokens + max(0, (now - bucket.filled).inSeconds) * limit.perSecond)
    }
}

import Synchronization

/// Lets requests pass at a bounded rate: a token bucket, and a bounded queue in order of arrival.
public final class RateLimitedTransport: Transport {
    private struct Bucket {
        var tokens: Double
        var filled: Timestamp
    }

    private let inner: any Transport
    private let rate: Double
    private let burst: Double
    private let queueLimit: Int
    private let time: any TimeSource
    private let bucket: Mutex<Bucket>
    private let turnstile: Turnstile

    /// - Parameters:
    ///   - rate: requests per second in the long run; more than 0.
    ///   - burst: how many may go at once after a rest; at least 1.
    ///   - queue: how many may wait; one more is refused.
    public init(
        _ inner: some Transport, rate: Double, burst: Int, queue: Int = 1000, time: some TimeSource = .system
    ) {
        precondition(rate > 0 && burst >= 1, "a rate limit lets something pass")
        self.inner = inner
        self.rate = rate
        self.burst = Double(burst)
        self.time = time
        queueLimit = queue
        bucket = Mutex(Bucket(tokens: Double(burst), filled: time.now))
        turnstile = Turnstile(limit: queue)
    }

    /// How many requests wait behind the first one waiting.
    public var queueLength: Int { turnstile.waiterCount }

    /// - Throws: ``Finding`` with ``FindingCode/rateLimited`` where the queue is full.
    public func send(_ request: Request) async throws -> Response {
        do {
            try await turnstile.pass { [self] in
                while let wait = take() { try await time.sleep(for: wait) }
            }
        } catch is Turnstile.Full {
            throw Finding(
                .rateLimited,
                "\(queueLimit) requests wait already for this client's own rate limit; send fewer or raise the limit.")
        }
        return try await inner.send(request)
    }

    /// Takes a token; or says how long it is until there is one.
    private func take() -> Duration? {
        let now = time.now
        return bucket.withLock { bucket in
            let passed = max(0, (now - bucket.filled).inSeconds)
            bucket.tokens = min(burst, bucket.tokens + passed * rate)
            bucket.filled = now
            if bucket.tokens >= 1 {
                bucket.tokens -= 1
                return nil
            }
            // Rounded up, so that waking never finds a token that is a rounding short.
            return .nanoseconds(Int64(((1 - bucket.tokens) / rate * 1e9).rounded(.up)) + 1)
        }
    }
}

extension FindingCode {
    public static let rateLimited = FindingCode(rawValue: "E_RATE_LIMITED")
}

extension Transport {
    /// Lets at most `rate` requests a second pass in the long run, `burst` at once.
    public func rateLimited(
        _ rate: Double, burst: Int, queue: Int = 1000, time: some TimeSource = .system
    ) -> RateLimitedTransport {
        RateLimitedTransport(self, rate: rate, burst: burst, queue: queue, time: time)
    }
}

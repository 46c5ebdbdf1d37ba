/// How long to wait after the n-th failure in a row: exponential, capped, with full jitter on the upper half.
public struct Backoff: Sendable {
    public var initial: Duration
    public var cap: Duration

    public init(initial: Duration, cap: Duration) { (self.initial, self.cap) = (initial, cap) }

    /// For reconnecting watches.
    public static let watch = Backoff(initial: .milliseconds(100), cap: .seconds(30))

    /// The delay after `failures` ≥ 1 failures in a row, between half of and the whole exponential step.
    public func delay(afterFailures failures: Int) -> Duration {
        let step = ceiling(afterFailures: failures)
        return step / 2 + step / 2 * Chance.unit()
    }

    /// The exponential step itself, without jitter.
    public func ceiling(afterFailures failures: Int) -> Duration {
        min(cap, initial * (1 << min(max(failures - 1, 0), 30)))
    }
}

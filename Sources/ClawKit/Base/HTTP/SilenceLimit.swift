import Synchronization

/// How long the body of a response may stay silent, where that changes while it is read: longer until a model has begun
/// to answer than afterwards.
///
/// Transports look at it when they would wait; a change counts from then on, at the latest after ``least``.
public final class SilenceLimit: Sendable {
    private let nanoseconds: Atomic<Int64>
    /// The shortest limit it will ever have.
    public let least: Duration

    public init(_ limit: Duration, least: Duration) {
        nanoseconds = Atomic(limit.nanoseconds)
        self.least = min(limit, least)
    }

    public var limit: Duration {
        get { .nanoseconds(nanoseconds.load(ordering: .relaxed)) }
        set { nanoseconds.store(max(newValue, least).nanoseconds, ordering: .relaxed) }
    }
}

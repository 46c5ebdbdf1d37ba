import DequeModule

/// Notifications of a session that nobody took yet.
struct NotificationBuffer: Sendable {
    private var kept = Deque<PostgresNotification>()
    /// Since the last look, so many came that the oldest had to go.
    private(set) var hasLost = false
    private var waiter: UnsafeContinuation<Void, Never>?
    /// When the waiter is woken though nothing came.
    private(set) var deadline: MonotonicTime?

    static let limit = 10_000

    mutating func add(_ notification: PostgresNotification) {
        if kept.count == Self.limit {
            kept.removeFirst()
            hasLost = true
        }
        kept.append(notification)
    }

    mutating func take() -> PostgresNotification? { kept.popFirst() }

    mutating func takeLost() -> Bool {
        defer { hasLost = false }
        return hasLost
    }

    var isEmpty: Bool { kept.isEmpty && !hasLost }

    mutating func wait(_ continuation: UnsafeContinuation<Void, Never>, until deadline: MonotonicTime) {
        (waiter, self.deadline) = (continuation, deadline)
    }

    mutating func wake(_ completions: inout Completions) {
        guard let waiter else { return }
        (self.waiter, deadline) = (nil, nil)
        completions.add { waiter.resume() }
    }
}

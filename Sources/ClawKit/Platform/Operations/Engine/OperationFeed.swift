import ClawBase
import ClawControl
import Synchronization

/// Tells who follows an operation that it has changed. What it is now, the store says.
final class OperationFeed: Sendable {
    /// One follower's place. Ends with its last reference.
    final class Subscription: Sendable {
        let operation: String
        let news = Signal()
        private let feed: OperationFeed
        private let number: UInt64

        fileprivate init(_ feed: OperationFeed, _ operation: String, _ number: UInt64) {
            (self.feed, self.operation, self.number) = (feed, operation, number)
        }

        deinit { feed.end(operation, number) }
    }

    private struct State {
        var next: UInt64 = 0
        var count = 0
        var followers: [String: [UInt64: Signal]] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how many followers there may be in all.
    init(limit: Int = 1024) { self.limit = limit }

    /// - Throws: ``Finding`` (`E_NOT_READY`) where too many follow already.
    func subscribe(to operation: String) throws(Finding) -> Subscription {
        let number = state.withLock { state -> UInt64? in
            guard state.count < limit else { return nil }
            state.count += 1
            state.next += 1
            return state.next
        }
        guard let number else {
            throw Finding(
                .notReady, "Too many operations are being followed already; ask for the operation now and then.")
        }
        let subscription = Subscription(self, operation, number)
        state.withLock { $0.followers[operation, default: [:]][number] = subscription.news }
        return subscription
    }

    func changed(_ operation: String) {
        let signals = state.withLock { $0.followers[operation].map { Array($0.values) } ?? [] }
        for signal in signals { signal.raise() }
    }

    /// Any of them may have.
    func changedAll() {
        let signals = state.withLock { $0.followers.values.flatMap(\.values) }
        for signal in signals { signal.raise() }
    }

    var count: Int { state.withLock { $0.count } }

    private func end(_ operation: String, _ number: UInt64) {
        state.withLock { state in
            state.count -= 1
            state.followers[operation]?[number] = nil
            if state.followers[operation]?.isEmpty == true { state.followers[operation] = nil }
        }
    }
}

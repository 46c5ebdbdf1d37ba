import ClawBase
import ClawControl
import ClawDocuments
import Synchronization

/// An operation as server-sent events: its present state at once, each change, and the end of the stream with its end.
struct OperationEvents: Sendable {
    /// A comment goes out after this much silence, so that proxies keep the connection.
    private static let keepAlive = Duration.seconds(15)

    let store: any PlatformStore
    let time: any TimeSource

    /// - Throws: ``Finding`` (`E_NOT_FOUND`, `E_NOT_READY`).
    func response(following id: String, in feed: OperationFeed) async throws -> Response {
        let follower = Follower(try feed.subscribe(to: id), store, time)
        let first = try await store.require(Operation.self, id)
        follower.note(first)
        return .events(ByteStream { try await follower.next() })
    }

    private final class Follower: Sendable {
        private struct State {
            var seen: UInt64 = 0
            var waiting: [Versioned<Operation>] = []
            var isAtEnd = false
        }
        private let subscription: OperationFeed.Subscription
        private let store: any PlatformStore
        private let time: any TimeSource
        private let state = Mutex(State())

        init(_ subscription: OperationFeed.Subscription, _ store: any PlatformStore, _ time: any TimeSource) {
            (self.subscription, self.store, self.time) = (subscription, store, time)
        }

        func note(_ operation: Versioned<Operation>) { state.withLock { $0.waiting.append(operation) } }

        func next() async throws -> [UInt8]? {
            while true {
                if state.withLock({ $0.isAtEnd }) { return nil }
                if let event = take() { return event }
                let isQuiet = try await waitForNews()
                guard let now = try await store.get(Operation.self, subscription.operation) else { return nil }
                if state.withLock({ $0.seen < now.version }) {
                    note(now)
                } else if isQuiet {
                    return ServerSentEvent.comment("")
                }
            }
        }

        private func take() -> [UInt8]? {
            state.withLock { state in
                guard let operation = state.waiting.first else { return nil }
                state.waiting.removeFirst()
                state.seen = operation.version
                state.isAtEnd = operation.record.state.isFinal
                return ServerSentEvent(data: operation.record.representation.description, event: "operation").encoded
            }
        }

        /// Whether nothing was heard until the keep-alive is due. Another process's changes are found then.
        private func waitForNews() async throws -> Bool {
            do {
                let news = subscription.news
                try await time.withDeadline(OperationEvents.keepAlive, "The next change") { try await news.wait() }
                return false
            } catch let finding as Finding where finding.code == .deadline {
                return true
            }
        }
    }
}

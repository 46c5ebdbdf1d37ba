import ClawBase
import DequeModule
import Synchronization

/// Messages for one consumer, in order. Posting never waits; the consumer may wait no longer than a moment.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: Deque<Message> = []
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func post(_ message: Message) {
        let waiter = state.withLock { state in
            state.messages.append(message)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func takeFirst() -> Message? { state.withLock { $0.messages.popFirst() } }

    /// The next message; nil when `moment` came first, or the task was cancelled.
    func next(until moment: Timestamp? = nil, _ time: some TimeSource) async -> Message? {
        while true {
            if let message = takeFirst() { return message }
            if Task.isCancelled { return nil }
            guard let moment else {
                await arrival()
                continue
            }
            if time.now >= moment { return nil }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.arrival() }
                group.addTask { try? await time.sleep(until: moment) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Returns when a message is there or the task is cancelled.
    private func arrival() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if !state.messages.isEmpty || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}

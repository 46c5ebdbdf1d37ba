import DequeModule
import Synchronization

/// Lets tasks do something one after the other, in the order they came.
package final class Turns: Sendable {
    private struct State {
        var isTaken = false
        var nextID = 0
        var waiting: Deque<(id: Int, continuation: CheckedContinuation<Void, any Error>)> = []
    }
    private let state = Mutex(State())

    package init() {}

    /// - Throws: what `body` throws, or `CancellationError` where the task was cancelled while it waited.
    package func take<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await wait()
        defer { pass() }
        return try await body()
    }

    private func wait() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let answer: Swift.Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.isTaken else {
                        state.isTaken = true
                        return .success(())
                    }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func pass() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            state.isTaken = next != nil
            return next
        }
        next?.continuation.resume()
    }
}

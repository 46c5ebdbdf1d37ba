import DequeModule
import Synchronization

/// Lets one task at a time through, in the order they came. Waiting ends at once when the task is cancelled.
package final class Turnstile: Sendable {
    package struct Full: Error {}

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var isTaken = false
        var nextID: UInt64 = 0
        var waiters: Deque<Waiter> = []
        /// Cancelled before they had begun to wait.
        var cancelledEarly: Set<UInt64> = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many may wait at the same time.
    package init(limit: Int = .max) { self.limit = limit }

    package var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// - Throws: ``Full`` where too many wait, `CancellationError`, or what `body` throws.
    package func pass<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { leave() }
        try Task.checkCancellation()
        return try await body()
    }

    private func enter() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        defer { _ = state.withLock { $0.cancelledEarly.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelledEarly.contains(id) { return .failure(CancellationError()) }
                    guard state.isTaken else {
                        state.isTaken = true
                        return .success(())
                    }
                    guard state.waiters.count < limit else { return .failure(Full()) }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
                    state.cancelledEarly.insert(id)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func leave() {
        let next = state.withLock { state in
            let next = state.waiters.popFirst()
            // Handed over, not released: nobody who comes now may overtake.
            state.isTaken = next != nil
            return next
        }
        next?.continuation.resume()
    }
}

import ClawBase
import ServiceLifecycle

/// Returns when a graceful shutdown has begun. Unlike ServiceLifecycle's own, without a task of its own, so that
/// simulations see it.
/// - Throws: `CancellationError`.
package func untilGracefulShutdown() async throws {
    let signal = Signal()
    try await withGracefulShutdownHandler {
        try await signal.wait()
    } onGracefulShutdown: {
        signal.raise()
    }
}

/// Runs `body`, cancelled when a graceful shutdown begins.
/// - Returns: nil where that ended it.
@discardableResult
package func untilGracefulShutdown<R: Sendable>(
    _ body: @escaping @Sendable () async throws -> R
) async throws -> R? {
    try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await untilGracefulShutdown()
            return nil
        }
        let first = try await group.next() ?? nil
        group.cancelAll()
        if first != nil { return first }
        // It may have come to its end in the same moment.
        let last = await group.nextResult()
        if case .success(let value)? = last { return value }
        try Task.checkCancellation()
        if case .failure(let error)? = last, !(error is CancellationError) { throw error }
        return nil
    }
}

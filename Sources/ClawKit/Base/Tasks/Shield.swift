/// Runs `body` to its end even where the calling task is cancelled meanwhile; `onCancel` tells it of that.
///
/// A node that is told to stop must still end its processes and write what became of them, a leader must still hand
/// over: none of which a cancelled task can do. The one unstructured task there is; it is awaited here and nowhere
/// outlived, so `body` must end by itself.
package func shieldedFromCancellation<T: Sendable>(
    _ body: @escaping @Sendable () async throws -> T, onCancel: @escaping @Sendable () -> Void = {}
) async throws -> T {
    // Such a task does not inherit where its maker runs: that of a simulation would run outside of it.
    let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
    return try await withTaskCancellationHandler {
        try await Task(executorPreference: executor) { try await body() }.value
    } onCancel: {
        onCancel()
    }
}

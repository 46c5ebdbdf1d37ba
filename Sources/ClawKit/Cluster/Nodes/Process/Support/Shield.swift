/// Runs `body` to its end even where the calling task is cancelled meanwhile; `onCancel` tells it of that.
///
/// A node that is told to stop must still end its processes, wait for them and write what became of them, all of
/// which a cancelled task cannot do. The one unstructured task of the node; it is awaited here and nowhere outlived.
func shieldedFromCancellation<T: Sendable>(
    _ body: @escaping @Sendable () async throws -> T, onCancel: @escaping @Sendable () -> Void
) async throws -> T {
    try await withTaskCancellationHandler {
        try await Task { try await body() }.value
    } onCancel: {
        onCancel()
    }
}

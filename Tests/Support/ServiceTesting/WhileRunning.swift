/// Runs something that does not end by itself (a service, an engine) as long as `body` takes, and cancels it then.
///
/// What either throws is thrown on, once both have ended; `run` must not end before `body`.
package func whileRunning<R: Sendable>(
    _ run: @escaping @concurrent @Sendable () async throws -> Void,
    _ body: @escaping @concurrent @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask {
            try await run()
            return nil
        }
        group.addTask { try await body() }
        while let result = try await group.next() {
            guard let result else { continue }
            group.cancelAll()
            while await group.nextResult() != nil {}
            return result
        }
        throw CancellationError()
    }
}

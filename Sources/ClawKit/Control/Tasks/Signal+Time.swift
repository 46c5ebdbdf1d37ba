package import ClawBase

extension Signal {
    /// Returns when the flag is raised, or at a moment, whichever comes first.
    /// - Throws: `CancellationError`.
    package func wait(until moment: Timestamp, _ time: any TimeSource) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wait() }
            group.addTask { try await time.sleep(until: moment) }
            try await group.next()
            group.cancelAll()
            // The loser ends with a cancellation, which is no error here.
            while let result = await group.nextResult() { _ = result }
        }
        try Task.checkCancellation()
    }
}

extension EmbeddedCluster {
    /// Runs `body` with a cluster of its own, controllers running; afterwards the cluster has ended and its data is on disk.
    ///
    ///     try await EmbeddedCluster.withCluster { cluster in
    ///         let pods = try await cluster.client.list(Pod.self, in: "default")
    ///     }
    /// - Throws: what `body` throws; what ends the cluster early.
    public static func withCluster<Result: Sendable>(
        _ options: Options = Options(), _ body: @escaping @Sendable (EmbeddedCluster) async throws -> Result
    ) async throws -> Result {
        let cluster = try await EmbeddedCluster(options)
        let result = try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await cluster.run()
                return nil
            }
            group.addTask { try await body(cluster) }
            defer { group.cancelAll() }
            while let outcome = try await group.next() { if let outcome { return outcome } }
            throw CancellationError()
        }
        try cluster.close()
        return result
    }
}

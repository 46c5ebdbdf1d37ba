extension PostgresClient {
    /// Runs a text of several statements, separated by semicolons, without parameters: a schema, a dump.
    ///
    /// Outside of a transaction they are one, unless the text has BEGIN and COMMIT of its own.
    /// - Parameter timeout: how long the server may say nothing; nil: what the configuration says.
    public func executeScript(_ text: String, timeout: Duration? = nil) async throws {
        try SQL(verbatim: text).checkIsPlain()
        try await withConnection { connection in
            try await ExclusiveUse.run(connection.session, text, timeout: timeout) { use in
                var failure: PostgresError?
                while let result = try await use.nextResult() {
                    do { try result.check() } catch let error as PostgresError { failure = failure ?? error }
                    guard !result.isCopy else {
                        throw PostgresError(.misuse, "A script cannot COPY from or to the client.")
                    }
                }
                if let failure { throw failure }
            }
        }
    }
}

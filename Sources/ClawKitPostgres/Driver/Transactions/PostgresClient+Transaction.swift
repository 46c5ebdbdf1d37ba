import ClawBase

extension PostgresClient {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    ///     try await db.transaction(.serializable) { tx in
    ///         let balance = try await tx.queryOne("select cents from accounts where id = \(id)", as: Int64.self)
    ///         try await tx.execute("update accounts set cents = \(balance - price) where id = \(id)")
    ///     }
    ///
    /// `body` runs again, as often as the options say and after a pause that grows, where the server rolled back for a
    /// serialization failure or a deadlock: so what it does outside of the transaction must bear repetition. BEGIN
    /// goes with the first statement, and costs no round trip of its own.
    /// - Throws: what `body` throws; where that ignored an error of a statement, that the transaction was rolled back.
    public func transaction<Result>(
        _ options: TransactionOptions = .standard, _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await withConnection { connection in
                    try await connection.session.transaction(options, body)
                }
            } catch let error as PostgresError where error.isTransient && attempt < options.attempts {
                try await SystemTime.system.sleep(for: Backoff.transaction.delay(afterFailures: attempt))
                attempt += 1
            }
        }
    }
}

extension Backoff {
    /// Between a transaction's attempts: whoever was in the way is done after milliseconds.
    static let transaction = Backoff(initial: .milliseconds(5), cap: .seconds(1))
}

import CLibpq

extension Session {
    func transaction<Result>(
        _ options: TransactionOptions, _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        try begin(options.begin)
        let result: Result
        do {
            result = try await body(PostgresTransaction(PostgresConnection(self, isOwner: false)))
            try Task.checkCancellation()
        } catch {
            await rollBack()
            throw error
        }
        try await commit()
        return result
    }

    /// BEGIN is kept until the first statement.
    private func begin(_ sql: SQL) throws {
        try change { state, _ in
            if let closed = state.closed { throw closed }
            guard !state.isInTransaction else {
                throw PostgresError(
                    .misuse, "The connection is in a transaction already; use a savepoint.", wasSent: false)
            }
            state.begin = sql
            state.isInTransaction = true
        }
    }

    /// - Returns: whether anything was sent.
    private func leave() -> Bool {
        change { state, _ in
            state.isInTransaction = false
            defer { state.begin = nil }
            return state.begin == nil && state.closed == nil
        }
    }

    private func commit() async throws {
        guard leave() else {
            if let closed { throw closed }
            return
        }
        // Once it is on its way, a commit is not to be cancelled: nobody would know what became of it.
        let rows = try await runInAnyCase(["commit"], deadline: deadline(nil))
        if let rows = rows.first, rows.command == "ROLLBACK" {
            throw PostgresError(.server, "The transaction was rolled back, because a statement in it had failed.")
        }
    }

    private func rollBack() async {
        guard leave() else { return }
        do { _ = try await runInAnyCase(["rollback"], deadline: graceDeadline) } catch { close() }
    }
}

extension PostgresRows {
    /// What was done: `INSERT`, `ROLLBACK` …
    var command: Substring { String(cString: PQcmdStatus(memory.raw)).prefix { $0 != " " } }
}

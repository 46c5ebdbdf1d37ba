import CLibpq

extension Session {
    func run(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresRows] {
        for index in statements.indices { if let problem = statements[index].problem { throw problem } }
        let operation = Operation(
            statements, limit: configuration.maximumResultBytes, deadline: deadline(timeout))
        return try await run(operation)
    }

    func deadline(_ timeout: Duration?) -> MonotonicTime {
        guard let timeout = timeout ?? configuration.statementTimeout else { return .never }
        return MonotonicTime.now + timeout
    }

    /// The same, but cancelling the task does not matter: for what must be sent.
    func runInAnyCase(_ statements: [SQL], deadline: MonotonicTime) async throws -> [PostgresRows] {
        let operation = Operation(statements, limit: configuration.maximumResultBytes, deadline: deadline)
        return try await withUnsafeThrowingContinuation { submit(operation, $0) }
    }

    var graceDeadline: MonotonicTime { MonotonicTime.now + configuration.cancellationGrace }

    var serverProcess: Int32 { change { state, _ in state.closed == nil ? PQbackendPID(state.raw) : 0 } }

    func serverParameter(_ name: String) -> String? {
        change { state, _ in
            guard state.closed == nil else { return nil }
            return PQparameterStatus(state.raw, name).map { String(cString: $0) }
        }
    }

    var isInTransaction: Bool {
        change { state, _ in
            state.closed == nil && (state.begin != nil || PQtransactionStatus(state.raw) == PQTRANS_INTRANS)
        }
    }

    /// Whether the server waits for the next statement, outside of any transaction.
    var isIdle: Bool {
        change { state, _ in
            state.closed == nil && state.isQuiet && state.begin == nil && PQtransactionStatus(state.raw) == PQTRANS_IDLE
        }
    }
}

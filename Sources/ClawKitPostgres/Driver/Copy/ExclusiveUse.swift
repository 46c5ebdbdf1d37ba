import CLibpq

/// A session that somebody has for COPY or a script: out of pipeline mode, waited for by the holder's own task.
struct ExclusiveUse: Sendable {
    let session: Session
    let timeout: Duration?

    /// Runs a statement of the simple protocol and leaves its first result to `body`; afterwards the session is in
    /// order, or closed.
    static func run<Result>(
        _ session: Session, _ sql: String, timeout: Duration?, _ body: (ExclusiveUse) async throws -> Result
    ) async throws -> Result {
        let use = ExclusiveUse(session: session, timeout: timeout)
        try await session.takeTurn(.exclusive, deadline: session.deadline(timeout))
        do {
            try await use.sendBegin()
            try session.hold { raw, _ in
                guard PQsendQuery(raw, sql) == 1 else {
                    throw PostgresError(.disconnected, PostgresError.oneLine(PQerrorMessage(raw)) ?? "Not sent.")
                }
            }
            try await use.flush()
            let result = try await body(use)
            session.giveBack()
            return result
        } catch {
            await use.cleanUp()
            throw use.closingError ?? error
        }
    }

    /// The transaction's BEGIN, where it waits for the first statement.
    private func sendBegin() async throws {
        let begin = try session.hold { _, state in
            defer { state.begin = nil }
            return state.begin
        }
        guard let begin else { return }
        try session.hold { raw, _ in _ = PQsendQuery(raw, begin.text) }
        try await flush()
        while let result = try await nextResult() { try result.check() }
    }

    /// Gives the socket all that libpq has for it.
    func flush() async throws {
        while true {
            let state = try session.hold { raw, _ in PQflush(raw) }
            if state == 0 { return }
            if state < 0 { throw PostgresError(.disconnected, "The connection to the server was lost.") }
            try await session.waitForSocket([.read, .write], deadline: session.deadline(timeout))
            // While it sends a lot, the server may have something to say that it must get rid of.
            try session.hold { raw, _ in _ = PQconsumeInput(raw) }
        }
    }

    /// The next result, nil when there are no more.
    func nextResult(inAnyCaseUntil grace: MonotonicTime? = nil) async throws -> ResultMemory? {
        while true {
            let (isBusy, result) = try session.hold { raw, _ in
                if PQisBusy(raw) == 1 { PQconsumeInput(raw) }
                if PQisBusy(raw) == 1 { return (true, nil as ResultMemory?) }
                return (false, PQgetResult(raw).map { ResultMemory($0) })
            }
            if !isBusy { return result }
            if let grace {
                try await session.waitForSocketInAnyCase(.read, deadline: grace)
            } else {
                try await session.waitForSocket(.read, deadline: session.deadline(timeout))
            }
        }
    }

    // MARK: after a failure

    /// Cancels what the server does, passes over what it still sends, and gives the session back; or closes it.
    private func cleanUp() async {
        let grace = session.graceDeadline
        do {
            let isActive = try session.hold { raw, _ in PQtransactionStatus(raw) == PQTRANS_ACTIVE }
            if isActive {
                await session.cancelRunning()
                try await passOver(until: grace)
            }
            session.giveBack()
        } catch {
            session.close(
                PostgresError(.disconnected, "The connection was given up, because it could not be cleaned up."))
        }
    }

    private func passOver(until grace: MonotonicTime) async throws {
        while let result = try await nextResult(inAnyCaseUntil: grace) {
            switch PQresultStatus(result.raw) {
            case PGRES_COPY_IN: try session.hold { raw, _ in _ = PQputCopyEnd(raw, "given up by the client") }
            case PGRES_COPY_OUT: while try await passOverData(grace) {}
            default: break
            }
            while try session.hold({ raw, _ in PQflush(raw) }) == 1 {
                try await session.waitForSocketInAnyCase([.read, .write], deadline: grace)
            }
        }
    }

    private func passOverData(_ grace: MonotonicTime) async throws -> Bool {
        let count = try session.hold { raw, _ in
            var buffer: UnsafeMutablePointer<CChar>?
            var count = PQgetCopyData(raw, &buffer, 1)
            if count == 0 {
                PQconsumeInput(raw)
                count = PQgetCopyData(raw, &buffer, 1)
            }
            PQfreemem(buffer)
            return count
        }
        if count == 0 { try await session.waitForSocketInAnyCase(.read, deadline: grace) }
        return count >= 0
    }

    /// Why the connection is no more, where the server has said it: better than that it was lost.
    private var closingError: PostgresError? { session.closed?.server == nil ? nil : session.closed }
}

extension ResultMemory {
    /// - Throws: the error, where it is one.
    func check() throws {
        switch PQresultStatus(raw) {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: throw PostgresError(raw)
        default: break
        }
    }
}

extension Session {
    /// Asks the server to end what the connection does, and waits until it was asked.
    func cancelRunning() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            change { state, completions in
                guard state.closed == nil else { return completions.add { continuation.resume() } }
                let send = state.cancelRequest { continuation.resume() }
                completions.add(send)
            }
        }
    }
}

import CLibpq
import DequeModule

extension SessionState {
    /// Reads what has come and hands out the results that are complete.
    mutating func receive(_ loop: EventLoop, _ completions: inout Completions) {
        read(loop, &completions)
        guard closed == nil else { return }
        if isWriteBlocked { flush(loop) }
        takeResults(loop, &completions)
        takeNotifications(&completions)
        guard closed == nil else { return }
        if PQstatus(raw) == CONNECTION_BAD { return fail(lostConnection(), loop, &completions) }
        sendWaiting(loop, &completions)
    }

    private mutating func read(_ loop: EventLoop, _ completions: inout Completions) {
        // A result that comes in more than one read is counted: libpq keeps all of it.
        guard let head, head.received > 0 else {
            PQconsumeInput(raw)
            self.head?.received = 1
            return
        }
        for _ in 0..<64 {
            let before = clawpq_readable_bytes(descriptor)
            guard PQconsumeInput(raw) == 1 else { return }
            let left = clawpq_readable_bytes(descriptor)
            head.received += Int(max(0, before - left))
            if head.received > head.limit {
                head.error = PostgresError(
                    .resultTooLarge, "The result is larger than the limit of \(head.limit) bytes.")
                // Until the server obeyed a cancellation, libpq would go on collecting.
                return fail(lostConnection(), loop, &completions)
            }
            if left == 0 || PQisBusy(raw) == 0 { return }
        }
    }

    mutating func takeResults(_ loop: EventLoop, _ completions: inout Completions) {
        var emptyAnswers = 0
        while closed == nil, let current = expected.first {
            if holder == .stream, case .execute(let operation, _) = current, operation.isStream { return }
            if PQisBusy(raw) == 1 { return }
            guard let result = PQgetResult(raw) else {
                emptyAnswers += 1
                if emptyAnswers > 1 { return fail(lostConnection(), loop, &completions) }
                if case .synchronisation = current { continue }
                advance()
                continue
            }
            emptyAnswers = 0
            take(result, current, loop, &completions)
        }
    }

    /// The next command's results come next.
    mutating func advance() {
        expected.removeFirst()
        beginRowByRow()
    }

    private mutating func take(
        _ result: OpaquePointer, _ current: Expected, _ loop: EventLoop, _ completions: inout Completions
    ) {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
            guard case .execute(let operation, let prepared) = current, !operation.isStream else { break }
            operation.results.append(PostgresRows(ResultMemory(result), columns(result, prepared)))
            return
        case PGRES_PIPELINE_SYNC:
            guard case .synchronisation(let operation) = current else { break }
            PQclear(result)
            advance()
            return synchronised(operation, loop, &completions)
        case PGRES_FATAL_ERROR:
            note(PostgresError(result), current)
        case PGRES_PIPELINE_ABORTED:
            if case .prepare(let prepared, _) = current { cache.value.remove(prepared.value) }
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            head?.error = PostgresError(.misuse, "COPY goes through copyIn and copyOut, not through a query.")
            PQclear(result)
            return fail(lostConnection(), loop, &completions)
        default: break
        }
        PQclear(result)
    }

    func columns(_ result: OpaquePointer, _ prepared: SharedPrepared?) -> PostgresColumns {
        if let known = prepared?.value.columns { return known }
        let columns = PQnfields(result) == 0 ? PostgresColumns.none : PostgresColumns(result)
        prepared?.value.columns = columns
        return columns
    }

    mutating func note(_ error: PostgresError, _ current: Expected) {
        switch current {
        case .prepare(let prepared, let operation):
            cache.value.remove(prepared.value)
            operation.error = operation.error ?? error
        case .execute(let operation, let prepared):
            if error.sqlState == .invalidStatementName {
                // Somebody has said DISCARD or DEALLOCATE.
                cache.value.removeAll()
            } else if error.hasStalePlan, let prepared {
                cache.value.remove(prepared.value)
            }
            operation.error = operation.error ?? error
        case .control(let operation), .synchronisation(let operation):
            operation.error = operation.error ?? error
        }
    }

    /// All of an operation's commands are answered, and its transaction, where it was its own, is over.
    private mutating func synchronised(
        _ operation: Operation, _ loop: EventLoop, _ completions: inout Completions
    ) {
        if operation.ending != nil, operation.error?.sqlState != .queryCanceled { mayHitNext = true }
        if repeats(operation) {
            operation.wasRepeated = true
            (operation.error, operation.results, operation.received) = (nil, [], 0)
            send(operation, loop, &completions)
            return
        }
        finish(operation, &completions)
        cancelHead(&completions)
    }

    /// Whether it is to be sent once more: it did not run, for no fault of its own.
    private mutating func repeats(_ operation: Operation) -> Bool {
        guard let error = operation.error, !operation.wasRepeated, !operation.isStream, operation.ending == nil,
            !isInTransaction, !isCancelling, holder == .nobody
        else { return false }
        let status = PQtransactionStatus(raw)
        guard status == PQTRANS_IDLE || status == PQTRANS_ACTIVE else { return false }
        if error.sqlState == .queryCanceled, mayHitNext {
            mayHitNext = false
            return true
        }
        return error.sqlState == .invalidStatementName || error.hasStalePlan
    }

    mutating func takeNotifications(_ completions: inout Completions) {
        guard closed == nil else { return }
        var came = false
        while let notification = PQnotifies(raw) {
            defer { PQfreemem(notification) }
            notifications.add(
                PostgresNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra), sender: notification.pointee.be_pid))
            came = true
        }
        if came { notifications.wake(&completions) }
    }
}

extension PostgresError {
    /// A table has changed since the statement was prepared. The state alone, 0A000, means many things.
    fileprivate var hasStalePlan: Bool {
        sqlState == .featureNotSupported && server?.routine == "RevalidateCachedQuery"
    }
}

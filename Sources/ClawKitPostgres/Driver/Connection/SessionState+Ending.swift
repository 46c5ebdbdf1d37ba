import CLibpq
import DequeModule

extension SessionState {
    /// Tells whoever waits for it.
    mutating func finish(_ operation: Operation, _ completions: inout Completions) {
        guard !operation.isDone else { return }
        operation.isDone = true
        if let continuation = operation.continuation { completions.add(continuation, operation.outcome) }
        operation.continuation = nil
    }

    /// Ends an operation before its time: at once where it was not sent, by a cancel request otherwise.
    mutating func end(
        _ operation: Operation, _ ending: Operation.Ending, grace: Duration, _ loop: EventLoop,
        _ completions: inout Completions
    ) {
        guard !operation.isDone, operation.ending == nil else { return }
        operation.ending = ending
        guard closed == nil, operation.isSent else {
            // Where it has not even been submitted, submitting finds it ended.
            operation.error = operation.error ?? PostgresError(.timeout, "It never had its turn.", wasSent: false)
            waiting.removeAll { if case .operation(let other) = $0 { other === operation } else { false } }
            if operation.continuation != nil { finish(operation, &completions) }
            return
        }
        operation.abandonedAt = MonotonicTime.now + grace
        arm(operation.abandonedAt, loop)
        cancelHead(&completions)
    }

    /// Sends a cancel request where the operation whose results come next is to be ended. A request has no address but
    /// the connection, so nothing else is sent before the server has it.
    mutating func cancelHead(_ completions: inout Completions) {
        guard closed == nil, !isCancelling, let head, head.ending != nil, !head.isDone else { return }
        isCancelling = true
        completions.add(cancelRequest(whenCancelled))
    }

    /// A closure that asks the server, on a lane of its own, and calls `body` then.
    func cancelRequest(_ body: (@Sendable () -> Void)?) -> @Sendable () -> Void {
        let request = CancelRequest(raw)
        return {
            BlockingLanes.cancelling.run {
                request.send()
                body?()
            }
        }
    }

    mutating func arm(_ moment: MonotonicTime, _ loop: EventLoop) {
        guard moment < alarm else { return }
        alarm = moment
        loop.arm(token, at: moment)
    }

    /// Ends what has taken too long, and arms the loop for the next.
    mutating func momentPassed(
        _ now: MonotonicTime, grace: Duration, _ loop: EventLoop, _ completions: inout Completions
    ) {
        guard closed == nil else { return }
        alarm = .never
        if cancelsAgainAt <= now {
            cancelsAgainAt = .never
            cancelHead(&completions)
        }
        var next = cancelsAgainAt
        for operation in operations {
            if operation.abandonedAt <= now {
                operation.error = operation.error ?? PostgresError(.timeout, "The server did not obey a cancellation.")
                return fail(lostConnection(), loop, &completions)
            }
            if operation.deadline <= now { end(operation, .timedOut, grace: grace, loop, &completions) }
            guard !operation.isDone else { continue }
            next = min(next, operation.ending == nil ? operation.deadline : operation.abandonedAt)
        }
        for case .turn(let turn) in waiting {
            if turn.deadline <= now { end(turn, &completions) } else { next = min(next, turn.deadline) }
        }
        if let waiter, waiter.deadline <= now {
            self.waiter = nil
            completions.add { waiter.continuation.resume(throwing: PostgresError(.timeout, "Nothing came in time.")) }
        } else if let waiter {
            next = min(next, waiter.deadline)
        }
        if let deadline = notifications.deadline {
            if deadline <= now { notifications.wake(&completions) } else { next = min(next, deadline) }
        }
        if next < .never { arm(next, loop) }
    }

    private var operations: [Operation] {
        var all: [Operation] = []
        for case .synchronisation(let operation) in expected { all.append(operation) }
        for case .operation(let operation) in waiting { all.append(operation) }
        return all
    }

    /// The connection is no more: everybody is told, libpq's memory freed.
    mutating func fail(_ error: PostgresError, _ loop: EventLoop, _ completions: inout Completions) {
        guard closed == nil else { return }
        let report = head?.error?.server.flatMap { $0.isFatal ? $0 : nil }
        let reason = report.map { PostgresError(.disconnected, $0.message, server: $0) } ?? error
        closed = reason
        let unsent = PostgresError(reason.code, reason.message, server: reason.server, wasSent: false)
        for operation in operations {
            operation.error = operation.error ?? (operation.isSent ? reason : unsent)
            finish(operation, &completions)
        }
        for case .turn(let turn) in waiting {
            if let continuation = turn.continuation { completions.add { continuation.resume(throwing: unsent) } }
            turn.continuation = nil
        }
        if let waiter { completions.add { waiter.continuation.resume(throwing: reason) } }
        (waiter, expected, waiting) = (nil, [], [])
        notifications.wake(&completions)
        let socket = PQsocket(raw)
        loop.remove(socket >= 0 ? socket : nil, token)
        PQfinish(raw)
        if let whenClosed { completions.add(whenClosed) }
        (whenCancelled, whenClosed) = (nil, nil)
    }

    func lostConnection() -> PostgresError {
        if let report = notices.lastWords { return PostgresError(.disconnected, report.message, server: report) }
        return PostgresError(
            .disconnected, PostgresError.oneLine(PQerrorMessage(raw)) ?? "The connection to the server was lost.")
    }
}

/// Asks the server to end what a connection does.
///
/// Sendable: made under the session's lock, then used by one lane.
private final class CancelRequest: @unchecked Sendable {
    private let raw: OpaquePointer?
    init(_ connection: OpaquePointer) { raw = PQgetCancel(connection) }
    deinit { PQfreeCancel(raw) }

    /// Returns when the server has passed it on to the connection's process. libpq before version 17 sends it in clear
    /// text even where the connection is encrypted: who reads it can cancel this connection's queries, nothing more.
    func send() {
        guard let raw else { return }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            _ = PQcancel(raw, message.baseAddress, 256)
        }
    }
}

import CLibpq
import Logging
import Synchronization

/// One connection: libpq's state under a lock, served by the event loop.
///
/// Statements are sent at once by the task that brings them, several may be under way (pipeline mode), the loop reads
/// the answers. Nothing is done under the lock but calls of libpq that do not block.
final class Session: EventHandler {
    let configuration: PostgresConfiguration
    let loop: EventLoop
    private let metrics: QueryMetrics?
    private let state: Mutex<SessionState>

    init(
        _ handle: ConnectionHandle, _ configuration: PostgresConfiguration, loop: EventLoop, metrics: QueryMetrics?
    ) {
        (self.configuration, self.loop, self.metrics) = (configuration, loop, metrics)
        let notices = NoticeLogger(configuration.logger)
        state = Mutex(SessionState(handle, preparedStatements: configuration.preparedStatements, notices: notices))
        notices.attach(handle.raw)
    }

    /// Joins the loop, which holds the session until its connection is closed.
    func start() {
        state.withLock { state in
            // Until the connection is closed, it holds itself. Weak references would make each use of it slower.
            state.whenCancelled = { self.cancelReturned() }
            state.token = loop.add(state.descriptor, .read, self)
        }
    }

    /// A connection, made on a lane for what blocks. A task that is cancelled meanwhile is not waited for.
    static func connect(
        _ configuration: PostgresConfiguration, loop: EventLoop = .shared, metrics: QueryMetrics? = nil
    ) async throws -> Session {
        let attempt = ConnectAttempt()
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                guard attempt.begin(continuation) else { return }
                BlockingLanes.connecting.run {
                    guard attempt.isWanted else { return }
                    do throws(PostgresError) {
                        let handle = try ConnectionHandle.connect(configuration)
                        let session = Session(handle, configuration, loop: loop, metrics: metrics)
                        session.start()
                        if !attempt.end(.success(session)) { session.close() }
                    } catch {
                        _ = attempt.end(.failure(error))
                    }
                }
            }
        } onCancel: {
            attempt.cancel()
        }
    }

    // MARK: statements

    func run(_ operation: Operation) async throws -> [PostgresRows] {
        guard let metrics else { return try await send(operation) }
        return try await metrics.count { try await send(operation) }
    }

    private func send(_ operation: Operation) async throws -> [PostgresRows] {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in submit(operation, continuation) }
        } onCancel: {
            end(operation, .cancelled)
        }
    }

    /// - Parameter continuation: nil where nobody waits for it yet.
    func submit(_ operation: Operation, _ continuation: Operation.Continuation?) {
        change { state, completions in
            operation.continuation = continuation
            if let closed = state.closed {
                operation.error = PostgresError(closed.code, closed.message, server: closed.server, wasSent: false)
                return state.finish(operation, &completions)
            }
            guard operation.ending == nil else { return state.finish(operation, &completions) }
            state.arm(operation.deadline, loop)
            if state.waiting.isEmpty, state.holder == .nobody, !state.isCancelling, !state.isWriteBlocked {
                state.send(operation, loop, &completions)
            } else {
                state.waiting.append(.operation(operation))
            }
        }
    }

    func end(_ operation: Operation, _ ending: Operation.Ending) {
        change { $0.end(operation, ending, grace: configuration.cancellationGrace, loop, &$1) }
    }

    private func cancelReturned() {
        change { state, completions in
            guard state.closed == nil else { return }
            state.isCancelling = false
            if let head = state.head, head.ending != nil {
                // It may have come before the server had begun.
                state.cancelsAgainAt = MonotonicTime.now + .milliseconds(100)
                state.arm(state.cancelsAgainAt, loop)
            }
            state.sendWaiting(loop, &completions)
        }
    }

    // MARK: the connection's end

    /// Without a word to those who wait but that it is closed.
    func close(_ error: PostgresError = .closedByOwner) {
        change { $0.fail(error, loop, &$1) }
    }

    /// - Parameter body: called once; at once where the connection is no more.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        change { state, completions in
            if state.closed == nil { state.whenClosed = body } else { completions.add(body) }
        }
    }

    /// Why it is no more, if so.
    var closed: PostgresError? { state.withLock { $0.closed } }

    // MARK: on the loop

    func isReady(_ readiness: EventReadiness) {
        change { state, completions in
            guard state.closed == nil else { return }
            if state.holder == .nobody { return state.receive(loop, &completions) }
            if let waiter = state.waiter {
                state.waiter = nil
                completions.add { waiter.continuation.resume() }
            }
        }
    }

    func momentPassed(_ now: MonotonicTime) {
        change { $0.momentPassed(now, grace: configuration.cancellationGrace, loop, &$1) }
    }

    // MARK: the lock

    /// Changes the state, then resumes whom that concerns.
    func change<Result: Sendable, Failure: Error>(
        _ body: (inout SessionState, inout Completions) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var completions = Completions()
        defer { completions.run() }
        return try state.withLock { (state) throws(Failure) in try body(&state, &completions) }
    }
}

/// Where a connection's maker and the one who waits for it meet; either may come first, or leave.
private final class ConnectAttempt: Sendable {
    private struct State {
        var continuation: UnsafeContinuation<Session, any Error>?
        var isOver = false
    }
    private let state = Mutex(State())

    /// - Returns: false where the task was cancelled before; the continuation is resumed then.
    func begin(_ continuation: UnsafeContinuation<Session, any Error>) -> Bool {
        let begins = state.withLock { state in
            if !state.isOver { state.continuation = continuation }
            return !state.isOver
        }
        if !begins { continuation.resume(throwing: CancellationError()) }
        return begins
    }

    var isWanted: Bool { state.withLock { !$0.isOver } }

    func end(_ result: Result<Session, PostgresError>) -> Bool {
        let continuation = take()
        switch result {
        case .success(let session): continuation?.resume(returning: session)
        case .failure(let error): continuation?.resume(throwing: error)
        }
        return continuation != nil
    }

    func cancel() { take()?.resume(throwing: CancellationError()) }

    private func take() -> UnsafeContinuation<Session, any Error>? {
        state.withLock { state in
            defer { (state.isOver, state.continuation) = (true, nil) }
            return state.continuation
        }
    }
}

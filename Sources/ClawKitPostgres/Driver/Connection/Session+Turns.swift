import CLibpq
import DequeModule

extension SessionState {
    /// The connection is idle: somebody has it for itself now.
    mutating func take(_ turn: Turn, _ loop: EventLoop, _ completions: inout Completions) {
        if turn.holder == .exclusive, PQexitPipelineMode(raw) != 1 {
            return fail(lostConnection(), loop, &completions)
        }
        holder = turn.holder
        // Nothing is read unless the holder waits for it.
        setInterest(.once, loop)
        if let continuation = turn.continuation { completions.add { continuation.resume() } }
        turn.continuation = nil
    }

    mutating func end(_ turn: Turn, _ completions: inout Completions) {
        guard let continuation = turn.continuation else { return }
        turn.continuation = nil
        waiting.removeAll { if case .turn(let other) = $0 { other === turn } else { false } }
        let wasCancelled = turn.wasCancelled
        completions.add {
            if wasCancelled {
                continuation.resume(throwing: CancellationError())
            } else {
                continuation.resume(throwing: PostgresError(.timeout, "The connection was busy.", wasSent: false))
            }
        }
    }
}

extension Session {
    /// Waits until all that was asked before is answered, and has the connection for itself then, until
    /// ``giveBack(_:)``.
    func takeTurn(_ holder: SessionState.Holder, deadline: MonotonicTime) async throws {
        let turn = SessionState.Turn(holder, deadline)
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
                change { state, completions in
                    if turn.wasCancelled {
                        return completions.add { continuation.resume(throwing: CancellationError()) }
                    }
                    if let closed = state.closed {
                        return completions.add { continuation.resume(throwing: closed) }
                    }
                    turn.continuation = continuation
                    state.arm(deadline, loop)
                    state.waiting.append(.turn(turn))
                    state.sendWaiting(loop, &completions)
                }
            }
        } onCancel: {
            change { state, completions in
                turn.wasCancelled = true
                state.end(turn, &completions)
            }
        }
    }

    /// Others may use the connection again. libpq must be idle, or in the midst of a stream that was ended.
    func giveBack() {
        change { state, completions in
            guard state.closed == nil, state.holder != .nobody else { return }
            if state.holder == .exclusive, PQenterPipelineMode(state.raw) != 1 {
                return state.fail(state.lostConnection(), loop, &completions)
            }
            state.holder = .nobody
            state.isWriteBlocked = false
            state.setInterest(.read, loop)
            // What was read already would not be told by the socket.
            state.receive(loop, &completions)
        }
    }

    /// What a holder does with libpq, which does not block.
    func hold<Result: Sendable>(_ body: (OpaquePointer, inout SessionState) throws -> Result) throws -> Result {
        try change { state, _ in
            if let closed = state.closed { throw closed }
            return try body(state.raw, &state)
        }
    }

    /// Waits until the socket can be read from, or also written to. For holders.
    /// - Throws: ``PostgresError/Code/timeout`` once the deadline has passed; the connection stays as it is.
    func waitForSocket(_ interest: EventInterest, deadline: MonotonicTime) async throws {
        try await withTaskCancellationHandler {
            if Task.isCancelled { throw CancellationError() }
            try await waitForSocketInAnyCase(interest, deadline: deadline)
        } onCancel: {
            change { state, completions in
                guard let waiter = state.waiter else { return }
                state.waiter = nil
                completions.add { waiter.continuation.resume(throwing: CancellationError()) }
            }
        }
    }

    /// The same, but cancelling the task does not matter: for cleaning up.
    func waitForSocketInAnyCase(_ interest: EventInterest, deadline: MonotonicTime) async throws {
        try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            change { state, completions in
                if let closed = state.closed { return completions.add { continuation.resume(throwing: closed) } }
                state.waiter = SessionState.Waiter(continuation: continuation, deadline: deadline)
                state.arm(deadline, loop)
                state.setInterest(interest.union(.once), loop)
            }
        }
    }
}

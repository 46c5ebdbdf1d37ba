import DequeModule
import Synchronization

/// One direction of a channel in memory: chunks in order, a bound on what is not read yet, and an end.
package final class BytePipe: Sendable {
    private struct State {
        var chunks: Deque<[UInt8]> = []
        var buffered = 0
        /// Nothing is written any more.
        var isFinished = false
        /// Nothing is read any more.
        var isAbandoned = false
        var failure: (any Error)?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var writer: CheckedContinuation<Void, any Error>?
    }

    private let limit: Int
    private let state = Mutex(State())

    package init(limit: Int) { self.limit = limit }

    package func read() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (answer, writer) = state.withLock { Self.pull(&$0, continuation, limit, Task.isCancelled) }
                if let answer { continuation.resume(with: answer) }
                writer?.resume()
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(throwing: CancellationError())
        }
    }

    private static func pull(
        _ state: inout State, _ continuation: CheckedContinuation<[UInt8]?, any Error>, _ limit: Int, _ isCancelled: Bool
    ) -> (Result<[UInt8]?, any Error>?, CheckedContinuation<Void, any Error>?) {
        if isCancelled { return (.failure(CancellationError()), nil) }
        if state.isAbandoned { return (.failure(TransportError.channelClosed), nil) }
        if let chunk = state.chunks.popFirst() {
            state.buffered -= chunk.count
            guard state.buffered < limit, let writer = state.writer else { return (.success(chunk), nil) }
            state.writer = nil
            return (.success(chunk), writer)
        }
        if let failure = state.failure { return (.failure(failure), nil) }
        if state.isFinished { return (.success(nil), nil) }
        guard state.reader == nil else {
            return (.failure(TransportError(code: .invalidRequest, message: "A channel is read by one task at a time.")), nil)
        }
        state.reader = continuation
        return (nil, nil)
    }

    /// Adds the bytes, and waits for room.
    package func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try put(bytes)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if state.isAbandoned { return .failure(TransportError.channelClosed) }
                    if state.buffered < limit { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.writer = continuation
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let writer = state.withLock { state in
                defer { state.writer = nil }
                return state.writer
            }
            writer?.resume(throwing: CancellationError())
        }
    }

    /// Adds the bytes without waiting.
    func put(_ bytes: [UInt8]) throws(TransportError) {
        let (isOpen, reader) = state.withLock { state -> (Bool, CheckedContinuation<[UInt8]?, any Error>?) in
            guard !state.isFinished, !state.isAbandoned else { return (false, nil) }
            guard !bytes.isEmpty else { return (true, nil) }
            if let reader = state.reader {
                state.reader = nil
                return (true, reader)
            }
            state.chunks.append(bytes)
            state.buffered += bytes.count
            return (true, nil)
        }
        guard isOpen else { throw .channelClosed }
        reader?.resume(returning: bytes)
    }


    /// The writing side is done, or broke; what is buffered stays readable.
    package func finish(throwing failure: (any Error)? = nil) {
        let (reader, writer) = state.withLock { state in
            guard !state.isFinished else { return (nil, nil) as (CheckedContinuation<[UInt8]?, any Error>?, CheckedContinuation<Void, any Error>?) }
            (state.isFinished, state.failure) = (true, failure)
            defer { (state.reader, state.writer) = (nil, nil) }
            return (state.reader, state.writer)
        }
        if let failure { reader?.resume(throwing: failure) } else { reader?.resume(returning: nil) }
        writer?.resume(throwing: TransportError.channelClosed)
    }

    /// The reading side is done; writes fail from now on.
    package func abandon() {
        let (reader, writer) = state.withLock { state in
            (state.isAbandoned, state.chunks, state.buffered) = (true, [], 0)
            defer { (state.reader, state.writer) = (nil, nil) }
            return (state.reader, state.writer)
        }
        reader?.resume(throwing: TransportError.channelClosed)
        writer?.resume(throwing: TransportError.channelClosed)
    }
}

extension TransportError {
    package static let channelClosed = TransportError(code: .disconnected, message: "The channel is closed.")
}

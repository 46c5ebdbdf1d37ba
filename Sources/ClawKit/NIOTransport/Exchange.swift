import ClawBase
import DequeModule
import HTTPTypes
import NIOCore
import Synchronization

/// One request and its answer, between the task that wants it and the connection that has it.
final class Exchange: Sendable {
    fileprivate struct State {
        var response: HTTPResponse?
        var waiter: CheckedContinuation<Response, any Error>?
        var chunks: Deque<ByteBuffer> = []
        var buffered = 0
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var end: Result<Void, any Error>?
        var connection: Connection?
        /// The connection waits until somebody has read.
        var isPaused = false
    }

    let call: OutgoingCall
    private let pool: ConnectionPool
    private let bufferLimit: Int
    private let state = Mutex(State())

    init(_ call: OutgoingCall, _ pool: ConnectionPool, _ bufferLimit: Int) {
        (self.call, self.pool, self.bufferLimit) = (call, pool, bufferLimit)
    }

    // MARK: the task's side

    /// The answer as soon as its head is there, and with all of its body where that came in one go.
    func response() async throws -> Response {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let failure: (any Error)? = state.withLock { state in
                    if case .failure(let error)? = state.end { return error }
                    state.waiter = continuation
                    return nil
                }
                if let failure { return continuation.resume(throwing: failure) }
                pool.onLoop { $0.start(self) }
            }
        } onCancel: {
            abandon(CancellationError())
        }
    }

    /// What has come since; nil at the end.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (answer, paused) = state.withLock { state -> (Result<[UInt8]?, any Error>?, Connection?) in
                    if let bytes = state.take() {
                        defer { state.isPaused = false }
                        return (.success(bytes), state.isPaused ? state.connection : nil)
                    }
                    if let end = state.end { return (end.map { nil }, nil) }
                    state.reader = continuation
                    return (nil, nil)
                }
                if let answer { continuation.resume(with: answer) }
                if let paused { pool.onLoop { _ in paused.resume() } }
            }
        } onCancel: {
            abandon(CancellationError())
        }
    }

    /// Nobody wants the answer any more.
    func abandon(_ error: any Error) {
        if let connection = finish(.failure(error)) { pool.onLoop { _ in connection.cut() } }
    }

    // MARK: the connection's side

    /// - Returns: whether somebody still wants it.
    func begin(on connection: Connection) -> Bool {
        state.withLock { state in
            if state.end != nil { return false }
            state.connection = connection
            return true
        }
    }

    func receive(_ head: HTTPResponse) { state.withLock { $0.response = head } }

    /// - Returns: whether the connection may go on reading.
    func receive(_ bytes: ByteBuffer) -> Bool {
        state.withLock { state in
            if state.end != nil { return true }
            state.chunks.append(bytes)
            state.buffered += bytes.readableBytes
            // Not before the head was handed over: it may be waiting for the same event.
            state.isPaused = state.buffered >= bufferLimit
            return !state.isPaused
        }
    }

    /// All that could be read at once was read: whoever waits shall have it.
    func flush() {
        let resume = state.withLock { state -> (() -> Void)? in
            if let waiter = state.waiter, let head = state.response {
                state.waiter = nil
                let response = Response(head: head, body: body(&state, head))
                return { waiter.resume(returning: response) }
            }
            guard let reader = state.reader, let bytes = state.take() else { return nil }
            state.reader = nil
            return { reader.resume(returning: bytes) }
        }
        resume?()
    }

    private func body(_ state: inout State, _ head: HTTPResponse) -> Body {
        if case .success? = state.end { return .bytes(state.take() ?? []) }
        let length = head.headerFields[.contentLength].flatMap { Int($0) }
        return .stream(ExchangeBody(self), length: length)
    }

    /// The answer is whole.
    func finish() {
        _ = finish(.success(()))
    }

    func fail(_ error: any Error) {
        _ = finish(.failure(error))
    }

    /// - Returns: the connection that was at it.
    private func finish(_ end: Result<Void, any Error>) -> Connection? {
        let (resume, connection) = state.withLock { state -> ((() -> Void)?, Connection?) in
            guard state.end == nil else { return (nil, nil) }
            state.end = end
            defer { state.connection = nil }
            if case .failure(let error) = end {
                let (waiter, reader) = (state.waiter, state.reader)
                (state.waiter, state.reader) = (nil, nil)
                // Who failed has still said what came before; who left reads nothing more.
                if error is CancellationError { state.chunks = [] }
                return (
                    {
                        waiter?.resume(throwing: error)
                        reader?.resume(throwing: error)
                    }, state.connection
                )
            }
            guard state.waiter == nil, let reader = state.reader else { return (nil, state.connection) }
            state.reader = nil
            let bytes = state.take()
            return ({ reader.resume(returning: bytes) }, state.connection)
        }
        resume?()
        return connection
    }
}

extension Exchange.State {
    /// All that has come, as one piece.
    fileprivate mutating func take() -> [UInt8]? {
        guard let first = chunks.popFirst() else { return nil }
        var bytes = Array(buffer: first)
        if !chunks.isEmpty {
            bytes.reserveCapacity(buffered)
            while let next = chunks.popFirst() { bytes += next.readableBytesView }
        }
        buffered = 0
        return bytes
    }
}

/// A body that is still coming. Releasing it, or its iterator, ends the exchange.
struct ExchangeBody: AsyncSequence, Sendable {
    fileprivate final class Lease: Sendable {
        let exchange: Exchange
        init(_ exchange: Exchange) { self.exchange = exchange }
        deinit { exchange.abandon(CancellationError()) }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let lease: Lease
        mutating func next() async throws -> [UInt8]? { try await lease.exchange.next() }
    }

    private let lease: Lease

    init(_ exchange: Exchange) { lease = Lease(exchange) }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lease: lease) }
}

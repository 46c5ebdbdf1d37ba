import DequeModule
import HTTPTypes

/// The receiving half of one exchange, as a pure state machine: events in, what is to be done out.
///
/// ```
/// head ──headArrived──▶ body ──end──▶ ended
///   └───────────────────end──────────────▲
/// ```
/// Bytes that nobody asked for yet are kept up to `limit`; beyond it the transfer is told to pause, and to resume
/// once the reader has taken half of them. The waiters are opaque here (continuations in life, numbers in tests).
struct Transfer<HeadWaiter, ChunkWaiter> {
    private enum Phase {
        case head(HeadWaiter?)
        case body(ChunkWaiter?)
        /// nil: the response is complete.
        case ended((any Error)?)
    }

    /// Who is to be woken with what, after an end.
    enum Wake {
        case head(HeadWaiter, any Error)
        case chunk(ChunkWaiter, (any Error)?)
    }

    enum Arrival {
        case kept
        case delivered(to: ChunkWaiter, [UInt8])
        /// Nothing was taken; the same bytes come again after a resume.
        case pause
        /// The exchange has ended; the transfer is to be aborted.
        case refused
    }

    enum Pull {
        case chunk([UInt8], resume: Bool)
        case wait
        case end
        case failure(any Error)
    }

    private let limit: Int
    private var phase = Phase.head(nil)
    private var chunks: Deque<[UInt8]> = []
    /// Bytes received and not yet read.
    private(set) var buffered = 0
    private(set) var isPaused = false

    init(limit: Int) { self.limit = limit }

    var hasEnded: Bool { if case .ended = phase { true } else { false } }

    /// Registers who waits for the head; returns the error at once where the exchange has failed already.
    mutating func awaitHead(_ waiter: HeadWaiter) -> (any Error)? {
        switch phase {
        case .head: phase = .head(waiter)
        case .ended(let error?): return error
        case .ended(nil), .body: return TransportError(code: .disconnected, message: "The head was read already.")
        }
        return nil
    }

    mutating func headArrived() -> HeadWaiter? {
        guard case .head(let waiter) = phase else { return nil }
        phase = .body(nil)
        return waiter
    }

    mutating func bytesArrived(_ bytes: [UInt8]) -> Arrival {
        guard case .body(let waiter) = phase else { return .refused }
        if let waiter {
            phase = .body(nil)
            return .delivered(to: waiter, bytes)
        }
        guard buffered < limit else {
            isPaused = true
            return .pause
        }
        chunks.append(bytes)
        buffered += bytes.count
        return .kept
    }

    /// The next chunk, or the registration of who waits for it.
    mutating func pull(_ waiter: ChunkWaiter) -> Pull {
        if let chunk = chunks.popFirst() {
            buffered -= chunk.count
            let resume = isPaused && buffered <= limit / 2
            if resume { isPaused = false }
            return .chunk(chunk, resume: resume)
        }
        switch phase {
        case .body(nil):
            phase = .body(waiter)
            return .wait
        case .ended(nil): return .end
        case .ended(let error?): return .failure(error)
        case .head, .body:
            return .failure(TransportError(code: .invalidRequest, message: "A body is read by one task at a time."))
        }
    }

    /// The exchange is over: complete (nil) or failed. What was received before stays readable.
    mutating func end(_ error: (any Error)?) -> Wake? {
        let before = phase
        switch before {
        case .head(let waiter):
            let error =
                error ?? TransportError(code: .disconnected, message: "The exchange ended without a response.")
            phase = .ended(error)
            return waiter.map { .head($0, error) }
        case .body(let waiter):
            phase = .ended(error)
            return waiter.map { .chunk($0, error) }
        case .ended: return nil
        }
    }

    /// Nobody will read any more: ends and forgets what is buffered.
    mutating func abandon(_ error: any Error) -> Wake? {
        chunks = []
        buffered = 0
        return end(error)
    }
}

/// Reads server-sent events from chunks that may end anywhere.
public struct ServerSentEventDecoder: Sendable {
    private var framer: ServerSentEventFramer

    /// - Parameter limit: how many bytes one event may have on the wire.
    public init(limit: Int = 8 << 20) { framer = ServerSentEventFramer(limit: limit) }

    /// The events this chunk completes. What is unfinished when the stream ends is never dispatched.
    /// - Throws: ``Finding`` with ``FindingCode/bodyTooLarge`` for an event beyond the limit.
    public mutating func feed(_ chunk: [UInt8]) throws(Finding) -> [ServerSentEvent] {
        try framer.feed(chunk).compactMap { ServerSentEvent(block: $0) }
    }
}

/// The server-sent events of a body, in order.
public struct ServerSentEvents: AsyncSequence, Sendable {
    public typealias Element = ServerSentEvent

    let body: Body
    let limit: Int

    public struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: Body.AsyncIterator
        var decoder: ServerSentEventDecoder
        var ready: ArraySlice<ServerSentEvent> = []

        public mutating func next() async throws -> ServerSentEvent? {
            while ready.isEmpty {
                guard let chunk = try await chunks.next() else { return nil }
                ready = try decoder.feed(chunk)[...]
            }
            return ready.popFirst()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: body.makeAsyncIterator(), decoder: ServerSentEventDecoder(limit: limit))
    }
}

extension Body {
    /// Reads this body as an event stream; `limit` is the largest event in bytes.
    public func serverSentEvents(limit: Int = 8 << 20) -> ServerSentEvents {
        ServerSentEvents(body: self, limit: limit)
    }
}

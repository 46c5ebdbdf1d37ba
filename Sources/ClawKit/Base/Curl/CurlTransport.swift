import HTTPTypes
import Synchronization

/// The network: HTTP over libcurl's multi interface, on one event-loop thread per transport.
///
/// Connections are kept and reused per transport, and shared by concurrent requests where HTTP/2 was agreed on.
/// Redirects are responses like any other. A response's body is read from the network only as fast as it is
/// iterated, beyond ``Configuration/bufferLimit``.
///
/// **Streamed request bodies.** The sending task itself reads the stream and feeds it, with back-pressure, inside
/// `send`; `send` then returns when the response's head is there *and* the request's body has been sent. A response
/// of 400 or above ends the upload early. It is not full duplex: a server that answers at length while it still
/// reads stalls once its answer exceeds the buffer, and runs into the head's timeout. Chosen over feeding in the
/// background because a background feeder would be a task that nobody owns once `send` has returned.
public final class CurlTransport: Transport {
    public let configuration: Configuration
    private let loop: CurlLoop

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        loop = CurlLoop(configuration)
    }

    deinit { loop.stop() }

    /// Ends every exchange (they throw ``TransportError`` with code `closed`), closes all connections and returns
    /// once the event-loop thread has ended. Later requests are refused. Without it the same happens, unawaited,
    /// when the transport and the bodies it gave out are released.
    public func shutdown() async { await loop.stopAndWait() }

    public func send(_ request: Request) async throws -> Response {
        try Task.checkCancellation()
        let plan = try RequestPlan(request, configuration)
        let exchange = Exchange(plan, loop: loop, bufferLimit: configuration.bufferLimit)
        if plan.isUpgrade { return try await upgrade(exchange, request) }
        let head =
            if case .stream = plan.upload {
                try await Self.head(of: exchange, feeding: request.body)
            } else {
                try await exchange.head()
            }
        return Response(head: head, body: body(of: exchange, head, request.method))
    }

    /// libcurl hands out what follows a 101 as a body without end, and sends an upload without framing when told that
    /// no `Transfer-Encoding` is wanted: together the two halves of the connection.
    private func upgrade(_ exchange: Exchange, _ request: Request) async throws -> Response {
        let head = try await exchange.head()
        guard head.status == .switchingProtocols else {
            exchange.finishUpload()
            return Response(head: head, body: body(of: exchange, head, request.method))
        }
        var response = Response(head: head)
        response.upgrade = .channel(CurlChannel(lease: CurlBody.Lease(exchange, self)))
        return response
    }

    private func body(of exchange: Exchange, _ head: HTTPResponse, _ method: HTTPRequest.Method) -> Body {
        let length = head.headerFields[.contentLength].flatMap { Int($0) }
        // No byte can follow these; left alone, the exchange ends by itself and its connection stays usable.
        if method == .head || head.status.code == 204 || head.status.code == 304 || length == 0 { return .empty }
        return .stream(CurlBody(lease: CurlBody.Lease(exchange, self)), length: length)
    }

    private static func head(of exchange: Exchange, feeding body: Body) async throws -> HTTPResponse {
        try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
            group.addTask { try await exchange.head() }
            group.addTask {
                try await exchange.feed(body)
                return nil
            }
            var head: HTTPResponse?
            do {
                while let result = try await group.next() {
                    head = head ?? result
                    if let head, head.status.code >= 400 { break }
                }
            } catch {
                exchange.abandon(error)
                throw error
            }
            group.cancelAll()
            exchange.stopUpload()
            guard let head else { throw CancellationError() }
            return head
        }
    }
}

/// Runs `body` with a transport and shuts the transport down afterwards, whatever happens.
public func withCurlTransport<Result>(
    _ configuration: CurlTransport.Configuration = .init(), _ body: (CurlTransport) async throws -> Result
) async throws -> Result {
    let transport = CurlTransport(configuration)
    do {
        let result = try await body(transport)
        await transport.shutdown()
        return result
    } catch {
        await transport.shutdown()
        throw error
    }
}

/// A response's body. Releasing it, or its iterator, ends the exchange.
struct CurlBody: AsyncSequence, Sendable {
    /// Keeps the transport alive while the body may be read, and ends the exchange when nobody can any more.
    final class Lease: Sendable {
        let exchange: Exchange
        private let transport: CurlTransport

        init(_ exchange: Exchange, _ transport: CurlTransport) {
            self.exchange = exchange
            self.transport = transport
        }

        deinit { exchange.abandon(CancellationError()) }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let lease: Lease
        func next() async throws -> [UInt8]? { try await lease.exchange.nextChunk() }
    }

    let lease: Lease
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lease: lease) }
}

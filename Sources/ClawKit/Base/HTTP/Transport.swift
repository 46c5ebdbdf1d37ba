/// One HTTP exchange: the boundary between ClawKit and the network.
///
/// A transport returns as soon as the response's head is there; the body streams behind it, with back-pressure.
/// Any status is a normal result. Cancelling the task ends the exchange; so does dropping the body unread.
///
/// A request with an `Upgrade` header may be answered by `101 Switching Protocols`; the response then carries the
/// connection itself as ``Upgrade/channel(_:)``.
///
/// Implementations: ``CurlTransport`` (the network), ``HandlerTransport`` (a handler in this process, no socket),
/// ``ScriptedTransport`` (a test's own answers), ``RecordingTransport`` (around any other).
public protocol Transport: Sendable {
    /// - Throws: ``TransportError`` where no response came, or `CancellationError`.
    func send(_ request: Request) async throws -> Response
}

/// What answers requests: the server's side of the same exchange. It never throws; a failure is a response.
public protocol Handler: Sendable {
    func respond(to request: Request) async -> Response
}

/// Calls a handler of this process as if it were a server. Values in bodies pass through unencoded.
public struct HandlerTransport: Transport {
    private let handler: any Handler

    public init(_ handler: some Handler) { self.handler = handler }

    public func send(_ request: Request) async throws -> Response {
        try Task.checkCancellation()
        var response = await handler.respond(to: request)
        if case .serve(let serve) = response.upgrade { response.upgrade = .channel(ServedChannel(serve)) }
        return response
    }
}

/// A handler from a closure.
public struct ClosureHandler: Handler {
    private let body: @Sendable (Request) async -> Response

    public init(_ body: @escaping @Sendable (Request) async -> Response) { self.body = body }

    public func respond(to request: Request) async -> Response { await body(request) }
}

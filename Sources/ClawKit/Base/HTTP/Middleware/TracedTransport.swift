/// Makes spans of requests: the seam to swift-distributed-tracing, OpenTelemetry or a test.
public protocol RequestTracer: Sendable {
    /// A request is about to be sent. May add headers that carry the trace on (`traceparent`).
    func begin(_ request: inout Request) -> any RequestSpan
}

/// One request's part of a trace.
public protocol RequestSpan: Sendable {
    /// The response's head is there; its body may still stream.
    func end(_ response: Response)
    func end(failure: any Error)
}

/// Opens a span around each exchange, up to the response's head.
public struct TracedTransport: Transport {
    private let inner: any Transport
    private let tracer: any RequestTracer

    public init(_ inner: some Transport, _ tracer: some RequestTracer) {
        self.inner = inner
        self.tracer = tracer
    }

    public func send(_ request: Request) async throws -> Response {
        var request = request
        let span = tracer.begin(&request)
        do {
            let response = try await inner.send(request)
            span.end(response)
            return response
        } catch {
            span.end(failure: error)
            throw error
        }
    }
}

extension Transport {
    /// Opens a span around each exchange.
    public func traced(_ tracer: some RequestTracer) -> TracedTransport { TracedTransport(self, tracer) }
}

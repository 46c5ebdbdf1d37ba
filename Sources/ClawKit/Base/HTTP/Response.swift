public import HTTPTypes

/// One HTTP response, as a client receives it and as a handler returns it.
public struct Response: Sendable {
    public var head: HTTPResponse
    public var body: Body
    /// Bytes both ways in place of a body; with `101 Switching Protocols` only.
    public var upgrade: Upgrade?

    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: Body = .empty) {
        head = HTTPResponse(status: status, headerFields: headers)
        self.body = body
    }

    public init(head: HTTPResponse, body: Body = .empty) {
        self.head = head
        self.body = body
    }

    public var status: HTTPResponse.Status { head.status }
    public var headers: HTTPFields {
        get { head.headerFields }
        _modify { yield &head.headerFields }
    }

    /// Agrees to what the request's `Upgrade` header asked for: `serve` gets the connection's bytes.
    public static func switchingProtocols(
        _ headers: HTTPFields, _ serve: @escaping @Sendable (any ByteChannel) async throws -> Void
    ) -> Response {
        var response = Response(status: .switchingProtocols, headers: headers)
        response.upgrade = .serve(serve)
        return response
    }

    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .string(text))
    }
}

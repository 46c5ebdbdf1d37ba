import Crypto
public import HTTPTypes

extension Request {
    /// Asks for a WebSocket (RFC 6455, section 4.1).
    /// - Parameter subprotocols: in the order of preference.
    public static func webSocket(
        _ target: String, subprotocols: [String] = [], headers: HTTPFields = [:], headTimeout: Duration = .seconds(30)
    ) -> Request {
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        var headers = headers
        headers[.connection] = "Upgrade"
        headers[.upgrade] = "websocket"
        headers[.secWebSocketKey] = Base64.encode(nonce)
        headers[.secWebSocketVersion] = "13"
        if !subprotocols.isEmpty { headers[.secWebSocketProtocol] = subprotocols.joined(separator: ", ") }
        return Request(.get, target, headers: headers, headTimeout: headTimeout, idleTimeout: nil)
    }

    public var wantsWebSocket: Bool {
        wantsUpgrade && headers[values: .upgrade].contains { $0.lowercased().contains("websocket") }
    }

    /// The subprotocols a client offers, in its order.
    public var webSocketSubprotocols: [String] {
        headers[values: .secWebSocketProtocol].flatMap { $0.split(separator: ",") }.map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension Response {
    /// Agrees to a WebSocket (RFC 6455, section 4.2), or refuses a request that is none with 400 or 426.
    /// - Parameters:
    ///   - subprotocol: one of those the request offers; nil: none.
    ///   - messageLimit: the largest message taken, in bytes.
    ///   - serve: the connection ends when it returns.
    public static func webSocket(
        _ request: Request, subprotocol: String? = nil, messageLimit: Int = WebSocket.messageLimit,
        _ serve: @escaping @Sendable (WebSocket) async throws -> Void
    ) -> Response {
        guard request.method == .get, request.wantsWebSocket else {
            return .text("This path speaks WebSocket only.", status: .badRequest)
        }
        guard request.headers[.secWebSocketVersion] == "13" else {
            var refusal = Response.text("The WebSocket version must be 13.", status: .upgradeRequired)
            refusal.headers[.secWebSocketVersion] = "13"
            return refusal
        }
        guard let key = request.headers[.secWebSocketKey], Base64.decode(key)?.count == 16 else {
            return .text("Sec-WebSocket-Key must be 16 bytes in base64.", status: .badRequest)
        }
        var headers: HTTPFields = [
            .connection: "Upgrade", .upgrade: "websocket", .secWebSocketAccept: WebSocketHandshake.accept(key),
        ]
        headers[.secWebSocketProtocol] = subprotocol
        return .switchingProtocols(headers) { channel in
            let socket = WebSocket(channel, role: .server, subprotocol: subprotocol, messageLimit: messageLimit)
            try await serve(socket)
            try await socket.close()
            // Until the peer agrees: a connection cut at once could overtake what was sent.
            while try await socket.receive() != nil {}
        }
    }

    /// The client's end of what ``Request/webSocket(_:subprotocols:headers:headTimeout:)`` asked for; nil where the
    /// answer is no.
    /// - Throws: ``WebSocketError`` where the server's handshake is wrong.
    public func webSocket(
        for request: Request, messageLimit: Int = WebSocket.messageLimit
    ) throws(WebSocketError) -> WebSocket? {
        guard status == .switchingProtocols, case .channel(let channel)? = upgrade else { return nil }
        let chosen = headers[.secWebSocketProtocol]
        guard headers[.upgrade]?.lowercased() == "websocket",
            headers[.secWebSocketAccept] == WebSocketHandshake.accept(request.headers[.secWebSocketKey] ?? ""),
            chosen.map(request.webSocketSubprotocols.contains) ?? true
        else {
            channel.close()
            throw WebSocketError(.protocolError, "The server's WebSocket handshake does not answer ours.")
        }
        return WebSocket(channel, role: .client, subprotocol: chosen, messageLimit: messageLimit)
    }
}

enum WebSocketHandshake {
    /// What proves that the server has understood (section 4.2.2, item 5.4).
    static func accept(_ key: String) -> String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Base64.encode(Insecure.SHA1.hash(data: Array(text.utf8)))
    }
}

extension HTTPField.Name {
    static let secWebSocketKey = HTTPField.Name("Sec-WebSocket-Key")!  // valid tokens all, so these cannot fail
    static let secWebSocketAccept = HTTPField.Name("Sec-WebSocket-Accept")!
    static let secWebSocketVersion = HTTPField.Name("Sec-WebSocket-Version")!
    static let secWebSocketProtocol = HTTPField.Name("Sec-WebSocket-Protocol")!
}

import ClawBase
import HTTPTypes

/// The request a proxy asks about, rebuilt from how the proxy describes it.
enum ForwardedQuestion {
    /// Traefik's `forwardAuth` and nginx's `auth_request`: the client's headers, and its request in `X-Forwarded-*`.
    static func inHeaders(_ request: Request) -> Request {
        var head = request.head
        if let method = request.headers[.xForwardedMethod].flatMap({ HTTPRequest.Method($0) }) { head.method = method }
        head.scheme = request.headers[.xForwardedProto] ?? head.scheme
        head.authority = request.headers[.xForwardedHost] ?? head.authority
        head.path = request.headers[.xForwardedURI] ?? "/"
        return Request(head: head, peer: request.peer)
    }
}

extension Request {
    /// A WebSocket's handshake, told by its key: proxies drop `Upgrade` on the way to the auth endpoint.
    var opensSocket: Bool { method == .get && headers[.secWebSocketKey] != nil }
}

extension HTTPField.Name {
    // Valid tokens, so the initialisers cannot fail.
    static let xForwardedMethod = HTTPField.Name("X-Forwarded-Method")!
    static let xForwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    static let xForwardedHost = HTTPField.Name("X-Forwarded-Host")!
    static let xForwardedURI = HTTPField.Name("X-Forwarded-Uri")!
}

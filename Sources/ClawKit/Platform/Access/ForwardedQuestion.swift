import ClawBase
import HTTPTypes

/// The request a proxy asks about, rebuilt from how the proxy describes it, and how it takes the answer.
struct ForwardedQuestion: Sendable {
    /// What the proxy makes of a status.
    enum Manner: Sendable {
        /// Hands any answer but a success to the client, as it is.
        case handsOn
        /// Knows 2xx, 401 and 403 only; anything else is an error of its own.
        case knowsRefusals
    }

    let request: Request
    let manner: Manner
    /// The host whose requests the proxy asks about, where its configuration says so; no client can say another.
    var host: String?

    /// nginx's `auth_request` sends what its configuration says: by custom, and in ingress-nginx, `X-Original-Method` and
    /// `X-Original-URL`. `X-Forwarded-*` are the client's there.
    /// - Returns: nil where it does not.
    init?(ofNginx request: Request) {
        guard let original = request.headers.value(.xOriginalURL) else { return nil }
        var head = request.head
        if let method = request.headers.value(.xOriginalMethod).flatMap({ HTTPRequest.Method($0) }) {
            head.method = method
        }
        let target = Request(head.method, original).head
        (head.scheme, head.authority, head.path) = (target.scheme, target.authority, target.path)
        (self.request, manner, host) = (Request(head: head, peer: request.peer), .knowsRefusals, request.query["host"])
    }

    /// Traefik's `forwardAuth` sends the client's headers, and its request in `X-Forwarded-*`. `X-Original-*` are the
    /// client's there.
    init(ofTraefik request: Request) {
        var head = request.head
        if let method = request.headers.value(.xForwardedMethod).flatMap({ HTTPRequest.Method($0) }) {
            head.method = method
        }
        head.scheme = request.headers.value(.xForwardedProto) ?? head.scheme
        head.authority = request.headers.value(.xForwardedHost) ?? head.authority
        head.path = request.headers.value(.xForwardedURI) ?? "/"
        (self.request, manner, host) = (Request(head: head, peer: request.peer), .handsOn, request.query["host"])
    }

    /// Envoy's `ext_authz` sends the client's request itself, without its body, with a prefix before its path.
    /// - Returns: nil where the path does not begin with the prefix.
    init?(_ request: Request, behind prefix: String) {
        guard let path = request.head.path, path.hasPrefix(prefix), path.dropFirst(prefix.count).first == "/" else {
            return nil
        }
        var head = request.head
        head.path = String(path.dropFirst(prefix.count))
        (self.request, manner) = (Request(head: head, peer: request.peer), .handsOn)
    }
}

extension Request {
    /// A WebSocket's handshake, told by its key: proxies drop `Upgrade` on the way to the auth endpoint.
    var opensSocket: Bool { method == .get && headers.value(.secWebSocketKey) != nil }
}

extension HTTPField.Name {
    // Valid tokens, so the initialisers cannot fail.
    static let xForwardedMethod = HTTPField.Name("X-Forwarded-Method")!
    static let xForwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    static let xForwardedHost = HTTPField.Name("X-Forwarded-Host")!
    static let xForwardedURI = HTTPField.Name("X-Forwarded-Uri")!
    static let xOriginalMethod = HTTPField.Name("X-Original-Method")!
    static let xOriginalURL = HTTPField.Name("X-Original-URL")!
    static let xEnvoyAuthHeadersToRemove = HTTPField.Name("X-Envoy-Auth-Headers-To-Remove")!
}

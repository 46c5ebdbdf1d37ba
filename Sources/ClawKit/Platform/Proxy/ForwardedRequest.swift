import ClawBase
import ClawKubernetes
import HTTPTypes

/// Turns a visitor's request into the one its runtime gets. Pure.
struct ForwardedRequest: Sendable {
    /// The path form's prefix, `/r/demo/ada`; nil behind a runtime's own host.
    let prefix: String?
    /// Path and query as the runtime sees them, encoded as they came.
    private(set) var target: String
    /// Whether the path form came without its closing slash: relative links would miss the prefix.
    let lacksSlash: Bool

    init(_ request: Request, isOwnHost: Bool) {
        let whole = request.head.path ?? "/"
        guard !isOwnHost else {
            (prefix, target, lacksSlash) = (nil, whole, false)
            return
        }
        // "", "r", project, runtime, and the rest.
        let path = whole.prefix { $0 != "?" }
        let query = whole.dropFirst(path.count)
        let parts = path.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        prefix = parts.prefix(4).joined(separator: "/")
        lacksSlash = parts.count < 5
        target = "/" + (parts.count < 5 ? "" : parts[4]) + query
    }

    /// For a program whose addresses begin with the prefix themselves.
    var withPrefix: ForwardedRequest {
        var request = self
        if let prefix { request.target = prefix + target }
        return request
    }

    /// - Parameters:
    ///   - identity: what the gate says about the visitor.
    ///   - token: the runtime's own, by which it knows the platform.
    ///   - scheme: by which visitors reach the platform.
    func outbound(
        _ request: Request, to server: RuntimeServer, identity: HTTPFields, token: Secret<String>?, scheme: String
    ) -> Request {
        var headers = request.headers
        HopByHop.strip(&headers)
        if request.wantsWebSocket {
            headers[.connection] = "Upgrade"
            headers[.upgrade] = "websocket"
        }
        IdentityHeaders.strip(&headers)
        SessionCookie.remove(from: &headers)
        // What signs in to the platform must not reach a runtime; a runtime knows the platform by its own token.
        headers[.authorization] = nil
        headers = HTTPFields(headers.filter { !Self.isAboutTheWay($0.name.canonicalName) })
        for field in identity { headers[field.name] = field.value }
        if let token { headers[.openClawToken] = token.reveal() }
        if let peer = request.peer { headers[.xForwardedFor] = Self.host(of: peer) }
        headers[.xForwardedProto] = scheme
        headers[.xForwardedHost] = request.head.authority ?? request.headers[.host]
        headers[.xForwardedPrefix] = prefix
        var head = HTTPRequest(
            method: request.method, scheme: server.scheme, authority: server.authority, path: target)
        head.headerFields = headers
        // A runtime may think for long, and its streams may pause for long: the visitor decides when to leave.
        return Request(head: head, body: request.body, headTimeout: .seconds(300), idleTimeout: nil, peer: request.peer)
    }

    /// Headers that only the nearest proxy may set, and those that libraries set anew.
    private static func isAboutTheWay(_ name: String) -> Bool {
        name.hasPrefix("x-forwarded-") || ["host", "forwarded", "x-real-ip", "expect"].contains(name)
    }

    private static func host(of peer: String) -> String {
        let host = peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
        return host.filter { $0 != "[" && $0 != "]" }
    }
}

/// Where a runtime's program answers.
struct RuntimeServer: Sendable, Hashable {
    var scheme = "http"
    /// Host and port, as URLs have them.
    var authority: String
}

extension HTTPField.Name {
    // Valid tokens, so the initialisers cannot fail.
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let xForwardedPrefix = HTTPField.Name("X-Forwarded-Prefix")!
    static let openClawToken = HTTPField.Name("X-OpenClaw-Token")!
}

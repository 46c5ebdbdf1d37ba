public import HTTPTypes

/// One HTTP request, as a client sends it and as a handler receives it.
public struct Request: Sendable {
    public var head: HTTPRequest
    public var body: Body
    /// How long the exchange may take until the response's head has arrived.
    public var headTimeout: Duration
    /// How long a new connection may take, with name resolution and TLS; nil: as long as the transport is told.
    public var connectTimeout: Duration?
    /// How long the response's body may stay silent before the exchange fails; nil: as long as it likes (watches
    /// carry their own heartbeat).
    public var idleTimeout: Duration?
    /// The same where it changes while the body is read; counts instead of ``idleTimeout``.
    public var silence: SilenceLimit?
    /// The address of the peer, where a server received this request over a socket.
    public var peer: String?
    /// The certificate by which the peer proved itself, in DER; only where a TLS server asked for one and verified it.
    public var peerCertificate: [UInt8]?

    public init(
        _ method: HTTPRequest.Method = .get, _ target: String, headers: HTTPFields = [:], body: Body = .empty,
        headTimeout: Duration = .seconds(30), idleTimeout: Duration? = .seconds(60), peer: String? = nil
    ) {
        var head = HTTPRequest(method: method, url: target)
        head.headerFields = headers
        self.init(head: head, body: body, headTimeout: headTimeout, idleTimeout: idleTimeout, peer: peer)
    }

    public init(
        head: HTTPRequest, body: Body = .empty, headTimeout: Duration = .seconds(30),
        idleTimeout: Duration? = .seconds(60), peer: String? = nil
    ) {
        self.head = head
        self.body = body
        self.headTimeout = headTimeout
        self.idleTimeout = idleTimeout
        self.peer = peer
    }

    public var method: HTTPRequest.Method { head.method }
    public var headers: HTTPFields {
        get { head.headerFields }
        _modify { yield &head.headerFields }
    }

    /// Whether the client asks to leave HTTP: an `Upgrade` header, which `Connection` lists (RFC 9110, section 7.8).
    public var wantsUpgrade: Bool {
        head.headerFields[.upgrade] != nil
            && head.headerFields[values: .connection].contains { $0.lowercased().contains("upgrade") }
    }

    /// The path without its query, percent-encoding kept.
    public var path: Substring {
        let target = head.path ?? "/"
        return target[..<(target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex)]
    }

    /// The query's parameters in order, percent-decoded (`application/x-www-form-urlencoded` rules).
    public var query: QueryParameters { QueryParameters(parsing: head.path ?? "") }
}

extension HTTPRequest {
    /// A request for an absolute URL (`https://host:port/path?query`) or a bare path (`/path?query`).
    init(method: Method, url target: String) {
        guard target.utf8.first != UInt8(ascii: "/"), let schemeEnd = target.firstRange(of: "://") else {
            self.init(method: method, scheme: nil, authority: nil, path: target)
            return
        }
        let rest = target[schemeEnd.upperBound...]
        let slash = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = String(rest[slash...])
        self.init(
            method: method, scheme: String(target[..<schemeEnd.lowerBound]), authority: String(rest[..<slash]),
            path: path.hasPrefix("/") ? path : "/" + path)
    }
}

import ClawBase
import HTTPTypes
import NIOCore

/// To whom connections can be kept.
struct Origin: Hashable, Sendable, CustomStringConvertible {
    let isSecure: Bool
    let host: String
    let port: Int

    var description: String { "\(host):\(port)" }

    /// From `http` or `https` and `host:port`, an IPv6 address in brackets.
    init?(scheme: String?, authority: String?) {
        guard let authority, !authority.contains("@"), scheme == "http" || scheme == "https" else { return nil }
        isSecure = scheme == "https"
        var host = authority[...]
        var port = isSecure ? 443 : 80
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            guard let number = Int(host[host.index(after: colon)...]), (1...65535).contains(number) else { return nil }
            port = number
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        (self.host, self.port) = (String(host), port)
    }
}

/// A request as it goes to the wire.
struct OutgoingCall: Sendable {
    let origin: Origin
    let head: HTTPRequest
    let body: ByteBuffer?
    let headTimeout: Duration
    let connectTimeout: Duration
    let silence: SilenceLimit?

    init(_ request: Request, _ configuration: NIOTransport.Configuration) async throws {
        guard let origin = Origin(scheme: request.head.scheme, authority: request.head.authority) else {
            throw TransportError(
                code: .invalidRequest,
                message: "This transport needs http:// or https:// and a host; give the request a whole URL.")
        }
        guard !request.wantsUpgrade else {
            throw TransportError(
                code: .invalidRequest, message: "This transport does not leave HTTP; use CurlTransport for that.")
        }
        var head = request.head
        let bytes: [UInt8]
        if let immediate = request.body.immediateBytes {
            bytes = immediate
        } else {
            bytes = try await request.body.collect(limit: configuration.bodyLimit)
        }
        if !bytes.isEmpty || head.method == .post || head.method == .put || head.method == .patch {
            head.headerFields[.contentLength] = String(bytes.count)
        }
        head.headerFields[.transferEncoding] = nil
        self.origin = origin
        self.head = head
        body = bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        headTimeout = request.headTimeout
        connectTimeout = request.connectTimeout ?? configuration.connectTimeout
        silence = request.silence ?? request.idleTimeout.map { SilenceLimit($0, least: $0) }
    }
}

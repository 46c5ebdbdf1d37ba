public import ClawBase

/// Where a server listens: `host:port`. Port 0 lets the system choose; the bound address then names the real one.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int
    /// The flag or setting it came from, for findings.
    public var field: String?

    public init(host: String, port: Int, field: String? = nil) {
        self.host = host
        self.port = port
        self.field = field
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:0` or `:8080` (all IPv4 addresses of this machine).
    /// - Parameter field: the flag or setting, for the finding.
    /// - Throws: ``Finding`` with ``FindingCode/listen``.
    public init(_ text: String, field: String? = nil) throws(Finding) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else {
            throw Finding(
                .listen, "\"\(text)\" is not an address to listen at; write host:port, such as 127.0.0.1:8080.",
                field: field)
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw Finding(.listen, "Write the IPv6 address in brackets: [\(host)]:\(port).", field: field)
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : String(host), port: port, field: field)
    }

    /// Only this machine reaches it.
    public var isLoopback: Bool { ["127.0.0.1", "localhost", "::1"].contains(host) }

    /// `host:port`, an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension FindingCode {
    /// An address cannot be listened at.
    public static let listen = FindingCode(rawValue: "E_LISTEN")
}

import ClawBase
import HTTPTypes

/// Turns a runtime's response into the one its visitor gets. Pure: only headers change; the body, or the connection
/// behind a WebSocket's handshake, passes untouched.
enum ForwardedResponse {
    /// Headers by which a runtime would command a front proxy, or reach beyond its own part of the origin.
    private static let dropped: Set<String> = [
        "x-accel-redirect", "x-sendfile", "service-worker-allowed", "clear-site-data", "alt-svc",
    ]

    /// - Parameter prefix: the path form's prefix; nil behind a runtime's own host.
    static func inbound(_ response: Response, prefix: String?) -> Response {
        var response = response
        HopByHop.strip(&response.headers)
        // The connection itself follows, and is passed on as it is.
        if response.status == .switchingProtocols {
            response.headers[.connection] = "Upgrade"
            response.headers[.upgrade] = "websocket"
        }
        response.headers = HTTPFields(response.headers.filter { !dropped.contains($0.name.canonicalName) })
        response.headers[values: .setCookie] = response.headers[values: .setCookie].compactMap { cookie($0, prefix) }
        if let prefix, let location = response.headers[.location] {
            response.headers[.location] = prefixed(location, prefix)
        }
        return response
    }

    /// A path on the runtime's own origin as a path on the platform's.
    private static func prefixed(_ path: String, _ prefix: String) -> String {
        guard path.hasPrefix("/"), !path.hasPrefix("//"), path != prefix, !path.hasPrefix(prefix + "/") else {
            return path
        }
        return prefix + path
    }

    /// Keeps a runtime's cookie to the runtime's own paths and host; nil for one in the platform's name.
    private static func cookie(_ header: String, _ prefix: String?) -> String? {
        var parts = header.split(separator: ";", omittingEmptySubsequences: false).map { String($0.trimmed) }
        let name = parts[0].prefix { $0 != "=" }.trimmed
        guard name.lowercased() != SessionSigner.cookieName else { return nil }
        var path = "/"
        parts =
            [parts[0]]
            + parts.dropFirst().filter { part in
                let pair = part.split(separator: "=", maxSplits: 1)
                switch pair.first?.trimmed.lowercased() {
                case "path":
                    if pair.count == 2 { path = String(pair[1].trimmed) }
                    return false
                case "domain": return false
                default: return true
                }
            }
        if !path.hasPrefix("/") { path = "/" }
        let own = prefix.map { prefixed(path, $0) } ?? path
        return (parts + ["Path=\(own)"]).joined(separator: "; ")
    }
}

import ClawBase
import HTTPTypes

extension CrossSite {
    /// Whether another site's page opens a WebSocket in its visitor's name. A handshake is a GET, which pages may send
    /// anywhere, and no browser keeps them from reading what comes back (RFC 6455, section 10.2).
    static func isForeignSocket(_ request: Request) -> Bool {
        guard request.opensSocket, BearerToken.value(in: request.headers) == nil else { return false }
        if let site = request.headers.value(.secFetchSite) { return site != "same-origin" && site != "none" }
        guard let origin = request.headers.value(.origin) else { return false }
        let host = request.head.authority ?? request.headers.value(.host) ?? ""
        return !(origin == "http://\(host)" || origin == "https://\(host)")
    }
}

extension Finding {
    static let foreignSocket = Finding(
        .session, "The WebSocket was opened by another site's page; open it from this one, or with a bearer token.")
}

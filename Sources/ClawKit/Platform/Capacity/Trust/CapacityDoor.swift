public import ClawBase
import HTTPTypes

/// Where capacity that is trusted by mutual TLS calls the control plane: a listener of its own, which asks for
/// certificates of ``CapacityAuthority/membersPEM``.
public struct CapacityDoor: Sendable {
    /// `https://host:port`, as capacity reaches it.
    public var url: String
    public var authority: CapacityAuthority

    public init(url: String, authority: CapacityAuthority) { (self.url, self.authority) = (url, authority) }

    /// What is answered there: what capacity itself calls, and nothing else.
    public func handler(before controlPlane: some Handler) -> any Handler {
        ClosureHandler { request in
            let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 6, parts.prefix(4) == ["", "api", "v1", "capacity"],
                ["enrol", "heartbeat"].contains(parts[5])
            else {
                return .finding(Finding(.unknownRoute, "Only capacity is answered here, under /api/v1/capacity."))
            }
            return await controlPlane.respond(to: request)
        }
    }
}

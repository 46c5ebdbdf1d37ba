import ClawBase
import HTTPTypes

/// The host names that belong to runtimes: `{runtime}-{project}.DOMAIN`, but never the control plane's own.
struct RuntimeHosts: Sendable {
    private let domain: String?
    private let own: String
    private let scheme: String

    init(_ configuration: ControlPlane.Configuration) {
        domain = configuration.domain
        own = configuration.authority.lowercased()
        scheme = configuration.scheme
    }

    func isRuntimeHost(_ request: Request) -> Bool {
        isRuntimeHost(request.head.authority ?? request.headers[.host] ?? "")
    }

    private func isRuntimeHost(_ host: String) -> Bool {
        guard let domain, host.lowercased() != own else { return false }
        return !RuntimeReference.candidates(host: host, path: "", domain: domain).isEmpty
    }

    /// Whether the host is below the platform's domain, where only runtimes and projects have addresses.
    private func isBelowDomain(_ host: Substring) -> Bool {
        guard let domain, host.lowercased() != own else { return false }
        return host.prefix { $0 != ":" }.lowercased().hasSuffix("." + domain.lowercased())
    }

    /// Where a browser may be sent after signing in: a path of this origin, or a host below the platform's domain; else
    /// `/`.
    func safeReturn(_ target: String) -> String {
        let prefix = "\(scheme)://"
        guard target.hasPrefix(prefix) else { return ReturnPath.sameOrigin(target) }
        let rest = target.dropFirst(prefix.count)
        let host = rest.prefix { $0 != "/" }
        let path = String(rest.dropFirst(host.count))
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard isPlain, isBelowDomain(host), path.isEmpty || ReturnPath.sameOrigin(path) == path else {
            return "/"
        }
        return target
    }
}

/// How routes become addresses: which proxy stands in front of the platform, and how it is told.
public struct RoutingSettings: Sendable, Hashable {
    /// What routes are rendered to.
    public enum Driver: Sendable, Hashable {
        /// Nothing: the control plane's own proxy serves routes to runtimes.
        case inProcess
        /// Traefik's `IngressRoute` and `Middleware`, at these entry points; empty: at its default ones.
        case traefik(entryPoints: [String])
        /// `Ingress` with the annotations of ingress-nginx.
        case ingress(className: String?)
        /// Gateway API's `HTTPRoute`, attached to this gateway; what the gate guards goes through the control plane's own
        /// proxy, which the gateway reaches by this service.
        case gateway(name: String, namespace: String, controlPlane: Backend)
    }

    /// A service and its port.
    public struct Backend: Sendable, Hashable {
        public var name: String
        public var namespace: String
        public var port: Int
        public init(name: String, namespace: String, port: Int) {
            (self.name, self.namespace, self.port) = (name, namespace, port)
        }
    }

    public var driver: Driver
    /// Where proxies reach the control plane's access check: `http://control-plane.clawkit-system:8080`, without a slash
    /// at the end; nil: where it listens.
    public var accessURL: String?

    public init(_ driver: Driver = .inProcess, accessURL: String? = nil) {
        (self.driver, self.accessURL) = (driver, accessURL)
    }
}

/// What a route's meaning depends on besides itself.
public struct RoutingContext: Sendable {
    /// Where people reach the control plane.
    public var publicURL: String
    /// The platform's domain; nil where runtimes have no hosts of their own.
    public var domain: String?

    /// Where proxies reach the control plane, where nothing else is configured.
    public var accessURL: String

    public init(publicURL: String, domain: String?, accessURL: String? = nil) {
        (self.publicURL, self.domain, self.accessURL) = (publicURL, domain?.lowercased(), accessURL ?? publicURL)
    }

    init(_ settings: RuntimeContext) {
        self.init(publicURL: settings.publicURL, domain: settings.domain, accessURL: settings.accessURL)
    }

    /// The control plane's own host, without a port.
    var ownHost: String { HostName.of(url: publicURL) }
    /// Where proxies ask, without a port.
    var accessHost: String { HostName.of(url: accessURL) }

    func isBelowDomain(_ host: String) -> Bool { domain.map { host == $0 || host.hasSuffix("." + $0) } ?? false }
}

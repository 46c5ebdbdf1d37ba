import ClawControl
import ClawKubernetes
import ClawResources

/// Finds the route that a request's host and path belong to, from memory.
struct RouteIndex: Sendable {
    private let routes: ObjectCache<Route>
    private let byHost: ObjectIndex<Route, String>
    private let context: RoutingContext

    /// - Parameter context: says which addresses no route may have; what is stored for one all the same leads nowhere.
    init(_ caches: SharedCaches, _ context: RoutingContext) {
        self.context = context
        routes = caches.cache(Route.self)
        byHost = routes.index { [$0.spec.host] }
    }

    var isSynced: Bool { routes.isSynced }

    /// All routes of a host, whichever project they are in.
    func all(of host: String) -> [Route] { byHost[host] }

    /// Whether the host is of a route; it may carry a port, and case does not matter.
    func knows(_ host: String) -> Bool {
        let host = HostName.compared(host)
        return byHost.count(of: host) > 0 && !allowed(of: host).isEmpty
    }

    private func allowed(of host: String) -> [Route] { byHost[host].filter { RouteRules.reserved($0, context) == nil } }

    /// - Parameters:
    ///   - host: may carry a port; case does not matter.
    ///   - path: percent-encoded, with or without query.
    func route(host: String, path: String) -> Route? {
        let found = allowed(of: HostName.compared(host))
        guard let eldest = found.min(by: RouteRules.isOlder) else { return nil }
        // The host is its eldest route's project's.
        let path = path.prefix { $0 != "?" && $0 != "#" }
        let own = found.filter { $0.namespace == eldest.namespace && Self.leads($0.spec.path, to: path) }
        guard found.allSatisfy({ $0.spec.path == "/" }) || !Self.isAmbiguous(path) else { return nil }
        return own.max {
            let (first, second) = ($0.spec.path.utf8.count, $1.spec.path.utf8.count)
            return first == second ? RouteRules.isOlder($1, $0) : first < second
        }
    }

    /// By whole segments.
    private static func leads(_ prefix: String, to path: Substring) -> Bool {
        prefix == "/" || path == prefix[...] || (path.hasPrefix(prefix) && path.dropFirst(prefix.count).first == "/")
    }

    /// Whether another server may read the path as another one: then nobody knows which route the proxy took.
    private static func isAmbiguous(_ path: Substring) -> Bool {
        let lower = path.lowercased()
        return ["//", "/./", "/../", "%2e", "%2f", "%5c", "\\"].contains { lower.contains($0) }
            || lower.hasSuffix("/..") || lower.hasSuffix("/.")
    }
}

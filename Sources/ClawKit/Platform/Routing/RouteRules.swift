public import ClawBase
import ClawKubernetes
public import ClawResources

/// Which addresses a route may have. Pure: the same rules when it is written and when it is carried out.
public enum RouteRules {
    /// - Parameter others: at least all routes of the same host; the route's own stored form does not count.
    /// - Returns: what speaks against it; with `E_HOST_CONFLICT` for an address that is another's.
    public static func findings(
        _ route: Route, among others: [Route], _ context: RoutingContext
    ) -> [Finding] {
        if let finding = reserved(route, context) { return [finding] }
        guard let other = others.filter({ contends(route, $0) }).min(by: isOlder) else { return [] }
        return [conflict(route, with: other)]
    }

    /// As ``findings(_:among:_:)``, for a route that is stored: of two that contend the older one keeps the address.
    static func standing(_ route: Route, among others: [Route], _ context: RoutingContext) -> Finding? {
        findings(route, among: others.filter { isOlder($0, route) }, context).first
    }

    /// A host belongs to one project, and in it a path to one route: who has another path of a host could have its
    /// visitors' cookies.
    private static func contends(_ route: Route, _ other: Route) -> Bool {
        guard other.spec.host == route.spec.host else { return false }
        if other.namespace != route.namespace { return true }
        return other.name != route.name && other.spec.path == route.spec.path
    }

    static func isOlder(_ first: Route, _ second: Route) -> Bool {
        func age(_ route: Route) -> (String, String, String) {
            // What has no time yet is being written: RFC 3339 in UTC sorts as text.
            (route.metadata.creationTimestamp ?? "~", route.namespace ?? "", route.name)
        }
        return age(first) < age(second)
    }

    private static func conflict(_ route: Route, with other: Route) -> Finding {
        // Whose it is concerns nobody outside that project.
        let whose = other.namespace == route.namespace ? "the route \(other.name)" : "another project"
        return Finding(
            .hostConflict, "\(route.spec.host)\(route.spec.path) belongs to \(whose); choose another host or path.",
            field: "spec.host")
    }

    /// Hosts that are the platform's own, and those it gives to runtimes and projects.
    static func reserved(_ route: Route, _ context: RoutingContext) -> Finding? {
        let (host, project) = (route.spec.host, route.namespace ?? "")
        if host == context.ownHost || host == context.domain || host == context.accessHost
            || !context.isBelowDomain(host) && HostName.isInternal(host)
        {
            return Finding(
                .hostConflict, "\(host) is the platform's own address, or a machine's; choose another host.", field: "spec.host")
        }
        guard let domain = context.domain, context.isBelowDomain(host) else { return nil }
        if let runtime = route.spec.runtime, host == "\(runtime)-\(project).\(domain)", route.spec.path == "/" { return nil }
        // Two labels or more below the domain are never a runtime's own host.
        if host.hasSuffix(".\(project).\(domain)") { return nil }
        return Finding(
            .hostConflict,
            "Below \(domain) a route of project \(project) may have NAME.\(project).\(domain), or a runtime's own "
                + "RUNTIME-\(project).\(domain).", field: "spec.host")
    }
}

extension FindingCode {
    /// An address that belongs to somebody else.
    public static let hostConflict = FindingCode(rawValue: "E_HOST_CONFLICT")
}

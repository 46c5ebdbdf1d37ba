public import ClawBase
public import ClawControl
import ClawKubernetes
public import ClawResources
import Synchronization

/// Refuses routes to addresses that are another's, before they are stored: for an admission webhook.
///
///     let admission = RouteAdmission(caches: caches) { RoutingContext(publicURL: url, domain: domain) }
///     AdmissionWebhook(for: Route.self, options: AdmissionOptions(ignoresFailures: true)) { request in
///         if let route = request.object {
///             try admission.check(route, replacing: request.oldObject, isDryRun: request.isDryRun)
///         }
///         return []
///     }
///
/// What passes two of them at the same moment, or while none can be asked, shows in the status of the younger route.
public final class RouteAdmission: Sendable {
    /// How long what was admitted counts before the cache has it.
    private static let memory = Duration.seconds(10)
    /// More than are written in that time; beyond, the cache alone counts.
    private static let capacity = 1000

    private let index: RouteIndex
    private let context: @Sendable () -> RoutingContext
    private let time: any TimeSource
    private let recent = Mutex<[(route: Route, at: Timestamp)]>([])

    public init(
        caches: SharedCaches, time: any TimeSource = SystemTime(), context: @escaping @Sendable () -> RoutingContext
    ) {
        (index, self.context, self.time) = (RouteIndex(caches), context, time)
    }

    /// - Throws: ``Finding`` (`E_HOST_CONFLICT`).
    public func check(_ route: Route, replacing old: Route? = nil, isDryRun: Bool = false) throws(Finding) {
        // Labels, finalizers and the like are nobody's address.
        if let old, old.spec.document == route.spec.document { return }
        let now = time.now
        let (stored, context) = (index.all(of: route.spec.host), context())
        let finding = recent.withLock { recent -> Finding? in
            recent.removeAll { now - $0.at > Self.memory || $0.route.isSame(as: route) }
            let others = stored + recent.map(\.route)
            let finding = RouteRules.findings(route, among: others.filter { !$0.isSame(as: route) }, context).first
            if finding == nil, !isDryRun, recent.count < Self.capacity { recent.append((route, now)) }
            return finding
        }
        if let finding { throw finding }
    }
}

extension Route {
    fileprivate func isSame(as other: Route) -> Bool { name == other.name && namespace == other.namespace }
}

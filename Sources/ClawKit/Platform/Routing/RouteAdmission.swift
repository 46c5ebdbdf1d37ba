import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources
import Synchronization

/// Refuses routes to addresses that are another's, before they are stored.
///
/// What passes two of them at the same moment, or while none can be asked, shows in the status of the younger route.
final class RouteAdmission: Sendable {
    /// How long what was admitted counts before the cache has it.
    private static let memory = Duration.seconds(10)
    /// More than are written in that time; beyond, the cache alone counts.
    private static let capacity = 1000

    private let index: @Sendable (String) -> [Route]
    private let context: @Sendable () -> RoutingContext
    private let time: any TimeSource
    private let recent = Mutex<[(route: Route, at: Timestamp)]>([])

    init(
        caches: SharedCaches, time: any TimeSource = SystemTime(), context: @escaping @Sendable () -> RoutingContext
    ) {
        let routes = caches.cache(Route.self).index { [$0.spec.host] }
        (index, self.context, self.time) = ({ routes[$0] }, context, time)
    }

    /// - Throws: ``Finding`` (`E_HOST_CONFLICT`).
    func check(_ route: Route, replacing old: Route? = nil, isDryRun: Bool = false) throws(Finding) {
        // Labels, finalizers and the like are nobody's address.
        if let old, old.spec.document == route.spec.document { return }
        let now = time.now
        let (stored, context) = (index(route.spec.host), context())
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

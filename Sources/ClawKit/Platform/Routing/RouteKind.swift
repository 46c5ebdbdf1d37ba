import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
public import ClawResources
public import Logging

/// The Route as three pure functions: whether its address is its own, and what tells the proxies of it.
///
/// A runtime gets a Service beside; what else there is depends on the driver.
public struct RouteKind: ManagedKind {
    static let manager = "clawkit-routes"

    private let settings: RoutingSettings
    private let key: Secret<String>
    private let index: ObjectIndex<Route, String>
    private let context: @Sendable () -> RoutingContext?

    /// - Parameters:
    ///   - key: what proxies show to the access check.
    ///   - context: what the control plane has published; nil: not yet.
    init(
        _ settings: RoutingSettings, key: Secret<String>, caches: SharedCaches,
        context: @escaping @Sendable () -> RoutingContext?
    ) {
        (self.settings, self.key, self.context) = (settings, key, context)
        index = caches.cache(Route.self).index { [$0.spec.host] }
    }

    /// The controller, to be run by whoever runs the others.
    static func controller(
        _ settings: RoutingSettings, key: Secret<String>, caches: SharedCaches,
        context: @escaping @Sendable () -> RoutingContext?, logger: Logger
    ) -> Controller {
        let kind = RouteKind(settings, key: key, caches: caches, context: context)
        let index = kind.index
        let all = caches.cache(Route.self)
        return Controller(managing: kind, name: "routes", manager: manager, caches: caches, logger: logger)
            // Who waits for a host hears when it is free.
            .watches(Route.self) { changed in index[changed.spec.host].map { ObjectKey($0) } }
            .watches(ConfigMap.self) { map in
                guard map.name == PlatformSettings.name, map.namespace == PlatformSettings.namespace else { return [] }
                return all.keys
            }
    }

    public var children: [any Resource.Type] { Self.children(of: settings.driver) }

    private static func children(of driver: RoutingSettings.Driver) -> [any Resource.Type] {
        switch driver {
        case .inProcess: []
        case .traefik: [Service.self, TraefikMiddleware.self, IngressRoute.self]
        case .ingress: [Service.self, Ingress.self]
        case .gateway: [Service.self, HTTPRoute.self]
        }
    }

    /// Waits until the cluster serves what routes are rendered to: the proxy's kinds may be installed later.
    static func waitUntilServed(
        _ driver: RoutingSettings.Driver, in api: any KubernetesAPI, time: any TimeSource, logger: Logger
    ) async throws {
        let backoff = Backoff(initial: .milliseconds(250), cap: .seconds(30))
        for kind in children(of: driver) {
            var failures = 0
            while try await !isServed(kind, api) {
                failures += 1
                if failures == 1 {
                    logger.notice(
                        "routes wait for a kind that the cluster does not serve", metadata: ["kind": "\(kind.type.kind)"])
                }
                try await time.sleep(for: backoff.delay(afterFailures: failures))
            }
        }
    }

    private static func isServed<R: Resource>(_ kind: R.Type, _ api: any KubernetesAPI) async throws -> Bool {
        do {
            _ = try await api.list(kind, in: PlatformSettings.namespace)
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }

    public func desire(_ route: Route, _ observed: Observed) throws(Finding) -> [Child] {
        guard let context = context() else {
            throw Finding(.notReady, "The control plane has not said yet where people reach it.")
        }
        if let finding = RouteRules.standing(route, among: index[route.spec.host], context) { throw finding }
        let plan = RoutePlan(route, context, accessURL: settings.accessURL ?? context.accessURL, key: key)
        switch settings.driver {
        case .inProcess:
            if route.spec.service != nil { throw .needsProxy }
            return []
        case .traefik(let entryPoints): return plan.service + plan.traefik(entryPoints)
        case .ingress(let className): return plan.service + [plan.ingress(className)]
        case .gateway(let name, let namespace, let controlPlane):
            return try plan.service + [plan.httpRoute(name, namespace, controlPlane)]
        }
    }

    public func observe(_ route: Route, _ observed: Observed, now: Timestamp) -> Observation<Route> {
        let (isRouted, reason, message) = standing(observed)
        let old = route.status.conditions.first { $0.type == "Routed" }
        let status = isRouted ? "True" : "False"
        var seen = route
        seen.status.url = isRouted ? "\(scheme(of: route))://\(route.spec.host)\(route.spec.path)" : nil
        seen.status.conditions = route.status.conditions.filter { $0.type != "Routed" } + [
            Condition(
                type: "Routed", status: status, reason: reason, message: message,
                lastTransitionTime: old.flatMap { $0.status == status ? $0.lastTransitionTime : nil } ?? now.rfc3339(),
                observedGeneration: route.metadata.generation)
        ]
        // The settings' coming wakes this controller; the look is for what a watch may not tell.
        return Observation(seen, lookAgainAfter: reason == "NotReady" ? .seconds(5) : nil)
    }

    private func scheme(of route: Route) -> String {
        route.spec.tls != nil || context()?.publicURL.hasPrefix("https://") == true ? "https" : "http"
    }

    private func standing(_ observed: Observed) -> (isRouted: Bool, reason: String, message: String) {
        if let finding = observed.findings.first {
            switch finding.code {
            case .hostConflict: return (false, "Conflict", finding.message)
            case .notReady: return (false, "NotReady", finding.message)
            default: return (false, "Unsupported", finding.message)
            }
        }
        if let failure = observed.failures.first { return (false, "Incomplete", failure.finding.message) }
        return (true, "Routed", "")
    }
}

extension Finding {
    static let needsProxy = Finding(
        .badConfig,
        "The control plane's own proxy leads to runtimes only; name a proxy in the platform's settings: routing.driver.")
}

import ClawBase
import ClawControl
import ClawModels
import ClawResources
import Logging
import Synchronization

/// The controller of routes, which can be made only once the cluster serves what they are rendered to.
final class RouteWork: Sendable {
    private let routing: RoutingSettings
    private let caches: SharedCaches
    private let settings: ObjectCache<ConfigMap>
    private let time: any TimeSource
    private let logger: Logger
    private let made = Mutex<Controller?>(nil)

    init(_ routing: RoutingSettings, caches: SharedCaches, time: any TimeSource, logger: Logger) {
        (self.routing, self.caches, self.time, self.logger) = (routing, caches, time, logger)
        settings = caches.cache(ConfigMap.self)
        // Who waits to lead has its caches; elsewhere what routes are rendered to is asked for once it is served.
        _ = caches.cache(Route.self)
        if routing.driver == .inProcess { made.withLock { $0 = make(Secret("")) } }
    }

    /// Until cancelled; may be run again then.
    func run() async throws {
        // In this process the gate asks nobody for a key.
        let key = routing.driver == .inProcess ? Secret("") : try await PlatformSettings.proxyKey(in: caches.api)
        if case .ingress = routing.driver { try await PlatformSettings.publishProxyHeaders(key, in: caches.api) }
        try await RouteKind.waitUntilServed(routing.driver, in: caches.api, time: time, logger: logger)
        let controller = made.withLock { made in
            let controller = made ?? make(key)
            made = controller
            return controller
        }
        try await controller.run()
    }

    private func make(_ key: Secret<String>) -> Controller {
        RouteKind.controller(
            routing, key: key, caches: caches,
            context: { [settings] in
                settings.get(PlatformSettings.name, in: PlatformSettings.namespace).flatMap(PlatformSettings.context)
                    .map { RoutingContext($0) }
            }, logger: logger)
    }
}

import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources
import Logging

/// Begins the removal of tenants whose time of grace is over.
struct TenantReaper: Sendable {
    private let operations: TenantOperations
    private let caches: SharedCaches
    private let time: any TimeSource
    private let logger: Logger

    init(_ operations: TenantOperations, _ caches: SharedCaches, _ time: any TimeSource, _ logger: Logger) {
        (self.operations, self.caches, self.time, self.logger) = (operations, caches, time, logger)
    }

    /// Runs until cancelled.
    func run() async throws {
        let tenants = caches.cache(Tenant.self)
        let (operations, time) = (operations, time)
        let controller = Controller("tenant-removals", caches: caches, logger: logger) { key in
            guard let tenant = tenants[key], !tenant.isBeingDeleted, let after = tenant.spec.deletedAfter else {
                return .settled
            }
            let rest = after - time.now
            // Far times are looked at again now and then: clocks are set.
            if rest > .zero { return .again(after: min(rest, .seconds(3600))) }
            let operation = try await operations.remove(tenant, after: after)
            return operation.state.isFinal ? .settled : .again(after: .seconds(60))
        }
        .reconciles(Tenant.self, when: .changed("spec"))
        try await controller.run()
    }
}

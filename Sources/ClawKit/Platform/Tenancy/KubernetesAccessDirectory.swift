import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources

/// Runtimes and memberships as the cluster's objects say them, from caches: no call per request.
public struct KubernetesAccessDirectory: AccessDirectory {
    private let runtimes: ObjectCache<Runtime>
    private let members: MemberBook
    let routes: RouteIndex

    /// - Parameter context: which addresses are the platform's own.
    public init(caches: SharedCaches, context: RoutingContext) {
        runtimes = caches.cache(Runtime.self)
        members = MemberBook(caches)
        routes = RouteIndex(caches, context)
    }

    /// - Throws: ``Finding`` (`E_NOT_READY`) before the caches are complete.
    public func route(host: String, path: String, for user: String?) async throws -> RoutedAccess? {
        try checkSynced()
        guard routes.knows(host) else { return nil }
        guard let route = routes.route(host: host, path: path), let project = route.namespace else {
            return RoutedAccess(runtime: nil, access: nil)
        }
        if let name = route.spec.runtime {
            let runtime = RuntimeReference(project: project, runtime: name)
            var found = try await access(to: runtime, for: user)
            found?.access = route.spec.access
            return RoutedAccess(runtime: runtime, access: found)
        }
        let role = user.flatMap { members.role(of: $0, in: project) }
        return RoutedAccess(
            runtime: nil, service: "\(project)/\(route.spec.service?.name ?? "")",
            access: RuntimeAccess(owner: nil, readiness: .ready, role: role, access: route.spec.access))
    }

    private func checkSynced() throws(Finding) {
        guard runtimes.isSynced, members.isSynced, routes.isSynced else {
            throw Finding(.notReady, "The platform is still reading the cluster's state; try again in a moment.")
        }
    }

    /// - Throws: ``Finding`` (`E_NOT_READY`) before the caches are complete.
    public func access(to runtime: RuntimeReference, for user: String?) async throws -> RuntimeAccess? {
        try checkSynced()
        guard let found = runtimes.get(runtime.runtime, in: runtime.project) else { return nil }
        let role = user.flatMap { members.role(of: $0, in: runtime.project) }
        return RuntimeAccess(owner: found.spec.user, readiness: found.readiness, role: role)
    }
}

extension Runtime {
    /// Whether a visitor can enter now, or wakes it. A runtime that is wanted suspended sleeps, whatever its last status says.
    var readiness: RuntimeReadiness {
        if isBeingDeleted { return .unready(phase: RuntimePhase.deleting.rawValue) }
        switch (spec.desiredState, status.phase) {
        case (.running, .ready): return .ready
        case (.suspended, _), (.running, .suspended), (.running, .suspending):
            // What is on its way down for want of use is woken as well.
            return wake.onRequest ? .asleep : .unready(phase: RuntimePhase.suspended.rawValue)
        case (.running, .waking): return .asleep
        case (.stopped, .ready): return .unready(phase: RuntimePhase.stopping.rawValue)
        case (_, let phase): return .unready(phase: (phase ?? .pending).rawValue)
        }
    }
}

public import ClawResources
import Synchronization

/// What the gate needs to know of runtimes and memberships. Answers from memory: it is asked for every request.
public protocol AccessDirectory: Sendable {
    /// Where the route of a host and path leads: nowhere where the host has other routes only, nil where it has none.
    /// - Parameters:
    ///   - host: may carry a port; case does not matter.
    ///   - path: percent-encoded, with or without query.
    func route(host: String, path: String, for user: String?) async throws -> RoutedAccess?

    /// What is known of a runtime, with `user`'s role in its project (nil user: no role); nil where there is none.
    func access(to runtime: RuntimeReference, for user: String?) async throws -> RuntimeAccess?
}

extension AccessDirectory {
    /// None.
    public func route(host: String, path: String, for user: String?) async throws -> RoutedAccess? { nil }
}

/// Where a route leads, and what is known of it.
public struct RoutedAccess: Sendable, Hashable {
    /// nil where the route leads elsewhere.
    public var runtime: RuntimeReference?
    /// `project/name`; nil where the route leads elsewhere.
    public var service: String?
    /// nil where there is no such runtime.
    public var access: RuntimeAccess?

    public init(runtime: RuntimeReference?, service: String? = nil, access: RuntimeAccess?) {
        (self.runtime, self.service, self.access) = (runtime, service, access)
    }
}

/// A directory filled by hand.
public final class MemoryAccessDirectory: AccessDirectory {
    private struct State {
        var runtimes: [RuntimeReference: (owner: String, readiness: RuntimeReadiness)] = [:]
        /// Project, then user.
        var roles: [String: [String: ProjectRole]] = [:]
    }
    private let state = Mutex(State())

    public init() {}

    /// Says what a runtime is; nil readiness removes it.
    public func set(_ runtime: RuntimeReference, owner: String, _ readiness: RuntimeReadiness?) {
        state.withLock { $0.runtimes[runtime] = readiness.map { (owner, $0) } }
    }

    public func set(_ user: String, in project: String, _ role: ProjectRole?) {
        state.withLock { $0.roles[project, default: [:]][user] = role }
    }

    public func access(to runtime: RuntimeReference, for user: String?) async throws -> RuntimeAccess? {
        state.withLock { state in
            guard let (owner, readiness) = state.runtimes[runtime] else { return nil }
            return RuntimeAccess(
                owner: owner, readiness: readiness, role: user.flatMap { state.roles[runtime.project]?[$0] })
        }
    }
}

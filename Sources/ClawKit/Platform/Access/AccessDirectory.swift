import Synchronization

/// What the gate needs to know of runtimes and memberships. Answers from memory: it is asked for every request.
public protocol AccessDirectory: Sendable {
    /// What is known of a runtime, with `user`'s role in its project (nil user: no role); nil where there is none.
    func access(to runtime: RuntimeReference, for user: String?) async throws -> RuntimeAccess?
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

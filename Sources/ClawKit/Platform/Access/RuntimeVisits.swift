/// What visits do to runtimes: they wake them, wait for them, and keep them from falling asleep.
public protocol RuntimeVisits: Sendable {
    /// Sees to it that a runtime that sleeps wakes; returns soon.
    func wake(_ runtime: RuntimeReference) async
    /// Waits for a runtime that is on its way, for as long as requests to it are held.
    /// - Returns: whether it is ready now.
    func hold(_ runtime: RuntimeReference) async throws -> Bool
    /// A request to it was let in just now.
    func used(_ runtime: RuntimeReference)
}

extension RuntimeVisits {
    public func hold(_ runtime: RuntimeReference) async throws -> Bool { false }
    public func used(_ runtime: RuntimeReference) {}
}

/// Visits that change nothing.
struct UnnoticedVisits: RuntimeVisits {
    func wake(_ runtime: RuntimeReference) async {}
}

import ClawBase
import ClawResources

/// Where enrolled capacity stands, from what is known of it. Pure.
struct CapacityStanding: Sendable, Hashable {
    var phase: CapacityPhase
    var message: String
    /// When it is to be looked at again, if nothing happens until then.
    var lookAgainAt: Timestamp?

    /// - Parameter allocated: how many runtimes it has.
    init(_ capacity: RemoteCapacity, allocated: Int, now: Timestamp) {
        let (spec, status) = (capacity.spec, capacity.status)
        guard status.epoch > 0 else {
            (phase, message) = (.registered, "Nobody has enrolled it.")
            return
        }
        guard status.trust != .revoked else {
            (phase, message) = (.revoked, "Its trust was taken back; enrol it again.")
            return
        }
        guard let last = status.lastHeartbeat.flatMap({ Timestamp(rfc3339: $0) }) else {
            (phase, message) = (.trusted, "It has not been heard of since it was enrolled.")
            return
        }
        let end = last + .seconds(spec.lostAfterSeconds)
        if now >= end {
            (phase, message) = (.lost, "It was not heard of for \(spec.lostAfterSeconds) s.")
            return
        }
        lookAgainAt = end
        if capacity.isDraining {
            phase = allocated > 0 ? .draining : .drained
            message = allocated > 0 ? "It takes no more; \(allocated) are on it." : "It takes none and has none."
        } else {
            (phase, message) = (.available, "")
        }
    }
}

extension RemoteCapacity {
    /// Whether a runtime of a project may be on it, and asks for it.
    func admits(_ placement: RuntimePlacement, project: String) -> Bool {
        guard spec.projects.contains(project) || spec.projects.contains("*") else { return false }
        if let name = placement.capacity { return name == self.name }
        let wanted = placement.matchLabels
        return !wanted.isEmpty && wanted.allSatisfy { labels[$0.key] == $0.value }
    }

    /// Whether it takes no more: an administrator has said so, or it is about to end.
    var isDraining: Bool { spec.drain || status.leaving }

    /// Whether what is on it can be reached.
    var isServing: Bool { [.available, .draining].contains(status.phase) }

    static let secretPrefix = "capacity-"
}

import ClawBase
import ClawModels

extension Pod {
    /// Lives, and is to go on living: it counts as a replica.
    var isActive: Bool { !isBeingDeleted && !["Succeeded", "Failed"].contains(status?.phase ?? "") }

    private var readiness: PodCondition? {
        status?.conditions.first { $0.type == "Ready" && $0.status == "True" }
    }

    var isReady: Bool { readiness != nil }

    /// How long the pod has yet to stay ready to count as available; nil where it is not ready.
    func timeToAvailable(minReadySeconds: Int, now: Timestamp) -> Duration? {
        guard let readiness else { return nil }
        guard minReadySeconds > 0, let since = readiness.lastTransitionTime.flatMap(Timestamp.init(rfc3339:)) else {
            return .zero
        }
        return max(.zero, since + .seconds(minReadySeconds) - now)
    }

    /// Whether this one goes before the other where there are too many: without a node, pending, not ready, cheap to
    /// delete, restarted often, young.
    /// <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset>
    func isDeleted(before other: Pod) -> Bool {
        let (mine, others) = (deletionRank, other.deletionRank)
        if mine != others { return mine < others }
        return (metadata.creationTimestamp ?? "", name) > (other.metadata.creationTimestamp ?? "", other.name)
    }

    private var deletionRank: (Int, Int, Int, Int, Int) {
        let phases = ["Pending": 0, "Unknown": 1]
        let restarts = (status?.containerStatuses ?? []).reduce(0) { $0 + $1.restartCount }
        return (
            (spec?.nodeName ?? "").isEmpty ? 0 : 1, phases[status?.phase ?? "Pending"] ?? 2, isReady ? 1 : 0,
            metadata.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int($0) } ?? 0, -restarts
        )
    }
}

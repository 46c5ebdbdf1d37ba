import ClawBase
import ClawModels

/// What a Deployment's status says of its sets.
struct DeploymentReport: Sendable {
    let deployment: Deployment
    let new: ReplicaSet
    let all: [ReplicaSet]
    let isCreated: Bool
    let now: Timestamp

    func status() -> DeploymentStatus {
        func sum(_ count: (ReplicaSetStatus) -> Int?) -> Int { all.reduce(0) { $0 + ($1.status.flatMap(count) ?? 0) } }
        func positive(_ count: Int) -> Int? { count > 0 ? count : nil }
        let available = sum(\.availableReplicas)
        let wanted = all.reduce(0) { $0 + ($1.spec?.replicas ?? 0) }
        var status = DeploymentStatus(
            availableReplicas: positive(available), collisionCount: deployment.status?.collisionCount,
            observedGeneration: deployment.metadata.generation, readyReplicas: positive(sum(\.readyReplicas)),
            replicas: positive(sum(\.replicas)), terminatingReplicas: sum(\.terminatingReplicas),
            unavailableReplicas: positive(wanted - available), updatedReplicas: positive(new.status?.replicas ?? 0))
        status.conditions = [availability(available), progress(status)]
        return status
    }

    /// All pods are of the present template, and available.
    static func isComplete(_ status: DeploymentStatus, _ deployment: Deployment) -> Bool {
        let replicas = deployment.spec?.replicas ?? 1
        return (status.updatedReplicas ?? 0) == replicas && (status.replicas ?? 0) == replicas
            && (status.availableReplicas ?? 0) == replicas
    }

    private func availability(_ available: Int) -> DeploymentCondition {
        let isEnough = available >= (deployment.spec?.replicas ?? 1) - deployment.maxUnavailable
        return condition(
            "Available", isEnough, isEnough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isEnough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.")
    }

    private func progress(_ status: DeploymentStatus) -> DeploymentCondition {
        let name = "ReplicaSet \"\(new.name)\""
        if Self.isComplete(status, deployment) {
            return condition("Progressing", true, "NewReplicaSetAvailable", "\(name) has successfully progressed.")
        }
        if isCreated {
            return condition("Progressing", true, "NewReplicaSetCreated", "Created new replica set \"\(new.name)\"")
        }
        let old = deployment.status
        let hasMoved =
            (status.updatedReplicas ?? 0) > (old?.updatedReplicas ?? 0)
            || (status.readyReplicas ?? 0) > (old?.readyReplicas ?? 0)
            || (status.availableReplicas ?? 0) > (old?.availableReplicas ?? 0)
            || (status.replicas ?? 0) - (status.updatedReplicas ?? 0)
                < (old?.replicas ?? 0) - (old?.updatedReplicas ?? 0)
        let known = old?.conditions.first { $0.type == "Progressing" }
        if !hasMoved, let known, let since = known.lastUpdateTime.flatMap(Timestamp.init(rfc3339:)),
            known.reason != "NewReplicaSetAvailable"
        {
            let limit = deployment.spec?.progressDeadlineSeconds ?? 600
            guard deployment.spec?.paused != true, now - since >= .seconds(limit) else { return known }
            return condition("Progressing", false, "ProgressDeadlineExceeded", "\(name) has timed out progressing.")
        }
        var moved = condition("Progressing", true, "ReplicaSetUpdated", "\(name) is progressing.")
        moved.lastUpdateTime = now.rfc3339()
        return moved
    }

    private func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> DeploymentCondition {
        let status = isTrue ? "True" : "False"
        let old = deployment.status?.conditions.first { $0.type == type }
        if let old, old.status == status, old.reason == reason, old.message == message { return old }
        let moment = now.rfc3339()
        return DeploymentCondition(
            type: type, status: status, reason: reason, message: message,
            lastTransitionTime: old?.status == status ? old?.lastTransitionTime : moment, lastUpdateTime: moment)
    }
}

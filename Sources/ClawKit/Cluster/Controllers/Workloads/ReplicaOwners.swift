import ClawBase
import ClawKubernetes
import ClawModels

extension ReplicaSet: ReplicaOwner {
    var wantedReplicas: Int { spec?.replicas ?? 1 }
    var members: LabelQuery? { spec?.selector.ownersQuery }
    var podTemplate: PodTemplateSpec? { spec?.template }
    var minReadySeconds: Int { spec?.minReadySeconds ?? 0 }

    func reporting(_ counts: ReplicaCounts, now: Timestamp) -> ReplicaSet {
        var status = ReplicaSetStatus(
            replicas: counts.replicas, availableReplicas: positive(counts.available),
            conditions: self.status?.conditions ?? [], fullyLabeledReplicas: positive(counts.fullyLabeled),
            observedGeneration: metadata.generation, readyReplicas: positive(counts.ready),
            terminatingReplicas: counts.terminating)
        let known = status.conditions.first { $0.type == "ReplicaFailure" }
        status.conditions.removeAll { $0.type == "ReplicaFailure" }
        if let failure = counts.failure {
            status.conditions.append(
                ReplicaSetCondition(
                    type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure,
                    lastTransitionTime: known?.lastTransitionTime ?? now.rfc3339()))
        }
        var changed = self
        changed.status = status
        return changed
    }
}

/// <https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/>
extension ReplicationController: ReplicaOwner {
    var wantedReplicas: Int { spec?.replicas ?? 1 }
    var members: LabelQuery? { LabelSelector(matchLabels: spec?.selector ?? [:]).ownersQuery }
    var podTemplate: PodTemplateSpec? { spec?.template }
    var minReadySeconds: Int { spec?.minReadySeconds ?? 0 }

    func reporting(_ counts: ReplicaCounts, now: Timestamp) -> ReplicationController {
        var status = ReplicationControllerStatus(
            replicas: counts.replicas, availableReplicas: positive(counts.available),
            conditions: self.status?.conditions ?? [], fullyLabeledReplicas: positive(counts.fullyLabeled),
            observedGeneration: metadata.generation, readyReplicas: positive(counts.ready))
        let known = status.conditions.first { $0.type == "ReplicaFailure" }
        status.conditions.removeAll { $0.type == "ReplicaFailure" }
        if let failure = counts.failure {
            status.conditions.append(
                ReplicationControllerCondition(
                    type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure,
                    lastTransitionTime: known?.lastTransitionTime ?? now.rfc3339()))
        }
        var changed = self
        changed.status = status
        return changed
    }
}

/// Zeroes are left out.
private func positive(_ count: Int) -> Int? { count > 0 ? count : nil }

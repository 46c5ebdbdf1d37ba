import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Checkpoints of runtimes as objects of the cluster.
extension KubernetesRuntimeDriver {
    /// The checkpoint of the last rest: one at a time, under the runtime's name.
    func kept(_ cell: RuntimeCellID) -> Checkpoint? {
        checkpoints.get(cell.name, in: cell.project).flatMap { checkpoint in
            checkpoint.metadata.controllerReference?.uid == cell.uid && !checkpoint.isBeingDeleted ? checkpoint : nil
        }
    }

    /// Orders a checkpoint of the pod that is there; one of an earlier pod goes first.
    func keepPod(_ cell: RuntimeCellID) async throws {
        guard let pod = pods.get(cell.name, in: cell.project), let uid = pod.uid,
            let runtime = runtimes.get(cell.name, in: cell.project), runtime.uid == cell.uid,
            let wish = runtime.spec.checkpoint
        else { return }
        if let old = kept(cell) {
            try await api.deleteIfPresent(Checkpoint.self, old.name, in: cell.project, uid: old.uid)
        }
        var spec = CheckpointSpec(runtime: cell.name)
        (spec.container, spec.ends) = (RuntimeCell.container, true)
        (spec.secretName, spec.timeoutSeconds) = (wish.secretName, wish.timeoutSeconds)
        let checkpoint = Checkpoint(
            metadata: ObjectMeta(
                name: cell.name, namespace: cell.project,
                labels: [Checkpoint.runtimeLabel: cell.name, KeptRuntime.podLabel: uid],
                ownerReferences: [OwnerReference(controlling: runtime)]),
            spec: spec)
        _ = try await api.create(checkpoint)
    }

    /// The pod as it is wanted, going on from what was kept where there is something.
    func pod(_ wanted: RuntimeCell, from kept: Checkpoint?) -> Pod {
        var pod = wanted.pod
        guard let request = kept?.restoreRequest else { return pod }
        pod.annotations[PodRestore.requestAnnotation] = request.text
        // What the program does from then on must not be forgotten by a second start from the same moment.
        pod.annotations[PodRestore.onceAnnotation] = "true"
        if let node = kept?.status.node { pod.spec?.preferNode(node) }
        return pod
    }
}

extension PodSpec {
    /// The archive is there; elsewhere the pod starts anew.
    fileprivate mutating func preferNode(_ node: String) {
        let requirement = NodeSelectorRequirement(key: "kubernetes.io/hostname", operator: "In", values: [node])
        affinity = Affinity(
            nodeAffinity: NodeAffinity(preferredDuringSchedulingIgnoredDuringExecution: [
                PreferredSchedulingTerm(preference: NodeSelectorTerm(matchExpressions: [requirement]), weight: 100)
            ]))
    }
}

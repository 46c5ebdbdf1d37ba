import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Checkpoints of runtimes as objects of the cluster.
extension KubernetesRuntimeDriver {
    /// The checkpoint of the last rest: one at a time, under a name of the runtime's.
    func kept(_ cell: RuntimeCellID) -> Checkpoint? {
        named(cell).flatMap { $0.isBeingDeleted || !isOwn($0, cell) ? nil : $0 }
    }

    private func named(_ cell: RuntimeCellID) -> Checkpoint? {
        checkpoints.get(KeptRuntime.name(of: cell.name), in: cell.project)
    }

    fileprivate func isOwn(_ checkpoint: Checkpoint, _ cell: RuntimeCellID) -> Bool {
        checkpoint.metadata.controllerReference?.uid == cell.uid
    }

    /// Orders a checkpoint of the pod that is there; one of an earlier pod goes first.
    func keepPod(_ cell: RuntimeCellID) async throws {
        guard let pod = pods.serving(cell), let uid = pod.uid,
            let runtime = runtimes.get(cell.name, in: cell.project), runtime.uid == cell.uid,
            let wish = runtime.checkpoint
        else { return }
        let name = KeptRuntime.name(of: cell.name)
        if let old = named(cell) {
            guard isOwn(old, cell) else { throw Self.taken(name, cell) }
            // When it is gone, this runtime is looked at again. One of this pod was ordered before, and is seen only now.
            if !old.isBeingDeleted, old.labels[KeptRuntime.podLabel] != uid {
                try await api.deleteIfPresent(Checkpoint.self, name, in: cell.project, uid: old.uid)
            }
            return
        }
        var spec = CheckpointSpec(runtime: cell.name)
        (spec.container, spec.ends) = (RuntimeCell.container, true)
        (spec.secretName, spec.timeoutSeconds) = (wish.secretName, wish.timeoutSeconds)
        var checkpoint = Checkpoint(
            metadata: ObjectMeta(
                name: name, namespace: cell.project,
                labels: [Checkpoint.runtimeLabel: cell.name, KeptRuntime.podLabel: uid],
                ownerReferences: [OwnerReference(controlling: runtime)]),
            spec: spec)
        checkpoint.annotations[RuntimeCell.environmentAnnotation] = pod.annotations[RuntimeCell.environmentAnnotation]
        if let pool = pod.labels[PoolMember.poolLabel], pod.waitedRuns == nil {
            checkpoint.annotations[PoolMember.poolLabel] = pool
            checkpoint.annotations[PoolMember.shapeAnnotation] = pod.annotations[PoolMember.shapeAnnotation]
        }
        do {
            _ = try await api.create(checkpoint)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // The cache has not seen it yet, or not that an earlier one is gone; the next look tells.
        }
    }

    fileprivate static func taken(_ name: String, _ cell: RuntimeCellID) -> Finding {
        Finding(
            .nameTaken, "A checkpoint '\(name)' is there already and is not this runtime's; remove it.",
            field: "\(cell.project)/\(name)")
    }

    /// The checkpoint that somebody wants it to go back to, once for each wish to restart.
    private func askedFor(_ wanted: RuntimeCell) -> Checkpoint? {
        guard let runtime = runtimes.get(wanted.name, in: wanted.project), runtime.uid == wanted.owner.uid,
            let name = runtime.annotations[Runtime.restoreAnnotation], let wish = wanted.restartedAt,
            let found = checkpoints.get(name, in: wanted.project), found.spec.runtime == wanted.name,
            found.status.phase == .stored, !found.isBeingDeleted, !found.status.restores.contains(where: { $0.request == wish })
        else { return nil }
        return found
    }

    /// The pod as it is wanted, going on from what was kept where there is something.
    func pod(_ wanted: RuntimeCell, from kept: Checkpoint?) -> Pod {
        var pod = wanted.pod
        // A process that goes on has the secrets it began with: where others hold by now, the program begins anew.
        let environment = RuntimeCell.environmentAnnotation
        if let asked = askedFor(wanted), let image = asked.annotations[Checkpoint.imageAnnotation] {
            // The container runtime sees what the image is; the archive need not be on the pod's node.
            if pod.spec?.containers.isEmpty == false { pod.spec?.containers[0].image = image }
            return pod
        }
        if let asked = askedFor(wanted), let request = asked.restoreRequest {
            pod.annotations[PodRestore.requestAnnotation] = request.text
            if let node = asked.status.node { pod.spec?.preferNode(node) }
            return pod
        }
        guard let kept, let request = kept.restoreRequest,
            wanted.reloads || kept.status.method == .image || kept.annotations[environment] == pod.annotations[environment]
        else { return pod }
        if kept.status.method == .process, let claimed = claimedPod(wanted, like: pod, kept) { pod = claimed }
        pod.annotations[PodRestore.requestAnnotation] = request.text
        // What the program does from then on must not be forgotten by a second start from the same moment.
        pod.annotations[PodRestore.onceAnnotation] = "true"
        if let node = kept.status.node { pod.spec?.preferNode(node) }
        return pod
    }

    /// Processes that came from a pool go on in a pod that is declared as theirs was, with what is its user's in the
    /// bundle: there they find it too where they have to start anew.
    private func claimedPod(_ wanted: RuntimeCell, like pod: Pod, _ kept: Checkpoint) -> Pod? {
        guard let pool = kept.annotations[PoolMember.poolLabel], let hash = kept.annotations[PoolMember.shapeAnnotation],
            wanted.driver == .pod, let shape = try? wanted.warmShape(), shape.hash == hash
        else { return nil }
        var claimed = shape.pod(pod.metadata, volume: wanted.volumeName)
        claimed.metadata.labels[PoolMember.poolLabel] = pool
        claimed.annotations[PoolMember.shapeAnnotation] = hash
        return claimed
    }
}

/// Checkpoints before updates.
extension KubernetesRuntimeDriver {
    /// The one of a pod that is to make way.
    func beforeUpdate(_ cell: RuntimeCellID, of podUID: String) -> Checkpoint? {
        checkpoints.get(KeptRuntime.name(of: cell.name, beforeUpdateOf: podUID), in: cell.project)
            .flatMap { $0.isBeingDeleted || !isOwn($0, cell) ? nil : $0 }
    }

    /// Orders it; one that made way for something else goes first.
    func keepForUpdate(_ wanted: RuntimeCell) async throws {
        let cell = RuntimeCellID(project: wanted.project, name: wanted.name, uid: wanted.owner.uid)
        guard let pod = pods.serving(cell), let uid = pod.uid, !pod.isBeingDeleted,
            let runtime = runtimes.get(cell.name, in: cell.project), runtime.uid == cell.uid,
            let wish = runtime.checkpoint, let update = wish.beforeUpdate
        else { return }
        let name = KeptRuntime.name(of: cell.name, beforeUpdateOf: uid)
        if let old = checkpoints.get(name, in: cell.project) {
            guard isOwn(old, cell) else { throw Self.taken(name, cell) }
            // When it is gone, this runtime is looked at again.
            if !old.isBeingDeleted, old.labels[KeptRuntime.updateLabel] != wanted.hash {
                try await api.deleteIfPresent(Checkpoint.self, name, in: cell.project, uid: old.uid)
            }
            return
        }
        var spec = CheckpointSpec(runtime: cell.name)
        (spec.container, spec.method, spec.secretName) = (RuntimeCell.container, update.method, wish.secretName)
        spec.timeoutSeconds = wish.timeoutSeconds
        do {
            _ = try await api.create(
                Checkpoint(
                    metadata: ObjectMeta(
                        name: name, namespace: cell.project,
                        labels: [Checkpoint.runtimeLabel: cell.name, KeptRuntime.updateLabel: wanted.hash],
                        ownerReferences: [OwnerReference(controlling: runtime)]),
                    spec: spec))
        } catch let error as KubernetesError where error.isAlreadyExists {
            // The cache has not seen it yet; the next look tells.
        }
    }

    /// Leaves the newest, as many as are to be kept, and of those that came to nothing only what is newer.
    func trimUpdates(_ cell: RuntimeCellID) async throws {
        let keep = runtimes.get(cell.name, in: cell.project)?.checkpoint?.beforeUpdate?.keep ?? 1
        let all = checkpoints.controlled(by: cell.uid)
            .filter { $0.labels[KeptRuntime.updateLabel] != nil && !$0.isBeingDeleted }
            .sorted { ($0.metadata.creationTimestamp ?? "", $0.name) > ($1.metadata.creationTimestamp ?? "", $1.name) }
        var stored = 0
        for checkpoint in all {
            if checkpoint.status.phase == .stored {
                stored += 1
                if stored <= keep { continue }
            } else if stored == 0 {
                continue
            }
            try await api.deleteIfPresent(Checkpoint.self, checkpoint.name, in: cell.project, uid: checkpoint.uid)
        }
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

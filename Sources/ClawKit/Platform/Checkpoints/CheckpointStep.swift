import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources

/// What is to be done about a checkpoint. Pure.
enum CheckpointStep: Sendable, Hashable {
    /// Say that it is begun, then order it.
    case begin(CheckpointOrder, podUID: String)
    /// Order it again: whoever did so before did not live to tell.
    case order(CheckpointOrder)
    case fail(Finding)
    /// Its time is over.
    case expire
    /// Its source is on its way; it is waited for.
    case wait(until: Timestamp)
    /// Keep its runtime's volume: nothing else can be kept, or is wanted.
    case keepVolume
    /// A snapshot or copy of its runtime's volume was ordered; it is looked after.
    case followVolume(until: Timestamp)
    case rest(until: Timestamp?)

    /// - Parameter runtime: what the pod is of, where the checkpoint is of a runtime.
    static func next(_ checkpoint: Checkpoint, pod: Pod?, runtime: Runtime? = nil, now: Timestamp) -> CheckpointStep {
        let status = checkpoint.status
        switch status.phase {
        case .failed, .expired: return .rest(until: nil)
        case .stored:
            guard let end = checkpoint.expiry else { return .rest(until: nil) }
            return now >= end ? .expire : .rest(until: end)
        case .running:
            let start = status.startedAt.flatMap { Timestamp(rfc3339: $0) } ?? now
            if status.method == .volume { return .followVolume(until: start + volumePatience) }
            // The node gives up by itself; this is for a node that never answers.
            guard now < start + .seconds(checkpoint.spec.timeoutSeconds + 60) else {
                return .fail(
                    Finding(.deadline, "The node \(status.node ?? "") did not answer in time; see whether it is alive.")
                )
            }
            return .order(
                order(
                    checkpoint, node: status.node ?? "", pod: status.pod ?? checkpoint.spec.podName,
                    container: status.container ?? ""))
        case nil, .requested:
            let asked = checkpoint.metadata.creationTimestamp.flatMap { Timestamp(rfc3339: $0) } ?? now
            let end = asked + .seconds(checkpoint.spec.timeoutSeconds)
            if let phase = runtime?.status.phase, RuntimeTransitions.up.contains(phase), phase != .ready, now < end {
                return .wait(until: end)
            }
            if checkpoint.spec.method == .volume, checkpoint.spec.runtime != nil { return .keepVolume }
            if pod == nil, let runtime, checkpoint.mayBeVolume, runtime.isAtRest { return .keepVolume }
            guard let pod, !pod.isBeingDeleted, let node = pod.spec?.nodeName, !node.isEmpty else {
                return .fail(
                    Finding(.checkpointNotMade, "There is no running pod '\(checkpoint.spec.podName)'; start it first.")
                )
            }
            let containers = (pod.spec?.containers ?? []).map(\.name)
            let container = checkpoint.spec.container ?? containers.first ?? ""
            guard containers.contains(container) else {
                return .fail(
                    Finding(.checkpointNotMade, "The pod has no container '\(container)'.", field: "spec.container"))
            }
            return .begin(order(checkpoint, node: node, pod: pod.name, container: container), podUID: pod.uid ?? "")
        }
    }

    private static func order(
        _ checkpoint: Checkpoint, node: String, pod: String, container: String
    ) -> CheckpointOrder {
        CheckpointOrder(
            id: checkpoint.uid ?? "", node: node, namespace: checkpoint.namespace ?? "", pod: pod,
            container: container, timeout: .seconds(checkpoint.spec.timeoutSeconds), ends: checkpoint.spec.ends,
            secret: checkpoint.spec.secretName, method: checkpoint.spec.method)
    }

    /// How long a snapshot or copy may take until it can be used.
    static let volumePatience = VolumeCopy.patience + .minutes(1)
}

extension Runtime {
    /// Nothing of it runs; what it keeps is on its volume.
    fileprivate var isAtRest: Bool { status.phase == .suspended || status.phase == .stopped }
}

extension Checkpoint {
    /// Whether its runtime's volume will do: not where the runtime comes to rest by it, whose volume stays as it is.
    var mayBeVolume: Bool {
        spec.runtime != nil && !spec.ends && (spec.method == nil || spec.method == .volume)
    }

    /// When its archive is to be removed; nil: never.
    var expiry: Timestamp? {
        guard let ttl = spec.ttlSeconds, let stored = status.completedAt.flatMap({ Timestamp(rfc3339: $0) }) else {
            return nil
        }
        return stored + .seconds(ttl)
    }

    /// What a pod asks its node for, to be restored from it.
    var restoreRequest: PodRestore.Request? {
        guard status.phase == .stored, status.method != .volume, let location = status.location else { return nil }
        return PodRestore.Request(checkpoint: location, digest: status.digest)
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// A snapshot of a runtime's volume as its checkpoint, where the cluster serves snapshots.
struct VolumeCheckpoint {
    enum State: Sendable, Hashable {
        case pending
        /// With its size in bytes, where that is told.
        case ready(Int?)
        case failed(Finding)
    }

    private let api: any KubernetesAPI

    init(_ api: any KubernetesAPI) { self.api = api }

    /// Orders it; asked again it is the same one. It goes with its checkpoint.
    /// - Returns: its name; nil where there is no volume, or no snapshots.
    func begin(_ checkpoint: Checkpoint, of runtime: String) async throws -> String? {
        let claim = RuntimeCell.volumeName(of: runtime)
        guard try await api.find(PersistentVolumeClaim.self, claim, in: checkpoint.namespace) != nil else { return nil }
        let snapshot = VolumeSnapshot(
            metadata: ObjectMeta(
                name: checkpoint.name, namespace: checkpoint.namespace, labels: [Checkpoint.runtimeLabel: runtime],
                ownerReferences: [OwnerReference(controlling: checkpoint)]),
            claim: claim, snapshotClass: nil)
        do {
            _ = try await api.create(snapshot)
            return snapshot.name
        } catch let error as KubernetesError where error.isAlreadyExists {
            let there = try await api.find(VolumeSnapshot.self, snapshot.name, in: checkpoint.namespace)
            return there?.metadata.isControlled(by: checkpoint) == true ? snapshot.name : nil
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    func state(of checkpoint: Checkpoint) async throws -> State {
        guard let name = checkpoint.status.location,
            let snapshot = try await api.find(VolumeSnapshot.self, name, in: checkpoint.namespace)
        else { return .failed(Finding(.checkpointNotMade, "The snapshot is gone.")) }
        if let message = snapshot.error { return .failed(Finding(.checkpointNotMade, "The storage refused: \(message)")) }
        return snapshot.isReady ? .ready(snapshot.size) : .pending
    }

    func remove(_ checkpoint: Checkpoint) async throws {
        guard let name = checkpoint.status.location else { return }
        try await api.deleteIfPresent(VolumeSnapshot.self, name, in: checkpoint.namespace, uid: nil)
    }
}

extension VolumeSnapshot {
    /// Whether a volume may be made from it.
    var isReady: Bool { document["status"]?["readyToUse"]?.bool == true }
    /// Why there will be none.
    var error: String? { document["status"]?["error"]?["message"]?.string.map { ForeignText.cleaned($0) } }
    /// In bytes.
    var size: Int? {
        document["status"]?["restoreSize"]?.string.flatMap { Quantity($0)?.units }
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// A snapshot of a volume: <https://kubernetes-csi.github.io/docs/snapshot-restore-feature.html>
struct VolumeSnapshot: Resource {
    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    static let type = ResourceType(
        group: "snapshot.storage.k8s.io", version: "v1", kind: "VolumeSnapshot", plural: "volumesnapshots")

    init(metadata: ObjectMeta, claim: String, snapshotClass: String?) {
        self.init(metadata)
        var spec: JSONObject = ["source": ["persistentVolumeClaimName": .string(claim)]]
        if let snapshotClass { spec["volumeSnapshotClassName"] = .string(snapshotClass) }
        document["spec"] = .object(spec)
    }
}

/// Snapshots of runtimes' volumes before another program gets them.
struct RuntimeSnapshots {
    private let api: any KubernetesAPI

    init(_ api: any KubernetesAPI) { self.api = api }

    /// Makes the one of this cell where it is not there, and deletes the oldest beyond what is kept. A cluster that has
    /// no snapshots keeps none.
    func take(_ cell: RuntimeCell) async throws {
        guard let snapshot = cell.snapshot, let keep = cell.snapshots?.keep else { return }
        do {
            _ = try await api.create(snapshot)
        } catch let error as KubernetesError where error.isAlreadyExists {
            return
        } catch let error as KubernetesError where error.isNotFound {
            return
        }
        let selection = Selection(labelSelector: "\(RuntimeCell.runtimeLabel)=\(cell.name)")
        let all = try await api.list(VolumeSnapshot.self, in: cell.project, matching: selection).items
        let oldest = all.sorted { ($0.metadata.creationTimestamp ?? "", $0.name) < ($1.metadata.creationTimestamp ?? "", $1.name) }
        for old in oldest.dropLast(keep) {
            try await api.deleteIfPresent(VolumeSnapshot.self, old.name, in: cell.project, uid: old.uid)
        }
    }
}

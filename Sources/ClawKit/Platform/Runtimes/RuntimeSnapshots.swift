public import ClawBase
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
    /// - Throws: ``Finding`` (`E_SNAPSHOT_PENDING`) until it can be used: what comes next would write over what it is of.
    func take(_ cell: RuntimeCell) async throws {
        guard let snapshot = cell.snapshot, let keep = cell.snapshots?.keep else { return }
        do {
            _ = try await api.create(snapshot)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // By an earlier try.
        } catch let error as KubernetesError where error.isNotFound {
            return
        }
        let there = try await api.find(VolumeSnapshot.self, snapshot.name, in: cell.project)
        guard there?.isReady == true else {
            let why = there?.error.map { ": \($0)" } ?? ""
            throw Finding(.snapshotPending, "The snapshot '\(snapshot.name)' cannot be used yet\(why); it is waited for.")
        }
        let selection = Selection(labelSelector: "\(RuntimeCell.runtimeLabel)=\(cell.name)")
        let all = try await api.list(VolumeSnapshot.self, in: cell.project, matching: selection).items
        let oldest = all.sorted { ($0.metadata.creationTimestamp ?? "", $0.name) < ($1.metadata.creationTimestamp ?? "", $1.name) }
        for old in oldest.dropLast(keep) {
            try await api.deleteIfPresent(VolumeSnapshot.self, old.name, in: cell.project, uid: old.uid)
        }
    }
}

extension FindingCode {
    /// A snapshot was ordered, and the storage has not made it yet.
    public static let snapshotPending = FindingCode(rawValue: "E_SNAPSHOT_PENDING")
}

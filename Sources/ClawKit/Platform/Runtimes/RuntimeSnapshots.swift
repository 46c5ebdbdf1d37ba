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

/// Snapshots of runtimes' volumes: before another program gets them, and as what a volume begins.
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
        // Those that others own, such as checkpoints, go with them.
        let all = try await api.list(VolumeSnapshot.self, in: cell.project, matching: selection).items
            .filter { $0.metadata.ownerReferences.isEmpty }
        let oldest = all.sorted { ($0.metadata.creationTimestamp ?? "", $0.name) < ($1.metadata.creationTimestamp ?? "", $1.name) }
        for old in oldest.dropLast(keep) {
            try await api.deleteIfPresent(VolumeSnapshot.self, old.name, in: cell.project, uid: old.uid)
        }
    }

    // MARK: whose data

    /// A snapshot begins the volumes of the user only whose data it holds.
    /// - Throws: ``Finding``: `E_SNAPSHOT_PENDING` while there is none of the name, since the one that comes may be anybody's;
    ///   `E_VOLUME_TAKEN` where it is somebody else's, or nobody knows whose.
    func check(_ name: String, mayBegin cell: RuntimeCell) async throws {
        guard let snapshot = try await api.find(VolumeSnapshot.self, name, in: cell.project), !snapshot.isBeingDeleted else {
            throw Finding(
                .snapshotPending, "There is neither a VolumeSnapshot nor a copy '\(name)'; it is waited for.",
                field: "spec.volume.restoreFrom")
        }
        guard let user = try await user(of: snapshot) else {
            throw Finding(
                .volumeTaken,
                "Nothing says whose data the snapshot '\(name)' holds; where it is \(cell.user)'s, give it the label "
                    + "\(RuntimeCell.userLabel)=\(cell.user).", field: "spec.volume.restoreFrom")
        }
        guard user == cell.user else {
            throw Finding(
                .volumeTaken, "The snapshot '\(name)' holds the data of somebody else; name one of \(cell.user)'s.",
                field: "spec.volume.restoreFrom")
        }
    }

    private func user(of snapshot: VolumeSnapshot) async throws -> String? {
        var claim: PersistentVolumeClaim?
        if let name = snapshot.claim {
            claim = try await api.find(PersistentVolumeClaim.self, name, in: snapshot.namespace ?? "")
        }
        return snapshot.user(of: claim)
    }
}

extension VolumeSnapshot {
    /// Whose data it holds: what it says itself; else what the volume says that it was taken of, unless that is a later one
    /// of the name. nil: nobody knows.
    func user(of claim: PersistentVolumeClaim?) -> String? {
        if let stated = labels[RuntimeCell.userLabel] { return stated }
        guard let claim, let taken = metadata.creationTimestamp, let made = claim.metadata.creationTimestamp, made <= taken
        else { return nil }
        return claim.labels[RuntimeCell.userLabel]
    }
}

extension FindingCode {
    /// A snapshot was ordered, and the storage has not made it yet.
    public static let snapshotPending = FindingCode(rawValue: "E_SNAPSHOT_PENDING")
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// A runtime's volume as its checkpoint: a snapshot where the cluster takes any of it, else a copy.
struct VolumeCheckpoint {
    enum State: Sendable, Hashable {
        /// What keeps it from going on, where that is told.
        case pending(String?)
        /// With its size in bytes and its digest, where they are told.
        case ready(size: Int?, digest: String?)
        case failed(Finding)
    }

    /// Whose volume, and what copies it.
    struct Source {
        var runtime: String
        var claim: String
        /// As the runtime's program is run; nil where the runtime is refused.
        var shape: RuntimeShape?
        /// What copies files; nil: nothing that the platform knows.
        var image: String?
        /// Where the runtime's pod is, which has the volume.
        var node: String?
    }

    /// What was ordered.
    struct Order: Sendable, Hashable {
        var name: String
        var means: VolumeMeans
    }

    private let api: any KubernetesAPI

    init(_ api: any KubernetesAPI) { self.api = api }

    /// Orders it; asked again it is the same one. It goes with its checkpoint.
    /// - Returns: nil where there is no volume.
    /// - Throws: ``Finding`` where it cannot be kept at all.
    func begin(_ checkpoint: Checkpoint, of source: Source) async throws -> Order? {
        guard let claim = try await api.find(PersistentVolumeClaim.self, source.claim, in: checkpoint.namespace) else {
            return nil
        }
        let storage = try await storageClass(of: claim)
        if try await takesSnapshots(of: storage), try await takeSnapshot(of: claim, checkpoint, source.runtime) {
            return Order(name: checkpoint.name, means: .snapshot)
        }
        let clones = storage?.annotations[VolumeCopy.clonesAnnotation] == "true"
        guard !(source.image ?? "").isEmpty else {
            throw Finding(
                .checkpointNotMade,
                "The cluster takes no snapshots of the volume, and nothing is known that copies it; name an image with "
                    + "sh, tar, find and sha256sum as server.contentImage.")
        }
        try await makeCopy(of: claim, checkpoint, source.runtime, clones: clones)
        return Order(name: checkpoint.name, means: clones ? .clone : .copy)
    }

    func state(of checkpoint: Checkpoint, from source: Source) async throws -> State {
        guard let means = checkpoint.status.means, means != .snapshot else { return try await snapshotState(of: checkpoint) }
        guard let copy = try await copy(of: checkpoint) else {
            return .failed(Finding(.checkpointNotMade, "The copy's volume is gone."))
        }
        if let digest = copy.annotations[VolumeCopy.digestAnnotation] {
            return .ready(size: copy.annotations[VolumeCopy.sizeAnnotation].flatMap { Int($0) }, digest: digest)
        }
        let pod = copying(checkpoint, means, source)
        switch try await pod.advance(api) {
        case .running(let why): return .pending(why)
        case .failed(let why):
            return .failed(Finding(.checkpointNotMade, "The volume was not copied: \(why)."))
        case .done(let digest, let size):
            _ = try await api.mergePatch(
                PersistentVolumeClaim.self, copy.name, in: checkpoint.namespace,
                [
                    "metadata": [
                        "uid": .string(copy.uid ?? ""),
                        "annotations": [
                            VolumeCopy.digestAnnotation: .string(digest), VolumeCopy.sizeAnnotation: .string("\(size)"),
                        ],
                    ]
                ])
            // A claim that a pod names is in use as long as that is there.
            try await pod.remove(api)
            return .ready(size: size, digest: digest)
        }
    }

    /// With what is half made of it.
    func remove(_ checkpoint: Checkpoint) async throws {
        guard let means = checkpoint.status.means, means != .snapshot else {
            guard let name = checkpoint.status.location else { return }
            try await api.deleteIfPresent(VolumeSnapshot.self, name, in: checkpoint.namespace, uid: nil)
            return
        }
        let nothing = Source(runtime: checkpoint.spec.runtime ?? "", claim: "")
        try await copying(checkpoint, means, nothing).remove(api)
        if let copy = try await copy(of: checkpoint) {
            try await api.deleteIfPresent(PersistentVolumeClaim.self, copy.name, in: checkpoint.namespace, uid: copy.uid)
        }
    }

    // MARK: snapshots

    private func storageClass(of claim: PersistentVolumeClaim) async throws -> StorageClass? {
        guard let name = claim.spec?.storageClassName, !name.isEmpty else { return nil }
        return try await api.find(StorageClass.self, name)
    }

    /// Whether some class of snapshots is for the volume's storage; true where the cluster does not say.
    private func takesSnapshots(of storage: StorageClass?) async throws -> Bool {
        guard let driver = storage?.provisioner else { return true }
        do {
            let classes = try await api.list(VolumeSnapshotClass.self).items
            return classes.contains { $0.document["driver"]?.string == driver }
        } catch let error as KubernetesError where error.isNotFound || error.code == 403 {
            return true
        }
    }

    /// - Returns: whether the cluster knows snapshots.
    private func takeSnapshot(
        of claim: PersistentVolumeClaim, _ checkpoint: Checkpoint, _ runtime: String
    ) async throws -> Bool {
        var labels = [Checkpoint.runtimeLabel: runtime]
        labels[RuntimeCell.userLabel] = claim.labels[RuntimeCell.userLabel]
        let snapshot = VolumeSnapshot(
            metadata: ObjectMeta(
                name: checkpoint.name, namespace: checkpoint.namespace, labels: labels,
                ownerReferences: [OwnerReference(controlling: checkpoint)]),
            claim: claim.name, snapshotClass: nil)
        do {
            _ = try await api.create(snapshot)
            return true
        } catch let error as KubernetesError where error.isAlreadyExists {
            let there = try await api.find(VolumeSnapshot.self, snapshot.name, in: checkpoint.namespace)
            guard there?.metadata.isControlled(by: checkpoint) == true else { throw Self.taken("snapshot", checkpoint) }
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }

    private func snapshotState(of checkpoint: Checkpoint) async throws -> State {
        guard let name = checkpoint.status.location,
            let snapshot = try await api.find(VolumeSnapshot.self, name, in: checkpoint.namespace)
        else { return .failed(Finding(.checkpointNotMade, "The snapshot is gone.")) }
        if let message = snapshot.error { return .failed(Finding(.checkpointNotMade, "The storage refused: \(message)")) }
        return snapshot.isReady ? .ready(size: snapshot.size, digest: nil) : .pending(nil)
    }

    private static func taken(_ what: String, _ checkpoint: Checkpoint) -> Finding {
        Finding(
            .nameTaken, "A \(what) '\(checkpoint.name)' is there already and is not this checkpoint's; choose another name.",
            field: "metadata.name")
    }

    // MARK: copies

    private func copy(of checkpoint: Checkpoint) async throws -> PersistentVolumeClaim? {
        guard let name = checkpoint.status.location,
            let claim = try await api.find(PersistentVolumeClaim.self, name, in: checkpoint.namespace),
            claim.metadata.isControlled(by: checkpoint), !claim.isBeingDeleted
        else { return nil }
        return claim
    }

    private func copying(_ checkpoint: Checkpoint, _ means: VolumeMeans, _ source: Source) -> VolumeCopy {
        VolumeCopy(
            name: "\(checkpoint.name)-copy", project: checkpoint.namespace ?? "",
            owner: OwnerReference(controlling: checkpoint), labels: [VolumeCopy.copyLabel: "true"],
            from: means == .clone ? nil : source.claim, to: checkpoint.status.location ?? checkpoint.name, expected: nil,
            image: source.image ?? "", podSecurity: source.shape?.podSecurity, security: source.shape?.security,
            node: means == .clone ? nil : source.node)
    }

    private func makeCopy(
        of claim: PersistentVolumeClaim, _ checkpoint: Checkpoint, _ runtime: String, clones: Bool
    ) async throws {
        var labels = [VolumeCopy.copyLabel: "true", Checkpoint.runtimeLabel: runtime]
        labels[RuntimeCell.userLabel] = claim.labels[RuntimeCell.userLabel]
        let size = claim.status?.capacity["storage"] ?? claim.spec?.resources?.requests["storage"] ?? "1Gi"
        let copy = PersistentVolumeClaim(
            metadata: ObjectMeta(
                name: checkpoint.name, namespace: checkpoint.namespace, labels: labels,
                ownerReferences: [OwnerReference(controlling: checkpoint)]),
            spec: PersistentVolumeClaimSpec(
                accessModes: claim.spec?.accessModes ?? ["ReadWriteOnce"],
                dataSource: clones ? TypedLocalObjectReference(kind: "PersistentVolumeClaim", name: claim.name) : nil,
                resources: VolumeResourceRequirements(requests: ["storage": size]),
                storageClassName: claim.spec?.storageClassName))
        do {
            _ = try await api.create(copy)
        } catch let error as KubernetesError where error.isAlreadyExists {
            let there = try await api.find(PersistentVolumeClaim.self, copy.name, in: checkpoint.namespace)
            guard there?.metadata.isControlled(by: checkpoint) == true else { throw Self.taken("volume", checkpoint) }
        }
    }
}

/// Which storage takes snapshots: <https://kubernetes.io/docs/concepts/storage/volume-snapshot-classes/>
struct VolumeSnapshotClass: Resource {
    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    static let type = ResourceType(
        group: VolumeSnapshot.type.group, version: "v1", kind: "VolumeSnapshotClass", plural: "volumesnapshotclasses",
        isNamespaced: false)
}

extension VolumeSnapshot {
    /// The volume that it was taken of; nil where its contents came otherwise.
    var claim: String? { document["spec"]?["source"]?["persistentVolumeClaimName"]?.string }
    /// Whether a volume may be made from it.
    var isReady: Bool { document["status"]?["readyToUse"]?.bool == true }
    /// Why there will be none.
    var error: String? { document["status"]?["error"]?["message"]?.string.map { ForeignText.cleaned($0) } }
    /// In bytes.
    var size: Int? {
        document["status"]?["restoreSize"]?.string.flatMap { Quantity($0)?.units }
    }
}

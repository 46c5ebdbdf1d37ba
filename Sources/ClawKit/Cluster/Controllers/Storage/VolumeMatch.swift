import ClawDocuments
import ClawKubernetes
import ClawModels

/// Names that the binding of volumes uses.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/>
enum VolumeNames {
    static let bindCompleted = "pv.kubernetes.io/bind-completed"
    static let boundByController = "pv.kubernetes.io/bound-by-controller"
    static let provisionedBy = "pv.kubernetes.io/provisioned-by"
    static let provisioner = "volume.kubernetes.io/storage-provisioner"
    static let betaProvisioner = "volume.beta.kubernetes.io/storage-provisioner"
    static let selectedNode = "volume.kubernetes.io/selected-node"
    static let betaClass = "volume.beta.kubernetes.io/storage-class"
}

extension PersistentVolumeClaim {
    var storageClass: String { annotations[VolumeNames.betaClass] ?? spec?.storageClassName ?? "" }
    fileprivate var request: Quantity { spec?.resources?.requests["storage"] ?? .zero }
    fileprivate var mode: String { spec?.volumeMode ?? "Filesystem" }

    /// The volume to bind to: one that is kept for the claim, else the smallest that will do.
    /// - Parameter node: where the claim is to be used, if that is known already.
    /// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding>
    func bestVolume(among volumes: [PersistentVolume], for node: Node?) -> PersistentVolume? {
        var best: PersistentVolume?
        for volume in suitableVolumes(among: volumes) {
            if volume.isKept(for: self) { return volume }
            if let present = best, !(volume.size < present.size) { continue }
            if node.map(volume.isReachable) ?? true { best = volume }
        }
        return best
    }

    /// The volumes that it could be bound to, in the order given.
    func suitableVolumes(among volumes: [PersistentVolume]) -> [PersistentVolume] {
        let query = spec?.selector.flatMap { try? LabelQuery($0) }
        return volumes.filter { volume in
            guard !volume.isBeingDeleted, volume.suits(self) else { return false }
            return volume.isKept(for: self) || (volume.spec?.claimRef == nil && query?.matches(volume.labels) ?? true)
        }
    }

    /// The same, with what is taken first at the front.
    func volumesByPreference(among volumes: [PersistentVolume]) -> [PersistentVolume] {
        suitableVolumes(among: volumes).sorted { a, b in
            let (isKept, isOtherKept) = (a.isKept(for: self), b.isKept(for: self))
            if isKept != isOtherKept { return isKept }
            return a.size == b.size ? a.name < b.name : a.size < b.size
        }
    }
}

extension PersistentVolume {
    fileprivate var size: Quantity { spec?.capacity["storage"] ?? .zero }

    /// The claim is named as the one this volume is for.
    func isKept(for claim: PersistentVolumeClaim) -> Bool {
        guard let reference = spec?.claimRef, reference.name == claim.name, reference.namespace == claim.namespace else {
            return false
        }
        return (reference.uid ?? "").isEmpty || reference.uid == claim.uid
    }

    /// Names the claim as the one this volume is for, unless it is for one already.
    mutating func keep(for claim: PersistentVolumeClaim) {
        guard spec?.claimRef == nil || (isKept(for: claim) && spec?.claimRef?.uid != claim.uid) else { return }
        if spec?.claimRef == nil { annotations[VolumeNames.boundByController] = "yes" }
        spec?.claimRef = ObjectReference(
            apiVersion: "v1", kind: "PersistentVolumeClaim", name: claim.name, namespace: claim.namespace,
            resourceVersion: claim.resourceVersion, uid: claim.uid)
    }

    /// Large enough, of the same class and mode, and to be accessed as asked for.
    func suits(_ claim: PersistentVolumeClaim) -> Bool {
        let ownClass = annotations[VolumeNames.betaClass] ?? spec?.storageClassName ?? ""
        return ownClass == claim.storageClass && (spec?.volumeMode ?? "Filesystem") == claim.mode
            && !(size < claim.request)
            && Set(claim.spec?.accessModes ?? []).isSubset(of: spec?.accessModes ?? [])
            && (spec?.volumeAttributesClassName ?? "") == (claim.spec?.volumeAttributesClassName ?? "")
    }

    func isReachable(from node: Node) -> Bool {
        guard let selector = spec?.nodeAffinity?.required else { return true }
        let facts = NodeFacts(node)
        return selector.nodeSelectorTerms.contains { $0.matches(facts) }
    }
}

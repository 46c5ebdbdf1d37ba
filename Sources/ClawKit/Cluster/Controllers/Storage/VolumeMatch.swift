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
        suitableVolumes(among: volumes).first { $0.isKept(for: self) || node.map($0.isReachable) ?? true }
    }

    /// The volumes that it could be bound to, those kept for it first, then the smaller before the larger.
    func suitableVolumes(among volumes: [PersistentVolume]) -> [PersistentVolume] {
        let query = spec?.selector.flatMap { try? LabelQuery($0) }
        var (kept, others): ([PersistentVolume], [PersistentVolume]) = ([], [])
        for volume in volumes where !volume.isBeingDeleted && volume.suits(self) {
            if volume.isKept(for: self) {
                kept.append(volume)
            } else if volume.spec?.claimRef == nil, query?.matches(volume.labels) ?? true {
                others.append(volume)
            }
        }
        return kept + others.sorted { $0.size == $1.size ? $0.name < $1.name : $0.size < $1.size }
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

import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources

/// Volumes that begin as a copy of another: ``VolumeCheckpoint``'s.
extension KubernetesRuntimeDriver {
    /// Where a new volume's files come from: a copy of the name, or a snapshot, which `claim` names already.
    /// - Throws: ``Finding`` where neither is there, the copy is not finished, or they are not known to be of the
    ///   runtime's user.
    func originate(_ claim: inout PersistentVolumeClaim, _ cell: RuntimeCell) async throws {
        guard let name = cell.restoresVolumeFrom else { return }
        guard let copy = try await api.find(PersistentVolumeClaim.self, name, in: cell.project) else {
            return try await RuntimeSnapshots(api).check(name, mayBegin: cell)
        }
        guard copy.labels[VolumeCopy.copyLabel] != nil, copy.labels[RuntimeCell.userLabel] == cell.user else {
            throw Finding(
                .volumeTaken, "The volume '\(name)' is no copy of data of \(cell.user)'s; name one.",
                field: "spec.volume.restoreFrom")
        }
        guard copy.annotations[VolumeCopy.digestAnnotation] != nil else {
            throw Finding(.snapshotPending, "The copy '\(name)' is not finished; it is waited for.")
        }
        claim.annotations[VolumeCopy.fillAnnotation] = name
        let storage = copy.spec?.storageClassName
        claim.spec?.storageClassName = cell.storageClass ?? storage
        let isClone = try await clones(cell, storage)
        claim.spec?.dataSource = isClone ? TypedLocalObjectReference(kind: "PersistentVolumeClaim", name: name) : nil
    }

    /// Storage makes a claim from one of its own class only.
    private func clones(_ cell: RuntimeCell, _ storage: String?) async throws -> Bool {
        guard let storage, cell.storageClass ?? storage == storage else { return false }
        return try await api.find(StorageClass.self, storage)?.annotations[VolumeCopy.clonesAnnotation] == "true"
    }

    /// Brings the files, and holds them against what was kept; then the program may have them.
    /// - Throws: ``Finding`` (`E_SNAPSHOT_PENDING`) until they are there, or what went wrong; the next call begins anew.
    func fillVolume(_ cell: RuntimeCell) async throws {
        guard let claim = try await api.find(PersistentVolumeClaim.self, cell.volumeName, in: cell.project),
            !claim.isBeingDeleted, let name = claim.annotations[VolumeCopy.fillAnnotation]
        else { return }
        let kept = try await api.find(PersistentVolumeClaim.self, name, in: cell.project)
        guard let digest = kept?.annotations[VolumeCopy.digestAnnotation] else {
            throw Finding(
                .volumeTaken, "The copy '\(name)' is gone, and '\(claim.name)' is not filled yet; delete that to begin empty.",
                field: "spec.volume.restoreFrom")
        }
        var owner = cell.owner
        // Not its controller: the runtime's pod is another.
        (owner.controller, owner.blockOwnerDeletion) = (nil, nil)
        let copy = VolumeCopy(
            name: "\(cell.name)-fill", project: cell.project, owner: owner,
            labels: [VolumeCopy.fillLabel: cell.name], from: claim.spec?.dataSource == nil ? name : nil, to: claim.name,
            expected: digest, image: cell.shape.contentImage, podSecurity: cell.shape.podSecurity,
            security: cell.shape.security, node: nil)
        switch try await copy.advance(api) {
        case .running(let why):
            let last = why.map { ": \($0)" } ?? ""
            throw Finding(.snapshotPending, "The volume is being filled from '\(name)'\(last); it is waited for.")
        case .failed(let why):
            try await copy.remove(api)
            throw Finding(.checkpointNotMade, "The volume could not be filled from '\(name)': \(why).")
        case .done:
            _ = try await api.mergePatch(
                PersistentVolumeClaim.self, claim.name, in: cell.project,
                [
                    "metadata": [
                        "uid": .string(claim.uid ?? ""), "annotations": [VolumeCopy.fillAnnotation: .null],
                    ]
                ])
            try await copy.remove(api)
        }
    }
}

import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels

/// What a volume is just now: available, bound, or released.
extension VolumeBinder {
    func settle(_ volume: PersistentVolume) async throws -> Reconciled {
        guard let reference = volume.spec?.claimRef, let uid = reference.uid, !uid.isEmpty else {
            // Nobody's, or kept for a claim that is to come.
            _ = try await setPhase(volume, "Available")
            return .settled
        }
        let key = ObjectKey(namespace: reference.namespace ?? "", name: reference.name ?? "")
        var claim = claims[key]
        if claim?.uid != uid {
            // The cache may lag behind a claim that was made just now.
            claim = try await client.find(PersistentVolumeClaim.self, key.name, in: key.namespace)
        }
        if let claim, claim.uid == uid {
            switch claim.spec?.volumeName ?? "" {
            case volume.name: _ = try await setPhase(volume, "Bound")
            // Bound once it names the volume.
            case "": break
            default: try await giveBack(volume)
            }
            return .settled
        }
        let released = try await setPhase(volume, "Released")
        try await reclaim(released)
        return .settled
    }

    /// The claim was bound to another volume: binder and scheduler may choose for one claim at the same time. What was
    /// kept by them is anybody's again, what a person kept stays that claim's name's.
    private func giveBack(_ volume: PersistentVolume) async throws {
        let isMade = volume.annotations[VolumeNames.provisionedBy] != nil
        guard !isMade || volume.spec?.persistentVolumeReclaimPolicy != "Delete" else {
            try await reclaim(try await setPhase(volume, "Released"))
            return
        }
        var free = volume
        if free.annotations.removeValue(forKey: VolumeNames.boundByController) != nil {
            free.spec?.claimRef = nil
        } else {
            free.spec?.claimRef?.uid = nil
        }
        _ = try await setPhase(try await client.replace(free), "Available")
    }

    /// By the volume's policy. Who provisioned it deletes it; what somebody made by hand nobody here can delete.
    private func reclaim(_ volume: PersistentVolume) async throws {
        guard volume.annotations[VolumeNames.provisionedBy] == nil else { return }
        switch volume.spec?.persistentVolumeReclaimPolicy {
        case "Delete":
            let message = "error getting deleter volume plugin for volume \"\(volume.name)\": no volume plugin matched"
            await events.warning("VolumeFailedDelete", message, on: volume)
            _ = try await setPhase(volume, "Failed", message)
        case "Recycle":
            var free = volume
            free.spec?.claimRef = nil
            free.annotations[VolumeNames.boundByController] = nil
            await events.normal("VolumeRecycled", "Volume recycled", on: volume)
            _ = try await client.replace(free)
        default: break
        }
    }

    func setPhase(_ volume: PersistentVolume, _ phase: String, _ message: String? = nil) async throws -> PersistentVolume {
        guard volume.status?.phase != phase, !(phase == "Released" && volume.status?.phase == "Failed") else { return volume }
        var changed = volume
        var status = volume.status ?? PersistentVolumeStatus()
        (status.phase, status.message) = (phase, message)
        status.lastPhaseTransitionTime = time.now.rfc3339()
        changed.status = status
        return try await client.replaceStatus(changed)
    }
}

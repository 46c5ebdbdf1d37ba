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
            if claim.spec?.volumeName == volume.name { _ = try await setPhase(volume, "Bound") }
            return .settled
        }
        let released = try await setPhase(volume, "Released")
        try await reclaim(released)
        return .settled
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

import ClawControl
import ClawKubernetes

extension RolloutChildren {
    /// The claims of the spec, and those that it has dropped.
    ///
    /// A claim's class cannot change and its size cannot shrink: what is there already goes on as it is, and the status
    /// tells of the difference. A dropped volume keeps its data unless the rollout's annotation says otherwise.
    func volumes(_ observed: Observed) -> [Child] {
        let policy: Child.Policy = settings.deletesDroppedVolumes ? .managed : .kept
        let wanted = wantedVolumes.map { volume in
            let name = names.volume(volume.name)
            return Child(
                claim(volume, name, present: observed[PersistentVolumeClaim.self, name]), stage: 1, policy: policy)
        }
        // Kept before the annotation came: once more, without the mark that keeps it; then no more.
        let kept = droppedVolumes(observed).filter { $0.annotations[RolloutLabel.kept] == "true" }
        let released = kept.map { present in
            let asItIs = Rollout.Volume(present.name, mountPath: "/", size: "0")
            return Child(claim(asItIs, present.name, present: present), stage: 1, policy: .managed)
        }
        return wanted + released
    }

    /// Those of the revision that runs, and those of the spec as written: a return to an earlier revision drops none.
    private var wantedVolumes: [Rollout.Volume] {
        let running = Set(spec.volumes.map(\.name))
        return spec.volumes + rollout.spec.volumes.filter { !running.contains($0.name) }
    }

    /// Claims that the spec has dropped and that should be kept no longer.
    func droppedVolumes(_ observed: Observed) -> [PersistentVolumeClaim] {
        guard settings.deletesDroppedVolumes else { return [] }
        let wanted = Set(wantedVolumes.map { names.volume($0.name) })
        return observed.all(PersistentVolumeClaim.self).filter {
            !wanted.contains($0.name) && !$0.isBeingDeleted
        }
    }

    private func claim(
        _ volume: Rollout.Volume, _ name: String, present: PersistentVolumeClaim?
    ) -> PersistentVolumeClaim {
        var size = Quantity(volume.size) ?? .zero
        if let held = present?.spec?.resources?.requests["storage"], held > size { size = held }
        // Absent, not empty: an empty class asks for no provisioning at all. One that was given stays given, though the
        // spec may have left it out since.
        var metadata = metadata(name)
        let given = present?.annotations[Self.givenClass] ?? (present == nil ? volume.storageClass : nil)
        if let given { metadata.annotations = [Self.givenClass: given] }
        return PersistentVolumeClaim(
            metadata: metadata,
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": size]),
                storageClassName: given))
    }

    /// On a claim: the storage class that the spec asked for when it was made.
    private static let givenClass = "one-click.dev/storage-class"

    /// What the spec says of volumes that can no longer be had.
    func volumeDifferences(_ observed: Observed) -> [String] {
        spec.volumes.compactMap { volume in
            let name = names.volume(volume.name)
            guard let present = observed[PersistentVolumeClaim.self, name]?.spec else { return nil }
            if let held = present.resources?.requests["storage"], let asked = Quantity(volume.size), held > asked {
                return "The volume \(name) stays at \(held): a volume cannot shrink to \(asked)."
            }
            if let asked = volume.storageClass, let held = present.storageClassName, held != asked {
                return "The volume \(name) stays in the storage class '\(held)': a volume cannot move to '\(asked)'."
            }
            return nil
        }
    }
}

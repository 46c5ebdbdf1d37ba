import ClawModels

/// The columns of the built-in kinds, as `kubectl get` shows them. A kind not listed shows its name and creation.
enum TableColumns {
    static func columns(of type: ResourceType) -> [Column] {
        byResource[type.group.isEmpty ? type.plural : "\(type.plural).\(type.group)"] ?? [.name, .creation]
    }

    private static let byResource: [String: [Column]] = {
        [
            PodColumns.byResource, WorkloadColumns.byResource, NetworkColumns.byResource, StorageColumns.byResource,
            ClusterColumns.byResource, AccessColumns.byResource, PolicyColumns.byResource, AdmissionColumns.byResource,
            EventColumns.byResource,
        ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
    }()
}

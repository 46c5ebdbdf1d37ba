import ClawKubernetes

/// Takes over what One-Click's own operator made, when this one is started in its place.
///
/// That one wrote whole objects, and the server remembers it as the owner of each of their fields. What it set and
/// nobody wants (`runAsUser: 0`), and what is later dropped from a spec, would stay for ever: a field goes when its last
/// owner drops it. So its fields become this operator's before anything is applied; the apply that follows drops what is
/// not desired. <https://kubernetes.io/docs/reference/using-api/server-side-apply/#migrating-to-server-side-apply>
///
/// The number of pods is left out, which is the autoscaler's, and claims are, whose fields cannot change.
struct Takeover {
    let api: any KubernetesAPI
    let manager: String
    /// The former operator's names as field manager.
    let former: Set<String>

    func run() async throws {
        guard !former.isEmpty else { return }
        try await take(Deployment.self)
        try await take(Service.self)
        try await take(Ingress.self)
        try await take(HorizontalPodAutoscaler.self)
        try await take(CronJob.self)
    }

    private func take<R: Resource>(_ type: R.Type) async throws {
        let untouched = Selection(labelSelector: "!\(Child.managerLabel)")
        for object in try await api.list(R.self, matching: untouched, pageSize: 500).items {
            guard object.metadata.controllerReference.map(Self.isRollout) ?? false,
                let entries = Self.taken(object.metadata.managedFields, by: manager, from: former)
            else { continue }
            var metadata: JSONObject = ["managedFields": .array(entries.map { .object($0.document) })]
            metadata.set(.resourceVersion, object.resourceVersion)
            do {
                _ = try await api.mergePatch(R.self, object.name, in: object.namespace, ["metadata": .object(metadata)])
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, or changed this very moment: the next start looks again.
            }
        }
    }

    private static func isRollout(_ owner: OwnerReference) -> Bool {
        owner.kind == Rollout.type.kind && owner.apiVersion.hasPrefix("\(Rollout.type.group)/")
    }

    /// The entries with the former operator's as this one's; nil where there is none, or this one has applied already.
    static func taken(
        _ entries: [ManagedFieldsEntry], by manager: String, from former: Set<String>
    ) -> [ManagedFieldsEntry]? {
        let isTheirs = { (entry: ManagedFieldsEntry) in
            entry.operation == "Update" && (entry.subresource ?? "").isEmpty && former.contains(entry.manager ?? "")
        }
        guard let index = entries.firstIndex(where: isTheirs),
            !entries.contains(where: { $0.operation == "Apply" && $0.manager == manager })
        else { return nil }
        var taken = entries
        taken[index].manager = manager
        taken[index].operation = "Apply"
        taken[index].document.modify("fieldsV1") { fields in
            guard var spec = fields?["f:spec"] else { return }
            spec["f:replicas"] = nil
            fields?["f:spec"] = spec
        }
        return taken
    }
}

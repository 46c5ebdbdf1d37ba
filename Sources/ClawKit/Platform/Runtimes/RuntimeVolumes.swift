import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Finds runtimes' volumes: one that was made for a runtime has a name made of its, one that came with a pod of a pool
/// keeps its own, and is known by whose it says it is.
struct RuntimeVolumes: Sendable {
    private let claims: ObjectCache<PersistentVolumeClaim>
    private let byRuntime: ObjectIndex<PersistentVolumeClaim, ObjectKey>

    init(_ caches: SharedCaches) {
        claims = caches.cache(PersistentVolumeClaim.self)
        byRuntime = claims.index { claim in
            guard claim.labels[PoolMember.poolLabel] != nil, let name = claim.labels[RuntimeCell.runtimeLabel] else { return [] }
            return [ObjectKey(namespace: claim.namespace ?? "", name: name)]
        }
    }

    func named(_ name: String, in project: String) -> PersistentVolumeClaim? { claims.get(name, in: project) }

    /// What its pod has; else the one of its name; else what a pod of a pool left behind.
    func find(_ runtime: RuntimeCellID, _ pod: Pod?) -> PersistentVolumeClaim? {
        if let pod, Runtime.owner(of: pod)?.uid == runtime.uid, let name = PoolMember.volume(of: pod),
            let claim = claims.get(name, in: runtime.project)
        {
            return claim
        }
        return claims.get(RuntimeCell.volumeName(of: runtime.name), in: runtime.project) ?? byRuntime[runtime.key].first
    }

    /// A volume that came with a pod becomes the runtime's.
    func handOver(
        _ claim: PersistentVolumeClaim, to cell: RuntimeCell, owners: [OwnerReference], _ api: any KubernetesAPI
    ) async throws {
        _ = try await api.mergePatch(
            PersistentVolumeClaim.self, claim.name, in: cell.project,
            [
                "metadata": [
                    "uid": .string(claim.uid ?? ""),
                    "ownerReferences": .array(owners.map { .object($0.document) }),
                    "labels": .object(JSONObject(cell.labels.map { ($0.key, .string($0.value)) })),
                ]
            ])
    }

    /// Who owns a volume that came with a sandbox once it is a runtime's: agent-sandbox wants its own to stay, and what
    /// has another owner besides is not collected with it. The namespace lives as long as anything in it.
    func survivors(of claim: PersistentVolumeClaim, _ api: any KubernetesAPI) async throws -> [OwnerReference] {
        let namespace = try await api.get(Namespace.self, claim.namespace ?? "")
        let home = OwnerReference(
            apiVersion: "v1", kind: "Namespace", name: namespace.name, uid: namespace.uid ?? "")
        return claim.metadata.ownerReferences.filter { $0.uid != home.uid } + [home]
    }
}

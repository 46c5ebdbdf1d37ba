import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Keeps a RuntimePool of sandboxes by agent-sandbox's own means: a SandboxTemplate and a SandboxWarmPool of the pool's
/// name, which go with it. Writes only what differs.
struct SandboxPools: Sendable {
    private let sandboxes: ServedSandboxes
    private let desired: DesiredState
    private let api: any KubernetesAPI

    init(_ sandboxes: ServedSandboxes, _ caches: SharedCaches) {
        (self.sandboxes, api) = (sandboxes, caches.api)
        desired = DesiredState(caches.api, manager: "clawkit-pools")
    }

    /// Has as many kept as are wanted.
    /// - Parameter shape: nil: none may be; those that are there go.
    /// - Returns: how many there are.
    func keep(
        _ pool: RuntimePool, _ shape: WarmShape?, wanted: Int, now: Timestamp
    ) async throws -> PoolStep {
        var step = PoolStep()
        guard sandboxes.hasWarmPools else {
            step.obstacle = sandboxes.unserved
                ?? Finding(
                    .sandboxUnserved,
                    "The cluster serves no \(SandboxExtensions.group); install agent-sandbox with its extensions, or choose the "
                        + "driver Pod.",
                    field: "spec.driver")
            step.lookAgainAt = now + PoolStep.patience
            return step
        }
        guard let shape else {
            try await remove(pool)
            return step
        }
        let hash = shape.hash
        let (name, project) = (pool.name, pool.namespace ?? "")
        try await desired.apply(
            Self.template(pool, shape, hash), live: try await api.find(SandboxTemplate.self, name, in: project))
        let live = try await api.find(SandboxWarmPool.self, name, in: project)
        try await desired.apply(Self.warmPool(pool, hash, wanted), live: live)
        for sandbox in sandboxes.controlled(by: live?.uid) where !sandbox.isBeingDeleted {
            if sandbox.isReady { step.warm += 1 } else { step.starting += 1 }
            if sandbox.podAnnotations[PoolMember.shapeAnnotation] != hash { step.outdated += 1 }
        }
        return step
    }

    /// It is one of pods now.
    func remove(_ pool: RuntimePool) async throws {
        guard sandboxes.hasWarmPools, let project = pool.namespace else { return }
        guard let live = sandboxes.pools(in: project).first(where: { $0.name == pool.name }),
            live.metadata.controllerReference?.uid == pool.uid
        else { return }
        try await api.deleteIfPresent(
            SandboxWarmPool.self, live.name, in: project, propagation: .background, uid: live.uid)
        try await api.deleteIfPresent(SandboxTemplate.self, live.name, in: project)
    }

    private static func metadata(_ pool: RuntimePool, _ hash: String) -> ObjectMeta {
        ObjectMeta(
            name: pool.name, namespace: pool.namespace, labels: ["app.kubernetes.io/managed-by": "clawkit"],
            annotations: [PoolMember.shapeAnnotation: hash], ownerReferences: [OwnerReference(controlling: pool)])
    }

    private static func template(_ pool: RuntimePool, _ shape: WarmShape, _ hash: String) -> SandboxTemplate {
        var pod = shape.pod(named: "", of: pool)
        // What agent-sandbox makes from the claim's template has this name in the pod.
        pod.spec?.volumes.removeAll { $0.name == RuntimeShape.stateVolume }
        let claim = shape.claim(named: "", of: pool)
        let labels = SandboxClaim.object(["app.kubernetes.io/managed-by": "clawkit", PoolMember.poolLabel: pool.name])
        var template = SandboxTemplate(metadata(pool, hash))
        template.document["spec"] = [
            "podTemplate": [
                "metadata": ["labels": labels, "annotations": SandboxClaim.object([PoolMember.shapeAnnotation: hash])],
                "spec": pod.document["spec"] ?? .object(JSONObject()),
            ],
            "volumeClaimTemplates": [
                [
                    "metadata": ["name": .string(RuntimeShape.stateVolume), "labels": labels],
                    "spec": claim.document["spec"] ?? .object(JSONObject()),
                ]
            ],
            "service": true,
            // Whom its pods may talk to is the project's to say.
            "networkPolicyManagement": "Unmanaged",
        ]
        return template
    }

    private static func warmPool(_ pool: RuntimePool, _ hash: String, _ wanted: Int) -> SandboxWarmPool {
        var warm = SandboxWarmPool(metadata(pool, hash))
        warm.document["spec"] = [
            "replicas": .integer(Int64(wanted)), "sandboxTemplateRef": ["name": .string(pool.name)],
            "updateStrategy": ["type": .string(pool.spec.update.rawValue)],
        ]
        return warm
    }
}

import ClawControl
import ClawKubernetes
import ClawModels

/// How many pods the owners of pods want.
struct OwnerScales: Sendable {
    struct Unknown: Error { let text: String }

    private let client: KubernetesClient
    private let replicaSets: ObjectCache<ReplicaSet>
    private let deployments: ObjectCache<Deployment>
    private let statefulSets: ObjectCache<StatefulSet>

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        replicaSets = caches.cache(ReplicaSet.self)
        deployments = caches.cache(Deployment.self)
        statefulSets = caches.cache(StatefulSet.self)
    }

    /// Tells in which namespace an owner has another size.
    func onChange(_ handler: @escaping @Sendable (String) -> Void) {
        replicaSets.onChange { change in
            if change.old?.spec?.replicas != change.new?.spec?.replicas { handler(change.object?.namespace ?? "") }
        }
        deployments.onChange { change in
            if change.old?.spec?.replicas != change.new?.spec?.replicas { handler(change.object?.namespace ?? "") }
        }
        statefulSets.onChange { change in
            if change.old?.spec?.replicas != change.new?.spec?.replicas { handler(change.object?.namespace ?? "") }
        }
    }

    /// The sum over the owners; pods that nobody controls are nobody's.
    /// - Throws: ``Unknown`` where an owner has no size.
    func total(of pods: [Pod]) async throws -> Int {
        var sizes: [String: Int] = [:]
        for pod in pods {
            guard let owner = pod.metadata.controllerReference, sizes[owner.uid] == nil else { continue }
            let (uid, size) = try await scale(owner, pod)
            sizes[uid] = size
            // Two sets of one Deployment have one size, the Deployment's.
            if uid != owner.uid { sizes[owner.uid] = 0 }
        }
        return sizes.values.reduce(0, +)
    }

    private func scale(_ owner: OwnerReference, _ pod: Pod) async throws -> (uid: String, size: Int) {
        let namespace = pod.namespace ?? ""
        switch (owner.apiVersion, owner.kind) {
        case ("apps/v1", "ReplicaSet"):
            guard let set = replicaSets.get(owner.name, in: namespace), set.uid == owner.uid else { break }
            if let above = set.metadata.controllerReference, above.kind == "Deployment",
                let deployment = deployments.get(above.name, in: namespace), deployment.uid == above.uid
            {
                return (above.uid, deployment.spec?.replicas ?? 1)
            }
            return (owner.uid, set.spec?.replicas ?? 1)
        case ("apps/v1", "StatefulSet"):
            guard let set = statefulSets.get(owner.name, in: namespace), set.uid == owner.uid else { break }
            return (owner.uid, set.spec?.replicas ?? 1)
        case ("v1", "ReplicationController"):
            let found = try await client.find(ReplicationController.self, owner.name, in: namespace)
            guard let found, found.uid == owner.uid else { break }
            return (owner.uid, found.spec?.replicas ?? 1)
        default: break
        }
        throw Unknown(text: "found no controllers for pod \"\(pod.name)\"")
    }
}

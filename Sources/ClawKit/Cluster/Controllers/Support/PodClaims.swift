import ClawControl
import ClawKubernetes
import ClawModels

/// Whose pods are whose: an owner keeps those its selector means, lets go of the others, and adopts those that nobody
/// controls.
struct PodClaims: Sendable {
    private let client: KubernetesClient
    private let pods: ObjectCache<Pod>
    private let orphans: ObjectIndex<Pod, String>

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        pods = caches.cache(Pod.self)
        orphans = lookups.orphans
    }

    /// - Parameters:
    ///   - finalizer: what adopted pods get besides their owner.
    ///   - isCandidate: which pods may be adopted or released at all.
    /// - Throws: ``KubernetesError`` with `isConflict` where a pod that may be the owner's has changed: counting without
    ///   it would make one too many.
    func claim<Owner: Resource>(
        for owner: Owner, _ selector: LabelQuery, finalizer: String? = nil, where isCandidate: (Pod) -> Bool = { _ in true }
    ) async throws -> [Pod] {
        var owned: [Pod] = []
        for pod in pods.controlled(by: owner.uid ?? "") {
            if !isCandidate(pod) || selector.matches(pod.labels) {
                owned.append(pod)
            } else if !owner.isBeingDeleted {
                try await release(pod, from: owner)
            }
        }
        guard !owner.isBeingDeleted else { return owned }
        let found = orphans[owner.namespace ?? ""].filter {
            !$0.isBeingDeleted && selector.matches($0.labels) && isCandidate($0)
        }
        guard !found.isEmpty, try await isAlive(owner) else { return owned }
        for pod in found { if let adopted = try await adopt(pod, for: owner, finalizer) { owned.append(adopted) } }
        return owned
    }

    /// Whether there are pods at all that somebody might adopt.
    func hasOrphans(in namespace: String) -> Bool { orphans.count(of: namespace) > 0 }

    /// The cache may not know yet that the owner goes, and what it adopts then would go with it.
    private func isAlive<Owner: Resource>(_ owner: Owner) async throws -> Bool {
        let present = try await client.find(Owner.self, owner.name, in: owner.namespace)
        return present?.uid == owner.uid && present?.isBeingDeleted == false
    }

    private func adopt(_ pod: Pod, for owner: some Resource, _ finalizer: String?) async throws -> Pod? {
        var pod = pod
        pod.metadata.ownerReferences.append(OwnerReference(controlling: owner))
        if let finalizer, !pod.metadata.finalizers.contains(finalizer) { pod.metadata.finalizers.append(finalizer) }
        return try await replace(pod)
    }

    private func release(_ pod: Pod, from owner: some Resource) async throws {
        var pod = pod
        pod.metadata.ownerReferences.removeAll { $0.uid == owner.uid }
        _ = try await replace(pod)
    }

    /// nil where the pod has gone meanwhile.
    private func replace(_ pod: Pod) async throws -> Pod? {
        do {
            return try await client.replace(pod)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }
}

extension LabelSelector {
    /// nil where it means nothing: it cannot be read, or is empty, which for pods' owners is no selector.
    var ownersQuery: LabelQuery? {
        guard let query = try? LabelQuery(self), !query.requirements.isEmpty else { return nil }
        return query
    }
}

import ClawControl
import ClawKubernetes
import ClawModels
import Synchronization

/// Reads what a pod's claims mean for its place.
/// <https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode>
final class PodVolumeReader: Sendable {
    enum Answer: Sendable {
        case ready(PodVolumes)
        /// kube-scheduler's message.
        case waits(String)
    }

    private let client: KubernetesClient
    private let claims: ObjectCache<PersistentVolumeClaim>
    private let volumes: ObjectCache<PersistentVolume>
    private let classes: ObjectCache<StorageClass>
    /// Volumes that were promised to claims, by name, until the cache shows them kept for somebody.
    private let promised = Mutex<[String: Promise]>([:])

    private struct Promise {
        let claim: ObjectKey
        let uid: String?
    }

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        claims = caches.cache(PersistentVolumeClaim.self)
        volumes = caches.cache(PersistentVolume.self)
        classes = caches.cache(StorageClass.self)
    }

    func read(_ pod: Pod) async throws -> Answer {
        var result = PodVolumes()
        for name in pod.claimNames {
            guard let claim = claims[ObjectKey(namespace: pod.namespace ?? "", name: name)] else {
                return .waits("persistentvolumeclaim \"\(name)\" not found")
            }
            if claim.isBeingDeleted { return .waits("persistentvolumeclaim \"\(name)\" is being deleted") }
            let volume = claim.spec?.volumeName ?? ""
            if claim.status?.phase == "Lost" {
                return .waits("persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(volume)\"")
            }
            if claim.annotations[VolumeNames.bindCompleted] != nil, !volume.isEmpty {
                guard let found = volumes.get(volume) else { return .waits("persistentvolume \"\(volume)\" not found") }
                if let terms = found.nodeTerms { result.bound.append(terms) }
                continue
            }
            let kind = classes.get(claim.storageClass)
            // A real cluster's pod waits for ever; simulated nodes go on without.
            if kind == nil, volume.isEmpty, try await isNobodys(claim) { continue }
            guard volume.isEmpty, kind?.volumeBindingMode == "WaitForFirstConsumer" else {
                return .waits("pod has unbound immediate PersistentVolumeClaims")
            }
            result.delayed.append(delayed(claim, kind))
        }
        return .ready(result)
    }

    /// Whether nobody would ever bind the claim. Asked of the server: caches may lag behind what was made just now.
    private func isNobodys(_ claim: PersistentVolumeClaim) async throws -> Bool {
        guard claim.suitableVolumes(among: volumes.all).isEmpty else { return false }
        if !claim.storageClass.isEmpty, try await client.find(StorageClass.self, claim.storageClass) != nil { return false }
        return claim.suitableVolumes(among: try await client.list(PersistentVolume.self).items).isEmpty
    }

    private func delayed(_ claim: PersistentVolumeClaim, _ kind: StorageClass?) -> PodVolumes.Delayed {
        let others = promised.withLock { promised in
            // What is bound by now, or gone, need no longer be kept.
            promised = promised.filter { name, promise in
                guard let claim = claims[promise.claim], claim.uid == promise.uid else { return false }
                return (claim.spec?.volumeName ?? "").isEmpty && volumes.get(name).map { $0.spec?.claimRef == nil } ?? false
            }
            return Set(promised.filter { $0.value.uid != claim.uid }.keys)
        }
        var candidates = volumes.all.filter { !others.contains($0.name) }
        // Nothing else, once one is kept for it.
        let kept = claim.suitableVolumes(among: candidates).filter { $0.isKept(for: claim) }
        if !kept.isEmpty { candidates = kept }
        let provisioner = kind?.provisioner ?? "kubernetes.io/no-provisioner"
        return PodVolumes.Delayed(
            claim: claim,
            candidates: claim.volumesByPreference(among: candidates).map { ($0.name, $0.nodeTerms) },
            provisioned: provisioner == "kubernetes.io/no-provisioner" ? nil : kind?.allowedTopologies ?? [])
    }

    /// Keeps volumes for claims: all of them, or none where one was promised to another claim meanwhile.
    /// - Parameter chosen: the volumes' names by the claims' uids.
    func promise(_ chosen: [String: String], to delayed: [PodVolumes.Delayed]) -> Bool {
        promised.withLock { promised in
            guard chosen.allSatisfy({ uid, volume in promised[volume].map { $0.uid == uid } ?? true }) else { return false }
            promised = promised.filter { chosen[$0.value.uid ?? ""] == nil }
            for claim in delayed.map(\.claim) {
                guard let volume = chosen[claim.uid ?? ""] else { continue }
                promised[volume] = Promise(claim: ObjectKey(claim), uid: claim.uid)
            }
            return true
        }
    }

    /// The claims did not get what was kept for them.
    func forgetPromises(to delayed: [PodVolumes.Delayed]) {
        let claims = Set(delayed.map(\.claim.uid))
        promised.withLock { promised in promised = promised.filter { !claims.contains($0.value.uid) } }
    }
}

extension PersistentVolume {
    /// nil where every node reaches it.
    fileprivate var nodeTerms: [NodeSelectorTerm]? { spec?.nodeAffinity?.required?.nodeSelectorTerms }
}

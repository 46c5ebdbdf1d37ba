import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Lets go of claims that were deleted once no pod uses them, and of volumes once no claim has them.
/// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection>
struct VolumeProtectionController: Sendable {
    private static let claimFinalizer = "kubernetes.io/pvc-protection"
    private static let volumeFinalizer = "kubernetes.io/pv-protection"
    /// Keys of claims are in their namespace, keys of volumes in none.
    private let claims: ObjectCache<PersistentVolumeClaim>
    private let volumes: ObjectCache<PersistentVolume>
    private let client: KubernetesClient

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        claims = caches.cache(PersistentVolumeClaim.self)
        volumes = caches.cache(PersistentVolume.self)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("volume-protection", caches: caches, logger: logger) { key in
            if key.namespace.isEmpty { try await release(volume: key) } else { try await release(claim: key) }
            return .settled
        }
        .watches(PersistentVolumeClaim.self) { claim in
            [ObjectKey(claim)] + (claim.spec?.volumeName.map { [ObjectKey(name: $0)] } ?? [])
        }
        .reconciles(PersistentVolume.self)
        .watches(Pod.self) { pod in pod.claimNames.map { ObjectKey(namespace: pod.namespace ?? "", name: $0) } }
    }

    private func release(claim key: ObjectKey) async throws {
        guard let claim = claims[key], claim.isBeingDeleted, claim.metadata.finalizers.contains(Self.claimFinalizer) else { return }
        // Asked of the server, not of a cache: a pod made a moment ago counts.
        let pods = try await client.list(Pod.self, in: key.namespace).items
        let isUsed = pods.contains {
            $0.claimNames.contains(key.name) && !["Succeeded", "Failed"].contains($0.status?.phase ?? "")
        }
        guard !isUsed else { return }
        try await settled {
            _ = try await client.edit(PersistentVolumeClaim.self, key.name, in: key.namespace) {
                $0.metadata.finalizers.removeAll { $0 == Self.claimFinalizer }
            }
        }
    }

    private func release(volume key: ObjectKey) async throws {
        guard let volume = volumes[key], volume.isBeingDeleted, volume.metadata.finalizers.contains(Self.volumeFinalizer) else { return }
        if volume.status?.phase == "Bound", let reference = volume.spec?.claimRef, let name = reference.name {
            let claim = try await client.find(PersistentVolumeClaim.self, name, in: reference.namespace)
            if claim?.uid == reference.uid { return }
        }
        try await settled {
            _ = try await client.edit(PersistentVolume.self, key.name) {
                $0.metadata.finalizers.removeAll { $0 == Self.volumeFinalizer }
            }
        }
    }

    /// Gone meanwhile is as good.
    private func settled(_ write: () async throws -> Void) async throws {
        do { try await write() } catch let error as KubernetesError where error.isNotFound {}
    }
}

extension Pod {
    /// The claims its volumes name, those made for its ephemeral volumes among them.
    var claimNames: [String] {
        (spec?.volumes ?? []).compactMap { volume in
            volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral == nil ? nil : "\(name)-\(volume.name)")
        }
    }
}

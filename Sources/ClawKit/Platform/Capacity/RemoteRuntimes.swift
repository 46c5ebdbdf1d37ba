import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Synchronization

/// The runtimes that run on enrolled capacity: where they answer, and by which token that knows the platform.
final class RemoteRuntimes: Sendable {
    private let api: any KubernetesAPI
    private let runtimes: ObjectCache<Runtime>
    private let capacities: ObjectCache<RemoteCapacity>
    /// By the capacity's uid and how often it was enrolled: each enrolment brings a token of its own.
    private let tokens = Mutex(BoundedMap<String, Secret<String>>(capacity: 10_000))

    init(_ caches: SharedCaches) {
        api = caches.api
        runtimes = caches.cache(Runtime.self)
        capacities = caches.cache(RemoteCapacity.self)
    }

    /// Where a runtime is reached; nil where it runs in the cluster.
    /// - Throws: ``Finding`` (`E_NOT_READY`): nowhere now.
    func capacity(of reference: RuntimeReference) throws(Finding) -> RemoteCapacity? {
        guard let runtime = runtimes.get(reference.runtime, in: reference.project),
            let placement = runtime.spec.placement
        else { return nil }
        // By its status, which nobody writes who may write the runtime; and what holds may have changed since.
        guard let name = runtime.status.capacity, let capacity = capacities.get(name), capacity.isServing,
            capacity.admits(placement, project: reference.project)
        else {
            throw Finding(
                .notReady, "\(reference) is coming back; try again in a moment.", details: ["retryAfter": "2"])
        }
        return capacity
    }

    func token(of capacity: RemoteCapacity) async throws -> Secret<String>? {
        let key = "\(capacity.uid ?? "")/\(capacity.status.epoch)"
        if let known = tokens.withLock({ $0.find(key) }) { return known }
        let secret = try await api.find(
            KubernetesSecret.self, RemoteCapacity.secretPrefix + capacity.name, in: PlatformSettings.namespace)
        guard secret?.metadata.ownerReferences.contains(where: { $0.uid == capacity.uid }) == true,
            let bytes = secret?.data["token"].flatMap({ Base64.decode($0) })
        else { return nil }
        let token = Secret(String(decoding: bytes, as: UTF8.self))
        tokens.withLock { $0.set(token, for: key) }
        return token
    }
}

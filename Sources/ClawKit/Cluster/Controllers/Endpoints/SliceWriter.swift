import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels

/// The slices that one of the controllers keeps for a Service.
struct SliceWriter: Sendable {
    private let client: KubernetesClient
    private let slices: ObjectCache<EndpointSlice>
    private let pending: PendingWrites<EndpointSlice>
    private let manager: String
    private let byService: ObjectIndex<EndpointSlice, ObjectKey>

    init(_ client: KubernetesClient, _ caches: SharedCaches, manager: String) {
        self.client = client
        slices = caches.cache(EndpointSlice.self)
        pending = PendingWrites(slices)
        self.manager = manager
        byService = slices.index { slice in
            guard slice.labels[EndpointNames.sliceManager] == manager, let name = slice.labels[EndpointNames.service] else {
                return []
            }
            return [ObjectKey(namespace: slice.namespace ?? "", name: name)]
        }
    }

    func wait(_ service: ObjectKey, now: Timestamp) -> Duration? { pending.wait(service, now: now) }
    func forget(_ service: ObjectKey) { pending.forget(service) }
    func existing(_ service: ObjectKey) -> [EndpointSlice] { byService[service].filter { !$0.isBeingDeleted } }

    func carryOut(
        _ plans: [SlicePlan], deleting others: [EndpointSlice], for key: ObjectKey, _ now: Timestamp
    ) async throws -> Reconciled {
        do {
            for slice in plans.flatMap(\.created) {
                pending.didMake(try await client.create(slice), for: key, now: now)
            }
            for slice in plans.flatMap(\.updated) {
                pending.didChange(try await client.replace(slice), of: key, now: now)
            }
            for slice in plans.flatMap(\.deleted) + others {
                try await client.deleteIfPresent(EndpointSlice.self, slice.name, in: slice.namespace, uid: slice.uid)
                pending.didDelete(slice, of: key, now: now)
            }
        } catch let error as KubernetesError where error.causes.contains(where: { $0.reason == "NamespaceTerminating" }) {
            return .settled
        } catch let error as KubernetesError where error.isConflict || error.isNotFound {
            return .again(after: .milliseconds(20))
        }
        return .settled
    }
}

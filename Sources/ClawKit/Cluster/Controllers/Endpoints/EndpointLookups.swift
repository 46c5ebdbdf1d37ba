import ClawControl
import ClawKubernetes
import ClawModels
import Synchronization

/// Objects of a kind by a key of their own, kept as the cache changes.
final class CacheIndex<R: Resource>: Sendable {
    private let cache: ObjectCache<R>
    private let keys: @Sendable (R) -> ObjectKey?
    private let index = Mutex<[ObjectKey: Set<ObjectKey>]>([:])

    init(_ cache: ObjectCache<R>, _ keys: @escaping @Sendable (R) -> ObjectKey?) {
        (self.cache, self.keys) = (cache, keys)
        cache.onChange { [weak self] change in self?.didChange(change) }
    }

    private func didChange(_ change: ObjectCache<R>.Change) {
        guard let object = change.object else { return }
        let (old, new, key) = (change.old.flatMap(keys), change.new.flatMap(keys), ObjectKey(object))
        guard old != new else { return }
        index.withLock { index in
            if let old {
                index[old]?.remove(key)
                if index[old]?.isEmpty == true { index[old] = nil }
            }
            if let new { index[new, default: []].insert(key) }
        }
    }

    /// In the order of their names.
    func objects(_ key: ObjectKey) -> [R] {
        index.withLock { $0[key] ?? [] }.sorted().compactMap { cache[$0] }
    }
}

struct SlicesByService: Sendable {
    private let index: CacheIndex<EndpointSlice>

    init(_ slices: ObjectCache<EndpointSlice>, manager: String) {
        index = CacheIndex(slices) { slice in
            guard slice.labels[EndpointNames.sliceManager] == manager, let name = slice.labels[EndpointNames.service] else {
                return nil
            }
            return ObjectKey(namespace: slice.namespace ?? "", name: name)
        }
    }

    func slices(of service: ObjectKey) -> [EndpointSlice] { index.objects(service) }
}

struct PodsByNamespace: Sendable {
    private let index: CacheIndex<Pod>

    init(_ pods: ObjectCache<Pod>) { index = CacheIndex(pods) { ObjectKey(name: $0.namespace ?? "") } }

    func matching(_ labels: LabelQuery, in namespace: String) -> [Pod] {
        index.objects(ObjectKey(name: namespace)).filter { labels.matches($0.labels) }
    }
}

/// Which Services a pod's change concerns.
struct ServiceLookup: Sendable {
    private let index: CacheIndex<Service>
    private let services: ObjectCache<Service>

    init(_ services: ObjectCache<Service>) {
        self.services = services
        index = CacheIndex(services) { $0.members == nil ? nil : ObjectKey(name: $0.namespace ?? "") }
    }

    var all: [ObjectKey] { services.all.filter { $0.members != nil }.map { ObjectKey($0) } }

    func affected(by change: ObjectCache<Pod>.Change) -> [ObjectKey] {
        guard let pod = change.object, isNews(change) else { return [] }
        return index.objects(ObjectKey(name: pod.namespace ?? "")).filter { service in
            guard let members = service.members else { return false }
            return [change.old, change.new].contains { $0.map { members.matches($0.labels) } ?? false }
        }.map { ObjectKey($0) }
    }

    /// Whether anything changed that endpoints show.
    private func isNews(_ change: ObjectCache<Pod>.Change) -> Bool {
        guard let old = change.old, let new = change.new else { return true }
        return old.labels != new.labels || old.status?.podIPs != new.status?.podIPs || old.status?.podIP != new.status?.podIP
            || old.isReady != new.isReady || old.isBeingDeleted != new.isBeingDeleted || old.hasEnded != new.hasEnded
            || old.spec?.nodeName != new.spec?.nodeName || old.uid != new.uid
    }
}

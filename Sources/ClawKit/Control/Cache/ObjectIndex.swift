public import ClawKubernetes
import Synchronization

/// Finds a cache's objects by a value taken from them.
///
///     let byNode = caches.cache(Pod.self).index { pod in pod.spec?.nodeName.map { [$0] } ?? [] }
///     byNode["node-1"]     // the pods of that node
///
/// Kept up with every change of the cache; a look takes time in what it finds.
public final class ObjectIndex<R: Resource, Value: Hashable & Sendable>: CacheIndex {
    private let cache: ObjectCache<R>
    private let values: @Sendable (R) -> [Value]
    private let keys = Mutex<[Value: Set<ObjectKey>]>([:])

    init(_ cache: ObjectCache<R>, _ values: @escaping @Sendable (R) -> [Value]) {
        (self.cache, self.values) = (cache, values)
    }

    /// The objects that have the value, sorted by key.
    public subscript(_ value: Value) -> [R] {
        keys(of: value).compactMap { cache[$0] }.filter { values($0).contains(value) }
    }

    public func keys(of value: Value) -> [ObjectKey] { keys.withLock { $0[value]?.sorted() ?? [] } }

    /// As ``ObjectCache/fingerprint(of:)``, of the objects that have the value.
    func fingerprint(of value: Value) -> Int {
        guard let found = keys.withLock({ $0[value] }) else { return 0 }
        return cache.fingerprint(of: found)
    }

    func insert(_ key: ObjectKey, _ object: R) {
        let values = values(object)
        guard !values.isEmpty else { return }
        keys.withLock { keys in for value in values { keys[value, default: []].insert(key) } }
    }

    func remove(_ key: ObjectKey, _ object: R) {
        let values = values(object)
        guard !values.isEmpty else { return }
        keys.withLock { keys in
            for value in values where keys[value]?.remove(key) != nil {
                if keys[value]?.isEmpty ?? false { keys[value] = nil }
            }
        }
    }
}

/// What a cache keeps up beside its objects, under its lock.
protocol CacheIndex<R>: AnyObject, Sendable {
    associatedtype R: Resource
    func insert(_ key: ObjectKey, _ object: R)
    func remove(_ key: ObjectKey, _ object: R)
}

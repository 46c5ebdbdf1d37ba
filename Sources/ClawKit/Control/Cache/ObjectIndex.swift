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
    private let keys = Mutex<[Value: KeySet]>([:])

    init(_ cache: ObjectCache<R>, _ values: @escaping @Sendable (R) -> [Value]) {
        (self.cache, self.values) = (cache, values)
    }

    /// The objects that have the value, sorted by key.
    public subscript(_ value: Value) -> [R] {
        // What changed since the keys were read is left out.
        keys(of: value).compactMap { cache[$0] }.filter { values($0).contains(value) }
    }

    public func keys(of value: Value) -> [ObjectKey] { keys.withLock { $0[value]?.sorted ?? [] } }

    /// How many objects have the value.
    public func count(of value: Value) -> Int { keys.withLock { $0[value]?.count ?? 0 } }

    /// As ``ObjectCache/fingerprint(of:)``, of the objects that have the value.
    func fingerprint(of value: Value) -> Int {
        guard let found = keys.withLock({ $0[value]?.unsorted }) else { return 0 }
        return cache.fingerprint(of: found)
    }

    func change(_ key: ObjectKey, from old: R?, to new: R?) {
        let (former, present) = (old.map(values) ?? [], new.map(values) ?? [])
        guard former != present else { return }
        keys.withLock { keys in
            for value in former { keys[value].remove(key) }
            for value in present { keys[value].insert(key) }
        }
    }
}

/// What a cache keeps up beside its objects, under its lock.
protocol CacheIndex<R>: AnyObject, Sendable {
    associatedtype R: Resource
    /// `old` is nil where the object is new, `new` where it goes.
    func change(_ key: ObjectKey, from old: R?, to new: R?)
}

public import ClawBase
public import ClawKubernetes
import Synchronization

/// A local copy of the objects of a kind, kept by one watch.
///
/// Reads never wait and never reach the server. `managedFields` are dropped: nobody reads them from a cache.
public final class ObjectCache<R: Resource>: Sendable {
    /// What happened to an object: `old` is nil when it appeared, `new` when it went.
    public struct Change: Sendable {
        public let old: R?
        public let new: R?
        /// The newer of the two.
        public var object: R? { new ?? old }
    }

    private struct State {
        var objects: [ObjectKey: R] = [:]
        /// Owner's uid → keys of what it controls.
        var owned: [String: Set<ObjectKey>] = [:]
        var isSynced = false
        var handlers: [@Sendable (Change) -> Void] = []
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter: UInt64 = 0

        mutating func keep(_ key: ObjectKey, _ object: R) {
            forgetOwner(of: key)
            objects[key] = object
            if let uid = object.controllerUID { owned[uid, default: []].insert(key) }
        }

        mutating func forget(_ key: ObjectKey) {
            forgetOwner(of: key)
            objects[key] = nil
        }

        private mutating func forgetOwner(of key: ObjectKey) {
            guard let uid = objects[key]?.controllerUID else { return }
            owned[uid]?.remove(key)
            if owned[uid]?.isEmpty == true { owned[uid] = nil }
        }
    }

    private let api: any KubernetesAPI
    private let namespace: String?
    private let selection: Selection
    private let time: any TimeSource
    private let state = Mutex(State())

    public init(
        _ type: R.Type = R.self, of api: some KubernetesAPI, in namespace: String? = nil,
        matching selection: Selection = .all, time: some TimeSource = .system
    ) {
        (self.api, self.namespace, self.selection, self.time) = (api, namespace, selection, time)
    }

    // MARK: reading

    public subscript(key: ObjectKey) -> R? { state.withLock { $0.objects[key] } }

    public func get(_ name: String, in namespace: String = "") -> R? { self[ObjectKey(namespace: namespace, name: name)] }

    public var all: [R] { state.withLock { Array($0.objects.values) } }

    public var count: Int { state.withLock { $0.objects.count } }

    /// The objects whose controller has that uid.
    public func controlled(by uid: String) -> [R] {
        state.withLock { state in (state.owned[uid] ?? []).sorted().compactMap { state.objects[$0] } }
    }

    public var isSynced: Bool { state.withLock { $0.isSynced } }

    // MARK: following

    /// Calls `handler` for every change from now on, and for every object already there. It must be quick.
    public func onChange(_ handler: @escaping @Sendable (Change) -> Void) {
        let present = state.withLock { state in
            state.handlers.append(handler)
            return Array(state.objects.values)
        }
        for object in present { handler(Change(old: nil, new: object)) }
    }

    /// Returns once the first complete list is in.
    /// - Throws: `CancellationError`.
    public func waitUntilSynced() async throws {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.isSynced || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
            try Task.checkCancellation()
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    /// Keeps the copy until cancelled.
    /// - Throws: what the watch cannot mend (see ``Watch``).
    public func run() async throws {
        for try await event in api.watch(R.self, in: namespace, matching: selection, time: time) {
            switch event {
            case .snapshot(let objects): replace(with: objects)
            case .applied(let object): apply(object)
            case .deleted(let object): remove(ObjectKey(object))
            }
        }
    }

    private func replace(with objects: [R]) {
        let fresh = Dictionary(objects.map { (ObjectKey($0), stripped($0)) }) { first, _ in first }
        let (changes, handlers, waiters) = state.withLock { state in
            var changes: [Change] = []
            for (key, old) in state.objects where fresh[key] == nil {
                state.forget(key)
                changes.append(Change(old: old, new: nil))
            }
            for (key, new) in fresh {
                let old = state.objects[key]
                if let old, old.resourceVersion == new.resourceVersion { continue }
                state.keep(key, new)
                changes.append(Change(old: old, new: new))
            }
            state.isSynced = true
            let waiters = state.waiters
            state.waiters = [:]
            return (changes, state.handlers, waiters)
        }
        for waiter in waiters.values { waiter.resume() }
        for change in changes { for handler in handlers { handler(change) } }
    }

    private func apply(_ object: R) {
        let key = ObjectKey(object)
        let new = stripped(object)
        let (change, handlers) = state.withLock { state in
            let old = state.objects[key]
            state.keep(key, new)
            return (Change(old: old, new: new), state.handlers)
        }
        for handler in handlers { handler(change) }
    }

    private func remove(_ key: ObjectKey) {
        let (change, handlers) = state.withLock { state -> (Change?, [@Sendable (Change) -> Void]) in
            guard let old = state.objects[key] else { return (nil, []) }
            state.forget(key)
            return (Change(old: old, new: nil), state.handlers)
        }
        if let change { for handler in handlers { handler(change) } }
    }

    private func stripped(_ object: R) -> R {
        var object = object
        object.document.modify(.metadata) { $0?["managedFields"] = nil }
        return object
    }
}

extension Resource {
    /// The uid of the owner that controls this object.
    var controllerUID: String? { metadata.ownerReferences.first { $0.controller == true }?.uid }
}

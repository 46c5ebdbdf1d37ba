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
        var owners = OwnerIndex()
        var isSynced = false
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter: UInt64 = 0

        /// nil where the cache has this very version already.
        mutating func keep(_ key: ObjectKey, _ object: R) -> Change? {
            let old = objects[key]
            if let old, let version = old.resourceVersion, version == object.resourceVersion { return nil }
            forgetOwner(of: key)
            objects[key] = object
            if let uid = object.controllerUID { owners.insert(key, owner: uid) }
            return Change(old: old, new: object)
        }

        mutating func forget(_ key: ObjectKey) -> R? {
            forgetOwner(of: key)
            return objects.removeValue(forKey: key)
        }

        private mutating func forgetOwner(of key: ObjectKey) {
            guard let uid = objects[key]?.controllerUID else { return }
            owners.remove(key, owner: uid)
        }
    }

    private let api: any KubernetesAPI
    private let namespace: String?
    private let selection: Selection
    private let time: any TimeSource
    private let state = Mutex(State())
    /// Held while a change is made and told, by which every handler hears changes in the order they were made.
    /// Readers do not need it.
    private let handlers = Mutex<[@Sendable (Change) -> Void]>([])

    public init(
        _ type: R.Type = R.self, of api: some KubernetesAPI, in namespace: String? = nil,
        matching selection: Selection = .all, time: some TimeSource = .system
    ) {
        (self.api, self.namespace, self.selection, self.time) = (api, namespace, selection, time)
    }

    // MARK: reading

    public subscript(key: ObjectKey) -> R? { state.withLock { $0.objects[key] } }

    public func get(_ name: String, in namespace: String = "") -> R? {
        self[ObjectKey(namespace: namespace, name: name)]
    }

    public var all: [R] { state.withLock { Array($0.objects.values) } }

    public var count: Int { state.withLock { $0.objects.count } }

    /// The objects whose controller has that uid.
    public func controlled(by uid: String) -> [R] {
        state.withLock { state in
            state.owners.keys(of: uid).compactMap { state.objects[$0] }.filter { $0.controllerUID == uid }
        }
    }

    public var isSynced: Bool { state.withLock { $0.isSynced } }

    // MARK: following

    /// Tells `handler` of every object already there, before this returns, and of every change from then on.
    ///
    /// A handler hears each change once and in order, one at a time, and the `old` of a change is the `new` of the
    /// object's last one. What it reads from the cache meanwhile is as new as the change. It must be quick: it holds
    /// up the watch. It must not call `onChange` of the same cache.
    public func onChange(_ handler: @escaping @Sendable (Change) -> Void) {
        handlers.withLock { handlers in
            handlers.append(handler)
            for object in all { handler(Change(old: nil, new: object)) }
        }
    }

    /// Returns once the first complete list is in and has been told.
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
        for try await event in api.droppingManagedFields.watch(R.self, in: namespace, matching: selection, time: time) {
            switch event {
            case .snapshot(let objects): replace(with: objects)
            case .applied(let object): apply(object)
            case .deleted(let object): remove(ObjectKey(object))
            }
        }
    }

    private func replace(with objects: [R]) {
        let fresh = objects.map { (key: ObjectKey($0), object: stripped($0)) }
        let keys = Set(fresh.map(\.key))
        change { state in
            var changes: [Change] = []
            for (key, old) in state.objects where !keys.contains(key) {
                _ = state.forget(key)
                changes.append(Change(old: old, new: nil))
            }
            for (key, new) in fresh {
                if let change = state.keep(key, new) { changes.append(change) }
            }
            return changes
        }
        let waiters = state.withLock { state in
            state.isSynced = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    private func apply(_ object: R) {
        let new = stripped(object)
        change { state in state.keep(ObjectKey(new), new).map { [$0] } ?? [] }
    }

    private func remove(_ key: ObjectKey) {
        change { state in state.forget(key).map { [Change(old: $0, new: nil)] } ?? [] }
    }

    /// The one way by which the copy changes.
    private func change(_ body: (inout State) -> [Change]) {
        handlers.withLock { handlers in
            let changes = state.withLock { body(&$0) }
            for change in changes { for handler in handlers { handler(change) } }
        }
    }

    /// An embedded server hands its objects out as they are.
    private func stripped(_ object: R) -> R {
        guard object.document[.metadata]?["managedFields"] != nil else { return object }
        var object = object
        object.document.modify(.metadata) { $0?["managedFields"] = nil }
        return object
    }
}

extension Resource {
    /// The uid of the owner that controls this object.
    var controllerUID: String? { metadata.ownerReferences.first { $0.controller == true }?.uid }
}

public import ClawBase
public import ClawKubernetes
import ClawDocuments
import Synchronization

/// A local copy of the objects of a kind, kept by one watch.
///
/// Reads never wait and never reach the server. `managedFields` are dropped: nobody reads them from a cache. Of kinds of
/// which only the metadata matters, `ObjectCache<PartialObjectMetadata<Pod>>` gets and keeps no more than that.
public final class ObjectCache<R: Resource>: Sendable {
    /// What happened to an object: `old` is nil when it appeared, `new` when it went.
    public struct Change: Sendable {
        public let old: R?
        public let new: R?
        /// Found by the first list, or by whoever joined later: it may have been there for long.
        public internal(set) var isPresent = false
        /// The reconcile that wrote it; nil where the watch told of it.
        var writer: Writer?

        init(old: R?, new: R?) { (self.old, self.new) = (old, new) }

        /// The newer of the two.
        public var object: R? { new ?? old }
    }

    private struct State {
        var copy = CacheState<R>()
        var isSynced = false
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let api: any KubernetesAPI
    private let scope: CacheScope
    private let transform: (@Sendable (inout R) -> Void)?
    private let labels: LabelQuery?
    private let time: any TimeSource
    private let state = Mutex(State())
    /// Held while a change is made and told, by which every handler hears changes in the order they were made.
    /// Readers do not need it.
    private let handlers = Mutex<[@Sendable (Change) -> Void]>([])

    /// - Parameter transform: applied to each object before it is kept: what nobody reads need not be kept. Objects that
    ///   were changed so must not be written back as a whole.
    public init(
        _ type: R.Type = R.self, of api: some KubernetesAPI, in scope: CacheScope = .all,
        time: some TimeSource = .system, transform: (@Sendable (inout R) -> Void)? = nil
    ) {
        (self.api, self.scope, self.transform, self.time) = (api, scope, transform, time)
        labels = scope.selection.labelSelector.map { (try? LabelQuery(parsing: $0)) ?? .everything }
    }

    // MARK: reading

    public subscript(key: ObjectKey) -> R? { state.withLock { $0.copy.object(key) } }

    public func get(_ name: String, in namespace: String = "") -> R? {
        self[ObjectKey(namespace: namespace, name: name)]
    }

    public var all: [R] { state.withLock { $0.copy.all } }

    public var keys: [ObjectKey] { state.withLock { Array($0.copy.entries.keys) } }

    public var count: Int { state.withLock { $0.copy.entries.count } }

    /// The objects whose controller has that uid.
    public func controlled(by uid: String) -> [R] { state.withLock { $0.copy.controlled(by: uid) } }

    /// Numbers that are others as soon as one of the objects meant is another, or has another version.
    func fingerprint(controlledBy uid: String) -> Int { state.withLock { $0.copy.fingerprint(controlledBy: uid) } }
    func fingerprint(of keys: some Sequence<ObjectKey>) -> Int {
        state.withLock { $0.copy.fingerprint(of: keys) }
    }

    /// An index by what `values` takes from each object, kept up from now on: keep it, an index is not found again.
    public func index<Value: Hashable & Sendable>(_ values: @escaping @Sendable (R) -> [Value]) -> ObjectIndex<R, Value> {
        let index = ObjectIndex(self, values)
        state.withLock { $0.copy.add(index) }
        return index
    }

    public var isSynced: Bool { state.withLock { $0.isSynced } }

    public var statistics: CacheStatistics { state.withLock { $0.copy.statistics } }

    // MARK: following

    /// Tells `handler` of every object already there, before this returns, and of every change from then on.
    ///
    /// A handler hears each change once and in order, one at a time, and the `old` of a change is the `new` of the
    /// object's last one. What it reads from the cache meanwhile is as new as the change. It must be quick: it holds
    /// up the watch. It must not call `onChange` of the same cache.
    public func onChange(_ handler: @escaping @Sendable (Change) -> Void) {
        handlers.withLock { handlers in
            handlers.append(handler)
            for object in all {
                var change = Change(old: nil, new: object)
                change.isPresent = true
                handler(change)
            }
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
        var events = api.droppingManagedFields
            .watch(R.self, in: scope.namespace, matching: scope.selection, time: time).makeAsyncIterator()
        while let event = try await events.next() {
            switch event {
            case .snapshot(let objects): replace(with: objects, version: events.resourceVersion)
            case .applied(let object):
                if state.withLock({ $0.copy.isKnown(object) }) { continue }
                let new = kept(object)
                change { $0.apply(new).map { [$0] } ?? [] }
            case .deleted(let object): change { $0.remove(object).map { [$0] } ?? [] }
            }
        }
    }

    private func replace(with objects: [R], version: String?) {
        let fresh = objects.map { kept($0, isListed: true) }
        change(isFirst: !isSynced) { $0.replace(with: fresh, version: version) }
        let waiters = state.withLock { state in
            state.isSynced = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// The one way by which the copy changes.
    private func change(isFirst: Bool = false, by writer: Writer? = nil, _ body: (inout CacheState<R>) -> [Change]) {
        handlers.withLock { handlers in
            var changes = state.withLock { body(&$0.copy) }
            for index in changes.indices {
                changes[index].isPresent = isFirst
                changes[index].writer = writer
            }
            for change in changes { for handler in handlers { handler(change) } }
        }
    }

    /// - Parameter isListed: it may be a view into the bytes of a whole list, which would be held on to for one object.
    private func kept(_ object: R, isListed: Bool = false) -> R {
        var object = object
        if object.document[.metadata]?["managedFields"] != nil {
            // An embedded server hands its objects out as they are.
            object.document.modify(.metadata) { $0?["managedFields"] = nil }
        } else if isListed {
            object.document = object.document.packed()
        }
        transform?(&object)
        return object
    }

    // MARK: what this process writes

    /// What the server answered to a write: it is read from the cache at once, whenever the watch will tell of it.
    func noteWritten(_ document: JSONObject, by writer: Writer?) {
        guard let object = within(document) else { return }
        change(by: writer) { $0.noteWritten(object).map { [$0] } ?? [] }
    }

    func noteDeleted(_ key: ObjectKey, uid: String?, version: UInt64, by writer: Writer?) {
        change(by: writer) { $0.noteDeleted(key, uid: uid, version: version).map { [$0] } ?? [] }
    }

    /// The document as it would come by the watch; nil where it would not, or where that cannot be told.
    private func within(_ document: JSONObject) -> R? {
        var document = document
        if R.representation == .metadata {
            document.removeAll { name, _ in !["apiVersion", "kind", "metadata"].contains(name) }
        }
        let object = R(document: document, type: R.type)
        if let namespace = scope.namespace, object.namespace != namespace { return nil }
        if scope.selection.fieldSelector != nil { return nil }
        if let labels, !labels.matches(object.labels) { return nil }
        return kept(object)
    }

    // MARK: memory

    func spill(to file: SpillFile) { state.withLock { $0.copy.spill(to: file) } }

    var isSpilled: Bool { state.withLock { $0.copy.isSpilled } }
}

/// Who wrote an object: one controller's reconcile of one key.
struct Writer: Sendable, Hashable {
    let controller: ObjectIdentifier
    let key: ObjectKey
}

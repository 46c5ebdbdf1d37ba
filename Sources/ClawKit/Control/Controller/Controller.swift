import ClawBase
public import ClawKubernetes
public import Logging
import Synchronization

/// Brings the real state to the declared one, key by key.
///
///     let controller = Controller(for: Site.self, caches: caches, logger: logger) { site, context in
///         …                              // look at the present state, act by context.api, return
///         return .settled
///     }
///     .owns(Deployment.self)             // changes of a Deployment ask for the Site that controls it
///     .watches(Node.self) { node in … }  // and these for the keys that you name
///     try await controller.run()
///
/// A reconcile that throws is tried again with exponential back-off for its key alone; one that hangs is cancelled
/// at its deadline, and should it not heed that, only its own key waits for it. Different keys are worked on at the same
/// time, the same key never; tenants (namespaces, unless said otherwise) are served in turn.
public final class Controller: Sendable {
    public let name: String
    /// The kind of its keys; nil where they may be of any.
    let kind: ResourceType?
    let caches: SharedCaches
    let options: Options
    let logger: Logger
    let reconcile: @Sendable (ReconcileContext) async throws -> Reconciled
    let queue: Mutex<WorkQueueState<ObjectKey>>
    let journal: Mutex<ReconcileJournal>
    let news = Signal()
    let alarm = Alarm()
    let drains = Drains()
    let sources = Mutex(Sources())

    /// What a controller waits for before it begins, and what runs beside it.
    struct Sources: Sendable {
        var syncs: [@Sendable () async throws -> Void] = []
        var companions: [@Sendable () async throws -> Void] = []
        /// What comes before each reconcile, and may take its place.
        var steps: [@Sendable (ReconcileContext) async throws -> Reconciled?] = []
        /// What reconciles write with; nil: the caches' API.
        var writer: (any KubernetesAPI)?
        /// Whether a key is this replica's to work on.
        var owns: @Sendable (ObjectKey) -> Bool = { _ in true }
        /// The API for a key, refusing writes once another replica may have it.
        var fence: @Sendable (any KubernetesAPI, ObjectKey) -> any KubernetesAPI = { api, _ in api }
        var metrics: ControllerMetrics?
        /// What it writes, as far as that is known.
        var permissions: [Permission] = []
        /// The keys of all objects of the controller's own kind.
        var keys: @Sendable () -> [ObjectKey] = { [] }
    }

    init(
        _ name: String, kind: ResourceType?, caches: SharedCaches, options: Options, logger: Logger,
        reconcile: @escaping @Sendable (ReconcileContext) async throws -> Reconciled
    ) {
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        (self.name, self.kind, self.caches, self.options, self.logger) = (name, kind, caches, options, logger)
        self.reconcile = reconcile
        queue = Mutex(WorkQueueState(options.limits, tenant: options.tenant))
        journal = Mutex(ReconcileJournal(keys: options.rememberedKeys))
    }

    /// A controller of one kind: it is asked for every object of it, and told the object as it is now. An object that is
    /// gone is not told.
    /// - Parameters:
    ///   - name: in logs and metrics; nil: the kind's plural.
    ///   - predicate: which changes of the object itself ask for it.
    public convenience init<R: Resource>(
        for type: R.Type, name: String? = nil, in scope: CacheScope = .all, when predicate: ChangePredicate<R> = .any,
        caches: SharedCaches, options: Options = Options(), logger: Logger,
        reconcile: @escaping @Sendable (R, ReconcileContext) async throws -> Reconciled
    ) {
        let cache = caches.cache(R.self, in: scope)
        self.init(
            name ?? R.type.plural, kind: R.type, caches: caches, options: options, logger: logger
        ) { context in
            guard let object = cache[context.key] else { return .settled }
            return try await reconcile(object, context)
        }
        sources.withLock { $0.keys = { cache.keys } }
        watches(R.self, in: scope, when: predicate, as: .itself) { [ObjectKey($0)] }
    }

    /// A controller of keys of any kind, told the key and given what to act by.
    public convenience init(
        keys name: String, caches: SharedCaches, options: Options = Options(), logger: Logger,
        reconcile: @escaping @Sendable (ReconcileContext) async throws -> Reconciled
    ) {
        self.init(name, kind: nil, caches: caches, options: options, logger: logger, reconcile: reconcile)
    }

    /// A controller of keys, which looks up itself what it needs.
    public convenience init(
        _ name: String, caches: SharedCaches, options: Options = Options(), logger: Logger,
        reconcile: @escaping @Sendable (ObjectKey) async throws -> Reconciled
    ) {
        self.init(name, kind: nil, caches: caches, options: options, logger: logger) { try await reconcile($0.key) }
    }

    // MARK: asking

    /// Asks for a reconcile of one key: at once in the lane ``Lane/user``, in others after ``Options/debounce``.
    public func ask(for key: ObjectKey, lane: Lane = .normal) { ask(for: [key], lane: lane) }

    /// Asks for a reconcile of each.
    public func ask(for keys: [ObjectKey], lane: Lane = .normal) {
        guard !keys.isEmpty else { return }
        let now = caches.time.now
        update { queue in
            for key in keys { add(key, to: &queue, lane, cause: Cause(.asked, object: key, moment: now), now: now) }
        }
        news.raise()
    }

    /// What somebody waits for at once, what follows from other things when they are quiet.
    func add(
        _ key: ObjectKey, to queue: inout WorkQueueState<ObjectKey>, _ lane: Lane, cause: Cause, now: Timestamp
    ) {
        if lane != .user, options.debounce > .zero {
            queue.settle(key, for: options.debounce, lane, cause: cause, now: now)
        } else {
            queue.add(key, lane, cause: cause, now: now)
        }
    }

    /// Changes the queue, and counts what joined it.
    @discardableResult
    func update<R: Sendable>(_ body: (inout sending WorkQueueState<ObjectKey>) -> sending R) -> R {
        let (result, joined) = queue.withLock { queue in
            let before = queue.joinedCount
            let result = body(&queue)
            return (result, queue.joinedCount - before)
        }
        if joined > 0, let metrics = sources.withLock({ $0.metrics }) {
            for _ in 0..<joined { metrics.added() }
        }
        return result
    }

    /// Asks for every object of the controller's kind, behind everything else.
    public func resync() {
        let (keys, now) = (sources.withLock { $0.keys }(), caches.time.now)
        update { queue in
            for key in keys { queue.add(key, .background, cause: Cause(.resync, object: key, moment: now), now: now) }
        }
        news.raise()
    }

    /// Whether nothing waits and nothing is being worked on; what waits for its time (a retry, `again(after:)`) does
    /// not count.
    public var isIdle: Bool { queue.withLock { $0.isIdle } }

    /// Whether so many reconciles do not end that no others begin: the program should be started anew.
    public var isStuck: Bool { queue.withLock { $0.isStuck } }

    // MARK: explaining

    /// The last reconciles of a key, oldest first.
    public func records(of key: ObjectKey) -> [ReconcileRecord] { journal.withLock { $0.records(of: key) } }

    /// Why the last reconciles of an object happened, and what they wrote: one line each.
    public func explain(_ key: ObjectKey) -> String {
        let records = records(of: key)
        let title = "\(kind?.kind ?? name) \(key)"
        guard !records.isEmpty else { return "\(title): no reconcile is remembered" }
        return ([title] + records.map { "  \($0)" }).joined(separator: "\n")
    }

    public func explain(_ object: some Resource) -> String { explain(ObjectKey(object)) }
}

public import ClawBase
public import ClawKubernetes
public import Logging
import Synchronization

/// What a reconcile says about when it wants to be asked again.
public enum Reconciled: Sendable, Hashable {
    /// When something changes.
    case settled
    /// At the latest after this time, even if nothing changes.
    case again(after: Duration)
}

/// Brings the real state to the declared one, key by key.
///
///     let controller = Controller("volumes", caches: caches) { key in
///         …                                        // look at the present state of `key`, act, return
///     }
///     controller.reconciles(Volume.self)           // changes of a Volume ask for the Volume
///     controller.owns(Pod.self)                    // changes of a Pod ask for the Volume that controls it
///     try await controller.run()
///
/// A reconcile that throws is tried again with exponential back-off for its key alone; one that hangs is cancelled
/// at its deadline. Different keys are worked on at the same time, the same key never.
public final class Controller: Sendable {
    public struct Options: Sendable {
        /// How many keys are worked on at once.
        public var concurrency = 8
        public var deadline: Duration = .seconds(60)
        public var backoff = Backoff(initial: .milliseconds(50), cap: .seconds(60))
        public init() {}
    }

    public let name: String
    private let caches: SharedCaches
    private let options: Options
    private let logger: Logger
    private let reconcile: @Sendable (ObjectKey) async throws -> Reconciled
    private let queue = Mutex(WorkQueueState<ObjectKey>())
    private let news = Signal()
    private let syncs = Mutex<[@Sendable () async throws -> Void]>([])

    public init(
        _ name: String, caches: SharedCaches, options: Options = Options(), logger: Logger,
        reconcile: @escaping @Sendable (ObjectKey) async throws -> Reconciled
    ) {
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        (self.name, self.caches, self.options, self.logger) = (name, caches, options, logger)
        self.reconcile = reconcile
    }

    // MARK: what asks for a reconcile

    /// Changes of these objects ask for the object itself.
    @discardableResult
    public func reconciles<R: Resource>(_ type: R.Type) -> Self { watches(type) { [ObjectKey($0)] } }

    /// Changes of these objects ask for the object that controls them, in the same namespace (or without one).
    @discardableResult
    public func owns<R: Resource>(_ type: R.Type, by ownerKind: String) -> Self {
        watches(type) { object in
            guard let owner = object.metadata.ownerReferences.first(where: { $0.controller == true }),
                owner.kind == ownerKind
            else { return [] }
            return [ObjectKey(namespace: object.namespace ?? "", name: owner.name)]
        }
    }

    /// Changes of these objects ask for the keys that `map` names.
    @discardableResult
    public func watches<R: Resource>(_ type: R.Type, _ map: @escaping @Sendable (R) -> [ObjectKey]) -> Self {
        let cache = caches.cache(type)
        cache.onChange { [weak self] change in
            if let object = change.object { for key in map(object) { self?.ask(for: key) } }
        }
        syncs.withLock { $0.append { try await cache.waitUntilSynced() } }
        return self
    }

    /// Asks for a reconcile of one key.
    public func ask(for key: ObjectKey) {
        queue.withLock { $0.add(key) }
        news.raise()
    }

    /// Whether nothing waits and nothing is being worked on.
    public var isIdle: Bool { queue.withLock { $0.isIdle } }

    // MARK: running

    /// Reconciles until cancelled; begins once all its caches are complete.
    public func run() async throws {
        for sync in syncs.withLock({ $0 }) { try await sync() }
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                try Task.checkCancellation()
                let now = caches.time.now
                let key = queue.withLock { queue in
                    queue.inWorkCount < options.concurrency ? queue.take(now: now) : nil
                }
                if let key {
                    group.addTask { await self.work(on: key) }
                } else {
                    try await waitForNews()
                }
            }
        }
    }

    private func work(on key: ObjectKey) async {
        let now = { self.caches.time.now }
        do {
            let outcome = try await caches.time.withDeadline(options.deadline, "The reconcile of \(key)") {
                try await self.reconcile(key)
            }
            queue.withLock { queue in
                queue.succeeded(key)
                queue.finish(key)
                if case .again(let delay) = outcome { queue.add(key, at: now() + delay) }
            }
        } catch {
            let isCancelled = Task.isCancelled
            let delay = queue.withLock { queue in
                let delay = options.backoff.delay(afterFailures: queue.failed(key))
                queue.finish(key)
                if !isCancelled { queue.add(key, at: now() + delay) }
                return delay
            }
            if !isCancelled {
                logger.warning(
                    "reconcile failed", metadata: ["key": "\(key)", "error": "\(error)", "retry": "\(delay)"])
            }
        }
        news.raise()
    }

    /// Sleeps until something is added or finished, or the next delayed key is due.
    private func waitForNews() async throws {
        guard let due = queue.withLock({ $0.nextDue }) else { return try await news.wait() }
        let (time, news) = (caches.time, news)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await news.wait() }
            group.addTask { try await time.sleep(until: due) }
            try await group.next()
            group.cancelAll()
            // The loser ends with a cancellation, which is no error here.
            while let result = await group.nextResult() { _ = result }
        }
    }
}

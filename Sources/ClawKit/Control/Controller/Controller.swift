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
            // The old one's keys too: an object that changes its owner concerns both.
            let keys = change.new.map(map) ?? []
            let formerKeys = change.old.map(map) ?? []
            self?.ask(for: keys + formerKeys.filter { !keys.contains($0) })
        }
        syncs.withLock { $0.append { try await cache.waitUntilSynced() } }
        return self
    }

    /// Asks for a reconcile of one key.
    public func ask(for key: ObjectKey) { ask(for: [key]) }

    /// Asks for a reconcile of each.
    public func ask(for keys: [ObjectKey]) {
        guard !keys.isEmpty else { return }
        queue.withLock { queue in for key in keys { queue.add(key) } }
        news.raise()
    }

    /// Whether nothing waits and nothing is being worked on; what waits for its time (a retry, `again(after:)`) does
    /// not count.
    public var isIdle: Bool { queue.withLock { $0.isIdle } }

    // MARK: running

    /// Reconciles until cancelled; begins once all its caches are complete. Runs once at a time.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        for sync in syncs.withLock({ $0 }) { try await sync() }
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                try Task.checkCancellation()
                switch nextMove() {
                case .work(let key): group.addTask { await self.work(on: key) }
                case .wait(let due): try await waitForNews(until: due)
                }
            }
        }
    }

    private enum Move {
        case work(ObjectKey)
        case wait(until: Timestamp?)
    }

    private func nextMove() -> Move {
        let now = caches.time.now
        return queue.withLock { queue in
            // With all hands at work the clock does not matter: only a reconcile's end is news.
            guard queue.inWorkCount < max(1, options.concurrency) else { return .wait(until: nil) }
            return queue.take(now: now).map(Move.work) ?? .wait(until: queue.nextDue)
        }
    }

    private func work(on key: ObjectKey) async {
        // What a reconcile says of the time, it says by the time at which it began.
        let start = caches.time.now
        do {
            let outcome = try await caches.time.withDeadline(options.deadline, "The reconcile of \(key)") {
                try await self.reconcile(key)
            }
            queue.withLock { queue in
                queue.succeeded(key)
                queue.finish(key)
                if case .again(let delay) = outcome { queue.add(key, at: start + delay) }
            }
        } catch {
            if Task.isCancelled { putBack(key) } else { retry(key, after: error) }
        }
        news.raise()
    }

    /// What the end of the run interrupted is not lost to the next run, nor is it a failure.
    private func putBack(_ key: ObjectKey) {
        queue.withLock { queue in
            queue.finish(key)
            queue.add(key)
        }
    }

    private func retry(_ key: ObjectKey, after error: any Error) {
        let now = caches.time.now
        let delay = queue.withLock { queue in
            let delay = options.backoff.delay(afterFailures: queue.failed(key))
            queue.finish(key)
            queue.add(key, at: now + delay)
            return delay
        }
        logger.warning("reconcile failed", metadata: ["key": "\(key)", "error": "\(error)", "retry": "\(delay)"])
    }

    /// Sleeps until something is added or finished, or the next delayed key is due.
    private func waitForNews(until due: Timestamp?) async throws {
        guard let due else { return try await news.wait() }
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

import ClawBase
public import ClawKubernetes
import Logging
import ServiceLifecycle
import Synchronization
import Tracing

extension Controller {
    /// Reconciles until cancelled or shut down gracefully; begins once all its caches are complete. Runs once at a time.
    ///
    /// A graceful shutdown begins no more reconciles and waits for those under way.
    /// - Parameter api: what reconciles write with, ``ReconcileContext/api``; nil: the caches' API.
    /// - Throws: `CancellationError`.
    public func run(writingWith api: (any KubernetesAPI)? = nil) async throws {
        let (syncs, companions) = sources.withLock { sources in
            sources.writer = api
            return (sources.syncs, sources.companions)
        }
        // Caches that never fill, of a server that is away, do not hold up a shutdown.
        let isSynced: Void? = try await untilGracefulShutdown { for sync in syncs { try await sync() } }
        guard isSynced != nil else { return }
        try await withThrowingDiscardingTaskGroup { group in
            for companion in companions { group.addTask { try await Self.untilShutdown(companion) } }
            group.addTask {
                try await Self.untilShutdown { try await self.alarm.run(self.caches.time) { self.news.raise() } }
            }
            if let interval = options.resync {
                group.addTask { try await Self.untilShutdown { try await self.resync(every: interval) } }
            }
            try await withGracefulShutdownHandler {
                while !Task.isShuttingDownGracefully {
                    try Task.checkCancellation()
                    switch nextMove() {
                    case .work(let item): group.addTask { await self.work(on: item) }
                    case .wait(let due):
                        alarm.set(due)
                        try await news.wait()
                    case .waitForHands: try await news.wait()
                    }
                }
            } onGracefulShutdown: {
                self.news.raise()
            }
        }
    }

    private static func untilShutdown(_ body: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await untilGracefulShutdown(body)
    }

    private func resync(every interval: Duration) async throws {
        while true {
            try await caches.time.sleep(for: interval)
            resync()
        }
    }

    private enum Move {
        case work(WorkQueueState<ObjectKey>.Item)
        /// For news, or the moment.
        case wait(until: Timestamp?)
        /// With all hands at work the clock does not matter: only a reconcile's end is news.
        case waitForHands
    }

    private func nextMove() -> Move {
        let (now, owns) = (caches.time.now, sources.withLock { $0.owns })
        return update { queue in
            guard queue.hasRoom else { return .waitForHands }
            while let item = queue.take(now: now) {
                if owns(item.key) { return .work(item) }
                // Another replica has it. Should it become ours, everything is asked for.
                queue.finish(item.key, succeeded: nil, now: now)
                sources.withLock { $0.metrics }?.withdrawn()
            }
            return .wait(until: queue.nextChance(now: now))
        }
    }

    private func work(on item: WorkQueueState<ObjectKey>.Item) async {
        // What a reconcile says of the time, it says by the time at which it began.
        let start = caches.time.now
        let log = WriteLog()
        let context = context(
            item.key, causes: item.causes, lane: item.lane, attempt: item.failures + 1, log: log)
        let metrics = sources.withLock { $0.metrics }
        let measured = metrics?.began(after: start - item.since, at: start)
        let outcome: ReconcileRecord.Outcome
        do {
            let reconciled = try await traced(context) { try await reconcileWithinDeadline(context) }
            outcome = succeed(item.key, reconciled, due: reconciled.due(from: start))
        } catch {
            outcome = Task.isCancelled ? putBack(item) : retry(item.key, after: error)
        }
        let writes = log.all
        let record = ReconcileRecord(
            start: start, waited: start - item.since, took: caches.time.now - start, lane: item.lane,
            causes: item.causes, writes: writes.first, writeCount: writes.count, outcome: outcome)
        journal.withLock { $0.add(record, of: item.key) }
        if let metrics, let measured { metrics.finished(measured, outcome.measured, at: caches.time.now) }
        drains.tell()
        news.raise()
    }

    func context(
        _ key: ObjectKey, causes: Causes = Causes(), lane: Lane = .normal, attempt: Int, log: WriteLog = WriteLog()
    ) -> ReconcileContext {
        let writer = Writer(controller: ObjectIdentifier(self), key: key)
        let (own, fence) = sources.withLock { ($0.writer, $0.fence) }
        return ReconcileContext(
            key: key, causes: causes, lane: lane, attempt: attempt,
            api: RecordedAPI(base: fence(own ?? caches.api, key), caches: caches, writer: writer, log: log),
            caches: caches, baseLogger: logger)
    }

    /// A span for each reconcile: <https://opentelemetry.io/docs/concepts/signals/traces/#spans>
    private func traced<R: Sendable>(_ context: ReconcileContext, _ body: () async throws -> R) async throws -> R {
        try await withSpan("reconcile \(name)", ofKind: .internal) { span in
            span.updateAttributes { attributes in
                attributes["k8s.namespace.name"] = context.key.namespace
                attributes["clawkit.controller"] = name
                attributes["clawkit.object"] = context.key.name
                attributes["clawkit.cause"] = context.causes.first.first?.description
                attributes["clawkit.attempt"] = context.attempt
            }
            return try await body()
        }
    }

    private func perform(_ context: ReconcileContext) async throws -> Reconciled {
        let steps = sources.withLock { $0.steps }
        for step in steps {
            if let outcome = try await step(context) { return outcome }
        }
        return try await reconcile(context)
    }

    /// - Throws: what the reconcile throws, ``Finding`` with ``FindingCode/deadline``. In the latter case the key's
    ///   place is given to others at once, though this returns only when the reconcile has ended.
    private func reconcileWithinDeadline(_ context: ReconcileContext) async throws -> Reconciled {
        let (time, limit) = (caches.time, options.deadline)
        return try await withThrowingTaskGroup(of: Reconciled?.self) { group in
            let progress = Progress()
            // Most find nothing to wait for, and have ended when this comes back: no clock is set for them.
            group.addImmediateTask {
                defer { progress.hasEnded.store(true, ordering: .relaxed) }
                return try await self.perform(context)
            }
            if !progress.hasEnded.load(ordering: .relaxed) {
                group.addTask {
                    try await time.sleep(for: limit)
                    return nil
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            if let first { return first }
            queue.withLock { $0.giveUp(context.key) }
            news.raise()
            throw Finding(
                .deadline,
                "The reconcile of \(context.key) did not end within \(limit.inSeconds) s; it has been cancelled.")
        }
    }

    private final class Progress: Sendable {
        let hasEnded = Atomic(false)
    }

    private func succeed(_ key: ObjectKey, _ reconciled: Reconciled, due: Timestamp?) -> ReconcileRecord.Outcome {
        let now = caches.time.now
        update { queue in
            queue.finish(key, succeeded: true, now: now)
            if let due { queue.add(key, at: due, cause: Cause(.timer, object: key, moment: due)) }
        }
        if case .again(let delay, _) = reconciled { return .again(after: delay) }
        return .settled
    }

    /// What the end of the run interrupted is not lost to the next run, nor is it a failure.
    private func putBack(_ item: WorkQueueState<ObjectKey>.Item) -> ReconcileRecord.Outcome {
        let now = caches.time.now
        update { queue in
            queue.finish(item.key, succeeded: nil, now: now)
            queue.add(item.key, item.lane, now: now)
        }
        return .cancelled
    }

    private func retry(_ key: ObjectKey, after error: any Error) -> ReconcileRecord.Outcome {
        let now = caches.time.now
        let delay = update { queue in
            let failures = queue.finish(key, succeeded: false, now: now)
            let delay = options.backoff.delay(afterFailures: failures)
            queue.add(key, at: now + delay, cause: Cause(.retry, object: key, moment: now + delay))
            return delay
        }
        sources.withLock { $0.metrics }?.retried()
        logger.warning("reconcile failed", metadata: ["key": "\(key)", "error": "\(error)", "retry": "\(delay)"])
        return .failed("\(error)", retryAfter: delay)
    }
}

import ClawBase
public import ClawKubernetes
import Logging
import Synchronization

extension Controller {
    /// Runs `body` for every object of a kind, from when it is there until it goes: a task of its own for each, cancelled
    /// and waited for when the object goes, when what is wanted of it changes, and when the controller ends.
    ///
    ///     controller.runs(for: Site.self) { site, context in
    ///         for try await line in try await context.api.logs(…) { … }
    ///     }
    ///
    /// A body that returns is not begun again until what is wanted of the object changes; one that throws is, with
    /// back-off.
    /// - Parameter predicate: after which changes the body begins anew, with the object as it is then.
    @discardableResult
    public func runs<R: Resource>(
        for type: R.Type, in scope: CacheScope = .all, restartingWhen predicate: ChangePredicate<R> = .generationChanged,
        _ body: @escaping @Sendable (R, ReconcileContext) async throws -> Void
    ) -> Self {
        let cache = caches.cache(R.self, in: scope)
        let tasks = ObjectTasks(cache: cache, controller: self, body: body)
        cache.onChange { change in
            guard let object = change.object else { return }
            let isOther = change.old?.uid != change.new?.uid
            if isOther || predicate(change) { tasks.look(at: ObjectKey(object)) }
        }
        sources.withLock { sources in
            sources.syncs.append { try await cache.waitUntilSynced() }
            sources.companions.append { try await tasks.run() }
        }
        return self
    }
}

/// The running bodies of one kind.
private final class ObjectTasks<R: Resource>: Sendable {
    private struct State {
        /// Raised where a body is to end, and what is there to be looked at again.
        var running: [ObjectKey: Signal] = [:]
        var waiting: [ObjectKey] = []
    }

    private let cache: ObjectCache<R>
    // The controller holds these tasks; it outlives their run.
    private unowned let controller: Controller
    private let body: @Sendable (R, ReconcileContext) async throws -> Void
    private let state = Mutex(State())
    private let news = Signal()

    init(
        cache: ObjectCache<R>, controller: Controller,
        body: @escaping @Sendable (R, ReconcileContext) async throws -> Void
    ) {
        (self.cache, self.controller, self.body) = (cache, controller, body)
    }

    /// Something about the object is another.
    func look(at key: ObjectKey) {
        let signal = state.withLock { state -> Signal? in
            if let signal = state.running[key] { return signal }
            state.waiting.append(key)
            return nil
        }
        (signal ?? news).raise()
    }

    func run() async throws {
        // What an earlier run ended is begun again.
        state.withLock { $0.waiting = cache.keys }
        defer { state.withLock { $0.running = [:] } }
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                let keys = state.withLock { state -> [(ObjectKey, Signal)] in
                    defer { state.waiting = [] }
                    return Set(state.waiting).subtracting(state.running.keys).map { key in
                        let signal = Signal()
                        state.running[key] = signal
                        return (key, signal)
                    }
                }
                for (key, signal) in keys { group.addTask { await self.follow(key, signal) } }
                try await news.wait()
            }
        }
    }

    /// Until the object is gone.
    private func follow(_ key: ObjectKey, _ signal: Signal) async {
        while !Task.isCancelled {
            if let object = cache[key], !object.isBeingDeleted {
                await run(object, key, until: signal)
            } else {
                let isOver = state.withLock { state in
                    // Made anew in this very moment: the cache had it before it was told.
                    if let object = cache[key], !object.isBeingDeleted { return false }
                    state.running[key] = nil
                    return true
                }
                if isOver { return }
            }
        }
    }

    /// Runs the body for one state of the object; returns once the signal is raised and the body has ended.
    private func run(_ object: R, _ key: ObjectKey, until signal: Signal) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.repeatBody(object, key)
                return false
            }
            group.addTask {
                try? await signal.wait()
                return true
            }
            // A body that has ended waits for the next change.
            while let isSignal = await group.next() { if isSignal { group.cancelAll() } }
        }
    }

    private func repeatBody(_ object: R, _ key: ObjectKey) async {
        var failures = 0
        while !Task.isCancelled {
            let begun = controller.caches.time.now
            do {
                return try await body(object, controller.context(key, attempt: failures + 1))
            } catch {
                if Task.isCancelled { return }
                let now = controller.caches.time.now
                failures = now - begun > .minutes(10) ? 1 : failures + 1
                let delay = controller.options.backoff.delay(afterFailures: failures)
                controller.logger.warning(
                    "The task of an object failed.",
                    metadata: ["key": "\(key)", "error": "\(error)", "retry": "\(delay)"])
                try? await controller.caches.time.sleep(for: delay)
            }
        }
    }
}

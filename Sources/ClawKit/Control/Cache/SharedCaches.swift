public import ClawBase
public import ClawKubernetes
import Synchronization

/// One cache per kind, however many controllers read it.
///
/// Ask for caches first, then ``run()``; a cache asked for later is started too.
public final class SharedCaches: Sendable {
    private struct State {
        /// By the Swift type: two views of one kind each have their own.
        var caches: [ObjectIdentifier: any Sendable] = [:]
        var runners: [@Sendable () async throws -> Void] = []
    }

    public let api: any KubernetesAPI
    public let time: any TimeSource
    private let state = Mutex(State())
    private let news = Signal()

    public init(_ api: some KubernetesAPI, time: some TimeSource = .system) {
        (self.api, self.time) = (api, time)
    }

    /// The cache of a kind over all namespaces.
    public func cache<R: Resource>(_ type: R.Type = R.self) -> ObjectCache<R> {
        let cache = state.withLock { state -> ObjectCache<R> in
            if let cache = state.caches[ObjectIdentifier(R.self)] as? ObjectCache<R> { return cache }
            let cache = ObjectCache(R.self, of: api, time: time)
            state.caches[ObjectIdentifier(R.self)] = cache
            state.runners.append { try await cache.run() }
            return cache
        }
        news.raise()
        return cache
    }

    /// Keeps all caches until cancelled. Runs once at a time.
    /// - Throws: what one of the watches cannot mend (see ``Watch``), `CancellationError`.
    public func run() async throws {
        // Not a discarding group: there, a watch that fails would end the others but not the wait for news.
        try await withThrowingTaskGroup(of: Void.self) { group in
            var started = 0
            repeat {
                let runners = state.withLock { $0.runners }
                for runner in runners[started...] {
                    group.addTask {
                        try await runner()
                        // A watch never ends by itself; its task was cancelled.
                        throw CancellationError()
                    }
                }
                started = runners.count
                group.addTask { try await self.news.wait() }
            } while try await group.next() != nil
        }
    }
}

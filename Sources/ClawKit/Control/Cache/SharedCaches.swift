public import ClawBase
public import ClawKubernetes
import Synchronization

/// One cache per kind, however many controllers read it.
///
/// Ask for caches first, then ``run()``; a cache asked for later is started too.
public final class SharedCaches: Sendable {
    private struct State {
        var caches: [ResourceType: any Sendable] = [:]
        var runners: [@Sendable () async throws -> Void] = []
        var started = 0
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
            if let cache = state.caches[R.type] as? ObjectCache<R> { return cache }
            let cache = ObjectCache(R.self, of: api, time: time)
            state.caches[R.type] = cache
            state.runners.append { try await cache.run() }
            return cache
        }
        news.raise()
        return cache
    }

    /// Keeps all caches until cancelled.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                let fresh = state.withLock { state in
                    let fresh = Array(state.runners[state.started...])
                    state.started = state.runners.count
                    return fresh
                }
                for runner in fresh { group.addTask { try await runner() } }
                try await news.wait()
            }
        }
    }
}

import ClawBase
import ClawControl
import ClawModels
import ClawResources

/// Requests to runtimes that are on their way: held until the runtime is ready, instead of being turned away.
final class HeldRequests: Sendable {
    /// So that a runtime that does not come up, or very many that wake at once, cannot hold connections without end:
    /// whoever comes beyond is told to come back.
    static let limitPerRuntime = 100
    static let limit = 5000

    private let runtimes: ObjectCache<Runtime>
    private let pods: RuntimePods
    private let time: any TimeSource
    private let news = KeyedSignals<ObjectKey>()

    init(_ services: PlatformServices, _ pods: RuntimePods) {
        runtimes = services.caches.cache(Runtime.self)
        (self.pods, time) = (pods, services.time)
        runtimes.onChange { [news] change in change.object.map { news.raise(ObjectKey($0)) } }
        services.caches.cache(Pod.self).onChange { [news] change in
            change.object.flatMap { RuntimePodIndex.runtime(of: $0) }.map { news.raise($0) }
        }
    }

    /// How many are held now.
    var count: Int { news.count }

    /// - Returns: whether the runtime is ready; false where it will not be soon, and after its time.
    func hold(_ reference: RuntimeReference) async throws -> Bool {
        let key = ObjectKey(namespace: reference.project, name: reference.runtime)
        guard let limit = runtimes[key]?.wake.holdSeconds, limit > 0, news.count < Self.limit,
            news.count(of: key) < Self.limitPerRuntime
        else { return false }
        do {
            return try await time.withDeadline(.seconds(limit), "a held request") { [self] in
                try await news.listening(to: key) { news in
                    while let runtime = runtimes[key], runtime.isComing {
                        if runtime.readiness == .ready, pods.areReachable(for: reference) { return true }
                        try await news.wait()
                    }
                    return false
                }
            }
        } catch let finding as Finding where finding.code == .deadline {
            return false
        }
    }
}

extension Runtime {
    /// Whether it is ready or on its way there, or about to be woken.
    fileprivate var isComing: Bool {
        switch readiness {
        case .ready, .asleep: true
        case .unready:
            spec.desiredState == .running && status.sleep == nil && !isBeingDeleted
                && status.phase != .failed && status.phase != .refused
        }
    }
}

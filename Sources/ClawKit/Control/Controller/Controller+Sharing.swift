import ClawBase
import Synchronization

/// A controller among others: counted, and with a share of the keys.
extension Controller {
    /// Counts from now on what the controller does.
    func measure() {
        let metrics = ControllerMetrics(name, concurrency: options.concurrency, time: caches.time)
        sources.withLock { $0.metrics = $0.metrics ?? metrics }
    }

    /// Works from now on only on the keys that are this replica's.
    func share(by sharding: Sharding) {
        sources.withLock { sources in
            sources.owns = { sharding.owns($0) }
            sources.fence = { sharding.fenced($0, for: $1) }
        }
        sharding.onChange { [weak self] in self?.resync() }
    }

    /// Returns once none of the keys that are not kept is worked on.
    func drain(except isKept: @escaping @Sendable (ObjectKey) -> Bool) async {
        await drains.wait { [self] in !queue.withLock { $0.isInWork { !isKept($0) } } }
    }
}

/// Those who wait for the end of some work.
final class Drains: Sendable {
    private struct Waiter: Sendable {
        let isOver: @Sendable () -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }
    private let waiters = Mutex<[Waiter]>([])

    /// Returns once `isOver`, which is looked at whenever some work has ended.
    func wait(until isOver: @escaping @Sendable () -> Bool) async {
        await withCheckedContinuation { continuation in
            waiters.withLock { $0.append(Waiter(isOver: isOver, continuation: continuation)) }
            // It may have ended before somebody waited.
            tell()
        }
    }

    func tell() {
        let over = waiters.withLock { waiters -> [Waiter] in
            guard !waiters.isEmpty else { return [] }
            let middle = waiters.partition { $0.isOver() }
            defer { waiters.removeSubrange(middle...) }
            return Array(waiters[middle...])
        }
        for waiter in over { waiter.continuation.resume() }
    }
}

extension ReconcileRecord.Outcome {
    /// As metrics call it.
    var measured: ControllerMetrics.Outcome? {
        switch self {
        case .settled: .success
        case .again: .requeueAfter
        case .failed: .error
        case .cancelled: nil
        }
    }
}

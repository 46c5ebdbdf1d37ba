import ClawBase
import Synchronization

/// Tells those who wait for news of something: any number of them for each key.
final class KeyedSignals<Key: Hashable & Sendable>: Sendable {
    private let waiting = Mutex<[Key: [ObjectIdentifier: Signal]]>([:])

    /// Runs `body` with a signal that is raised for each ``raise(_:)`` of the key.
    func listening<T>(to key: Key, _ body: (Signal) async throws -> T) async rethrows -> T {
        let news = Signal()
        waiting.withLock { $0[key, default: [:]][ObjectIdentifier(news)] = news }
        defer {
            waiting.withLock { waiting in
                waiting[key]?[ObjectIdentifier(news)] = nil
                if waiting[key]?.isEmpty == true { waiting[key] = nil }
            }
        }
        return try await body(news)
    }

    func raise(_ key: Key) {
        for signal in waiting.withLock({ $0[key].map { Array($0.values) } ?? [] }) { signal.raise() }
    }

    /// How many wait for a key, and for any.
    func count(of key: Key) -> Int { waiting.withLock { $0[key]?.count ?? 0 } }
    var count: Int { waiting.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}

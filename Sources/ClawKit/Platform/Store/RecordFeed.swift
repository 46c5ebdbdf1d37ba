import ClawBase
import Synchronization

/// What a store tells of its commits.
public enum RecordNews: Sendable, Hashable {
    /// A row was written, or removed, by that commit or a later one.
    case changed(key: String, version: UInt64)
    /// More may have changed than was told: read again what matters.
    case missed
}

/// Tells everybody who listens in this process which rows have changed. For implementations of ``PlatformStore``.
///
/// Who listens slowly hears of each row once, whatever happened to it meanwhile; who falls far behind hears ``RecordNews/missed``.
public final class RecordFeed: Sendable {
    /// So many rows are remembered for one listener.
    static let limit = 10_000

    fileprivate final class Listener: Sendable {
        struct State {
            var versions: [String: UInt64] = [:]
            var order: [String] = []
            var next = 0
            var hasMissed = false
        }
        let kind: String
        let news = Signal()
        let state = Mutex(State())
        let feed: RecordFeed

        init(_ kind: RecordKind, _ feed: RecordFeed) { (self.kind, self.feed) = (kind.description, feed) }

        deinit { feed.listeners.withLock { $0[ObjectIdentifier(self)] = nil } }
    }

    private struct WeakListener: Sendable { weak let listener: Listener? }

    private let listeners = Mutex<[ObjectIdentifier: WeakListener]>([:])
    /// Until when what was told is everything; nil where it always is.
    private let assurance: Mutex<ContinuousClock.Instant?>

    /// - Parameter hearsAll: whether every commit passes through this process. Where others commit too, the store says
    ///   by ``vouch(for:)`` how long its news are complete.
    public init(hearsAll: Bool = true) { assurance = Mutex(hearsAll ? nil : .now) }

    /// What was told is everything, and will be for this long, unless it is said again.
    public func vouch(for time: Duration) {
        let until = ContinuousClock.now + time
        assurance.withLock { if $0 != nil { $0 = until } }
    }

    /// Nobody knows any more what others commit.
    public func doubt() { assurance.withLock { if $0 != nil { $0 = .now } } }

    fileprivate var isComplete: Bool {
        guard let until = assurance.withLock({ $0 }) else { return true }
        return ContinuousClock.now < until
    }

    /// What happens to rows of a kind from now on. Ends with its last reference, or the task.
    public func changes(of kind: RecordKind) -> RecordChanges {
        let listener = Listener(kind, self)
        listeners.withLock { $0[ObjectIdentifier(listener)] = WeakListener(listener: listener) }
        return RecordChanges(listener: listener)
    }

    public func tell(_ kind: RecordKind, _ key: String, version: UInt64) {
        for listener in all where listener.kind == kind.description { listener.note(key, version) }
    }

    /// Everybody may have missed something.
    public func tellMissed() {
        for listener in all {
            listener.state.withLock { $0.hasMissed = true }
            listener.news.raise()
        }
    }

    private var all: [Listener] { listeners.withLock { $0.values.compactMap(\.listener) } }
}

extension RecordFeed.Listener {
    fileprivate func note(_ key: String, _ version: UInt64) {
        state.withLock { state in
            if state.versions.updateValue(version, forKey: key) == nil { state.order.append(key) }
            if state.versions.count > RecordFeed.limit { state = State(hasMissed: true) }
        }
        news.raise()
    }

    fileprivate func take() -> RecordNews? {
        state.withLock { state in
            if state.hasMissed {
                state = State()
                return .missed
            }
            guard state.next < state.order.count else { return nil }
            let key = state.order[state.next]
            state.next += 1
            let version = state.versions.removeValue(forKey: key) ?? 0
            if state.next * 2 >= state.order.count {
                state.order.removeFirst(state.next)
                state.next = 0
            }
            return .changed(key: key, version: version)
        }
    }
}

/// The changes of one kind's rows; for one listener.
public struct RecordChanges: AsyncSequence, Sendable {
    fileprivate let listener: RecordFeed.Listener

    /// What is told already, without waiting for more. Nobody iterates meanwhile.
    public func pending() -> RecordNews? { listener.take() }

    /// Whether everything that was committed is told here: false where others share the store and it is not certain that
    /// their commits are heard of. What was read before may have changed then, and no news comes of it.
    ///
    /// A commit of this process is always told before it returns; one of another's within a second.
    public var isComplete: Bool { listener.feed.isComplete }

    public func makeAsyncIterator() -> Iterator { Iterator(listener: listener) }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let listener: RecordFeed.Listener

        /// - Throws: `CancellationError`.
        public mutating func next() async throws -> RecordNews? {
            while true {
                if let news = listener.take() { return news }
                try await listener.news.wait()
            }
        }
    }
}

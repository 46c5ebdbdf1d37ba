public import ClawBase
import DequeModule
import Synchronization

/// Answers that are given again to equal requests, in memory: no upstream is asked, and nothing is paid.
///
/// Only for keys whose grants say so (``ModelGrant/cache``), and for those that say nothing where
/// ``Settings/timeToLive`` does. Equal are requests of one tenant, by whichever of its keys (of one key, where it has no
/// tenant), at the same path, whose bodies are the same JSON whatever the order of members, and whose headers that go on
/// to upstreams are the same. Whole and successful answers alone are kept; those that were used least recently make room.
public final class AnswerCache: Sendable {
    public struct Settings: Sendable, Hashable {
        /// How long answers to keys are kept whose grants do not say; nil: not at all.
        public var timeToLive: Duration?
        public var entries = 10_000
        /// Of all answers, roughly.
        public var bytes = 64 << 20
        /// Of one answer; longer ones are not kept.
        public var answerBytes = 1 << 20

        public init() {}
    }

    private struct Entry {
        var answer: CachedAnswer
        var since: Timestamp
        var until: Timestamp
        var weight: Int
        /// Its last use.
        var use: UInt64
    }

    private struct State {
        var settings: Settings
        var entries: [CacheKey: Entry] = [:]
        /// From the least recent on; what has been used again since stands there more than once.
        var uses: Deque<(key: CacheKey, use: UInt64)> = []
        var bytes = 0
        var lastUse: UInt64 = 0

        mutating func remove(_ key: CacheKey) {
            if let entry = entries.removeValue(forKey: key) { bytes -= entry.weight }
        }

        mutating func use(_ key: CacheKey) -> UInt64 {
            lastUse += 1
            uses.append((key, lastUse))
            if uses.count > 2 * entries.count + 64 {
                uses.removeAll { entries[$0.key]?.use != $0.use && $0.use != lastUse }
            }
            return lastUse
        }

        mutating func fit() {
            while bytes > settings.bytes || entries.count > settings.entries, let oldest = uses.popFirst() {
                if entries[oldest.key]?.use == oldest.use { remove(oldest.key) }
            }
        }
    }

    private let time: any TimeSource
    private let state: Mutex<State>

    public init(_ settings: Settings = Settings(), time: some TimeSource = .system) {
        self.time = time
        state = Mutex(State(settings: settings))
    }

    /// What holds now. Answers that are too many for new settings go at once; how long the others are kept was settled
    /// when they came.
    public var settings: Settings {
        get { state.withLock(\.settings) }
        set {
            state.withLock { state in
                state.settings = newValue
                state.fit()
            }
        }
    }

    /// How many answers are kept, and roughly how much they take.
    public var usage: (entries: Int, bytes: Int) { state.withLock { ($0.entries.count, $0.bytes) } }

    /// Forgets all answers.
    public func removeAll() { state.withLock { $0 = State(settings: $0.settings) } }

    /// - Parameter maxAge: older answers are not wanted, and stay.
    func find(_ key: CacheKey, maxAge: Duration?) -> (answer: CachedAnswer, age: Duration, timeToLive: Duration)? {
        let now = time.now
        return state.withLock { state in
            guard let entry = state.entries[key] else { return nil }
            guard now < entry.until else {
                state.remove(key)
                return nil
            }
            if let maxAge, now - entry.since > maxAge { return nil }
            let use = state.use(key)
            state.entries[key]?.use = use
            return (entry.answer, now - entry.since, entry.until - now)
        }
    }

    func keep(_ answer: CachedAnswer, as key: CacheKey, for timeToLive: Duration) {
        let weight = answer.weight
        let now = time.now
        state.withLock { state in
            guard weight <= state.settings.answerBytes else { return }
            state.remove(key)
            state.bytes += weight
            state.entries[key] = Entry(answer: answer, since: now, until: now + timeToLive, weight: weight, use: 0)
            let use = state.use(key)
            state.entries[key]?.use = use
            state.fit()
        }
    }

    func forget(_ key: CacheKey) { state.withLock { $0.remove(key) } }
}

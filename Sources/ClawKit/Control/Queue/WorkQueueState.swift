import ClawBase
import DequeModule
import HeapModule

/// Which keys wait, which are worked on, and when the delayed ones are due: pure, without time of its own.
///
/// A key is never worked on twice at once. Added while in work, it comes again afterwards; added while it waits,
/// it stays where it is; a delayed key comes once, at the earliest moment asked for. Every operation takes constant
/// time, or logarithmic in the number of delayed keys.
struct WorkQueueState<Key: Hashable & Sendable> {
    private struct Delay: Comparable {
        let due: Timestamp
        /// Of two that are due at once the first added comes first.
        let number: UInt64
        let key: Key

        static func < (a: Self, b: Self) -> Bool { (a.due, a.number) < (b.due, b.number) }
        static func == (a: Self, b: Self) -> Bool { a.number == b.number }
    }

    private var ready: Deque<Key> = []
    private var waiting: Set<Key> = []
    private var inWork: Set<Key> = []
    private var again: Set<Key> = []
    private var delayed: [Key: Delay] = [:]
    /// The delays in order; those that `delayed` no longer has are void. The first never is.
    private var timeline = Heap<Delay>()
    private var nextNumber: UInt64 = 0
    private var failures: [Key: Int] = [:]

    var readyCount: Int { ready.count }
    var inWorkCount: Int { inWork.count }
    var delayedCount: Int { delayed.count }
    /// Nothing waits and nothing is in work, delayed keys aside.
    var isIdle: Bool { ready.isEmpty && inWork.isEmpty }
    /// When the next delayed key is due.
    var nextDue: Timestamp? { timeline.min?.due }

    mutating func add(_ key: Key) {
        if delayed.removeValue(forKey: key) != nil { dropVoidDelays() }
        if inWork.contains(key) {
            again.insert(key)
        } else if waiting.insert(key).inserted {
            ready.append(key)
        }
    }

    /// Adds the key at `moment`, or earlier where it is already due earlier.
    mutating func add(_ key: Key, at moment: Timestamp) {
        guard !waiting.contains(key), !again.contains(key) else { return }
        if let present = delayed[key], present.due <= moment { return }
        nextNumber += 1
        let delay = Delay(due: moment, number: nextNumber, key: key)
        delayed[key] = delay
        timeline.insert(delay)
        dropVoidDelays()
    }

    /// The next key to work on; nil where none is ready.
    mutating func take(now: Timestamp) -> Key? {
        while let first = timeline.min, first.due <= now { add(first.key) }
        guard let key = ready.popFirst() else { return nil }
        waiting.remove(key)
        inWork.insert(key)
        return key
    }

    mutating func finish(_ key: Key) {
        inWork.remove(key)
        if again.remove(key) != nil { add(key) }
    }

    mutating func succeeded(_ key: Key) { failures[key] = nil }

    /// The number of failures in a row, this one included.
    mutating func failed(_ key: Key) -> Int {
        let count = (failures[key] ?? 0) + 1
        failures[key] = count
        return count
    }

    private mutating func dropVoidDelays() {
        while let first = timeline.min, delayed[first.key] != first { timeline.removeMin() }
        // Void ones further back would pile up where keys with long delays are often woken early.
        if timeline.count > 2 * delayed.count + 64 { timeline = Heap(delayed.values) }
    }
}

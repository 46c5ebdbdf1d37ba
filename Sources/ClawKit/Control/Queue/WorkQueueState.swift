import ClawBase
import DequeModule

/// Which keys wait, which are worked on, and when the delayed ones are due: pure, without time of its own.
///
/// A key is never worked on twice at once. Added while in work, it comes again afterwards; added while it waits,
/// it stays where it is.
struct WorkQueueState<Key: Hashable & Sendable> {
    private var ready: Deque<Key> = []
    private var waiting: Set<Key> = []
    private var inWork: Set<Key> = []
    private var again: Set<Key> = []
    private var due: [Key: Timestamp] = [:]
    private var failures: [Key: Int] = [:]

    var readyCount: Int { ready.count }
    var inWorkCount: Int { inWork.count }
    var isIdle: Bool { ready.isEmpty && inWork.isEmpty }
    /// When the next delayed key is due.
    var nextDue: Timestamp? { due.values.min() }

    mutating func add(_ key: Key) {
        due[key] = nil
        if inWork.contains(key) {
            again.insert(key)
        } else if waiting.insert(key).inserted {
            ready.append(key)
        }
    }

    /// Adds the key at `moment`, or earlier where it is already due earlier.
    mutating func add(_ key: Key, at moment: Timestamp) {
        guard !waiting.contains(key), !again.contains(key) else { return }
        due[key] = min(due[key] ?? moment, moment)
    }

    mutating func take(now: Timestamp) -> Key? {
        for (key, moment) in due where moment <= now { add(key) }
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
}

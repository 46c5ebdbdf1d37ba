/// A dictionary that keeps about as many entries as it may, and forgets first what was not used for long.
///
/// Two generations: what is used moves to the young one; when that is full it becomes the old one, and what nobody used
/// meanwhile is gone. No list to keep in order, no clock.
struct BoundedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let half: Int

    /// - Parameter capacity: at most so many entries.
    init(capacity: Int) { half = max(1, capacity / 2) }

    var count: Int { young.count + old.count }

    /// Counts as use.
    mutating func find(_ key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        insert(value, for: key)
        return value
    }

    mutating func set(_ value: Value, for key: Key) {
        old[key] = nil
        insert(value, for: key)
    }

    mutating func remove(_ key: Key) {
        if young.removeValue(forKey: key) == nil { old[key] = nil }
    }

    mutating func removeAll() { (young, old) = ([:], [:]) }

    private mutating func insert(_ value: Value, for key: Key) {
        if young.count >= half, young[key] == nil { (old, young) = (young, [:]) }
        young[key] = value
    }
}

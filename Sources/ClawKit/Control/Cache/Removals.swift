/// The newest deletions that a watch told of, so that answers to earlier writes, which come later, bring nothing back.
///
/// Bounded: an answer is not that late.
struct Removals {
    private static let limit = 4096

    private var versions: [ObjectKey: UInt64] = [:]
    private var ring: [(key: ObjectKey, version: UInt64)] = []
    private var oldest = 0

    /// 0 where nothing is known of it.
    subscript(key: ObjectKey) -> UInt64 { versions[key] ?? 0 }

    mutating func add(_ key: ObjectKey, _ version: UInt64) {
        versions[key] = version
        guard ring.count == Self.limit else { return ring.append((key, version)) }
        let gone = ring[oldest]
        if versions[gone.key] == gone.version { versions[gone.key] = nil }
        ring[oldest] = (key, version)
        oldest = (oldest + 1) % Self.limit
    }
}

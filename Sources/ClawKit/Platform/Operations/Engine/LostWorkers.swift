import ClawBase

/// Which of the workers that hold operations are lost: pure but for the clock that is handed in.
struct LostWorkers {
    private struct Watched {
        var version: UInt64?
        var since: Timestamp
        var operations: Set<String>
    }

    let lease: Duration
    private var watched: [String: Watched] = [:]
    private var holders: [String: String] = [:]

    init(lease: Duration) { self.lease = lease }

    var isEmpty: Bool { watched.isEmpty }
    var workers: [String] { Array(watched.keys) }

    mutating func note(_ operation: String, heldBy worker: String, now: Timestamp) {
        if holders[operation] == worker { return }
        forget(operation)
        holders[operation] = worker
        watched[worker, default: Watched(version: nil, since: now, operations: [])].operations.insert(operation)
    }

    mutating func forget(_ operation: String) {
        guard let worker = holders.removeValue(forKey: operation) else { return }
        watched[worker]?.operations.remove(operation)
        if watched[worker]?.operations.isEmpty == true { watched[worker] = nil }
    }

    /// The worker's row has this version now; nil: it has none.
    /// - Returns: its operations, where it is lost. They are forgotten here.
    mutating func look(at worker: String, version: UInt64?, now: Timestamp) -> Set<String> {
        guard let entry = watched[worker] else { return [] }
        if entry.version != version {
            watched[worker]?.version = version
            watched[worker]?.since = now
            return []
        }
        guard now - entry.since >= lease else { return [] }
        watched[worker] = nil
        for operation in entry.operations { holders[operation] = nil }
        return entry.operations
    }
}

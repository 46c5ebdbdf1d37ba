import ClawBase
import ClawControl
import Synchronization

/// Since when something is missed.
final class MissingSince: Sendable {
    private let moments = Mutex<[ObjectKey: Timestamp]>([:])

    func since(_ key: ObjectKey, now: Timestamp) -> Timestamp {
        moments.withLock { moments in
            let since = moments[key] ?? now
            moments[key] = since
            return since
        }
    }

    func forget(_ key: ObjectKey) { moments.withLock { $0[key] = nil } }
}

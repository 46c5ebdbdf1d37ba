import ClawBase
import Synchronization

/// When each node's last renewal was seen, by this clock: the node's own may be another.
final class LeaseRenewals: Sendable {
    private struct Seen {
        var renewal: String
        var at: Timestamp
    }
    private let byNode = Mutex<[String: Seen]>([:])

    /// How long ago that renewal was first seen.
    func age(of renewal: String, _ node: String, now: Timestamp) -> Duration {
        byNode.withLock { byNode in
            if let seen = byNode[node], seen.renewal == renewal { return now - seen.at }
            byNode[node] = Seen(renewal: renewal, at: now)
            return .zero
        }
    }

    func forget(_ node: String) { byNode.withLock { $0[node] = nil } }
}

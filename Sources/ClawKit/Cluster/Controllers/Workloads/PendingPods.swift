import ClawBase
import ClawControl
import ClawModels
import Synchronization

/// Pods that were made or deleted and that the cache does not show so yet: their owners wait, so that nothing is made or
/// deleted twice.
final class PendingPods: Sendable {
    private struct Pending {
        var uid: String
        var key: ObjectKey
        var isDeletion: Bool
        var until: Timestamp

        func isSeen(in pods: ObjectCache<Pod>) -> Bool {
            let present = pods[key].flatMap { $0.uid == uid ? $0 : nil }
            return isDeletion ? present?.isBeingDeleted ?? true : present != nil
        }
    }

    /// A pod that went before the cache ever showed it is given up after that long.
    private static let patience = Duration.seconds(10)

    private let pods: ObjectCache<Pod>
    private let byOwner = Mutex<[ObjectKey: [Pending]]>([:])

    init(_ pods: ObjectCache<Pod>) { self.pods = pods }

    /// How long the owner has to wait at most; nil: the cache is up to date for it.
    func wait(_ owner: ObjectKey, now: Timestamp) -> Duration? {
        byOwner.withLock { byOwner in
            let left = (byOwner[owner] ?? []).filter { $0.until > now && !$0.isSeen(in: pods) }
            byOwner[owner] = left.isEmpty ? nil : left
            return left.map(\.until).max().map { $0 - now }
        }
    }

    func didMake(_ pod: Pod, for owner: ObjectKey, now: Timestamp) { add(pod, owner, isDeletion: false, now) }
    func didDelete(_ pod: Pod, of owner: ObjectKey, now: Timestamp) { add(pod, owner, isDeletion: true, now) }
    func forget(_ owner: ObjectKey) { byOwner.withLock { $0[owner] = nil } }

    private func add(_ pod: Pod, _ owner: ObjectKey, isDeletion: Bool, _ now: Timestamp) {
        let pending = Pending(
            uid: pod.uid ?? "", key: ObjectKey(pod), isDeletion: isDeletion, until: now + Self.patience)
        byOwner.withLock { $0[owner, default: []].append(pending) }
    }
}

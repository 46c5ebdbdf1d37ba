import ClawBase
import ClawControl
import ClawModels
import Synchronization

/// What was made, changed or deleted and the cache does not show so yet: whoever did it waits, so that nothing is made,
/// counted or deleted twice.
final class PendingWrites<R: Resource>: Sendable {
    private enum Effect: Sendable {
        case isThere
        case isAtLeast(revision: Int)
        case isGoing
    }

    private struct Pending {
        var uid: String
        var key: ObjectKey
        var effect: Effect
        var until: Timestamp

        func isSeen(in cache: ObjectCache<R>) -> Bool {
            let present = cache[key].flatMap { $0.uid == uid ? $0 : nil }
            return switch effect {
            case .isThere: present != nil
            // What has gone has been changed for the last time.
            case .isAtLeast(let revision): present.map { $0.revisionNumber >= revision } ?? true
            case .isGoing: present?.isBeingDeleted ?? true
            }
        }
    }

    /// An object that went before the cache ever showed it is given up after that long.
    private static var patience: Duration { .seconds(10) }

    private let cache: ObjectCache<R>
    private let byOwner = Mutex<[ObjectKey: ArraySlice<Pending>]>([:])

    init(_ cache: ObjectCache<R>) { self.cache = cache }

    /// How long the owner has to wait at most; nil: the cache is up to date for it.
    func wait(_ owner: ObjectKey, now: Timestamp) -> Duration? {
        byOwner.withLock { byOwner in
            guard let pending = byOwner[owner] else { return nil }
            // In the order of the writes, which is the one in which the cache learns of them: each is looked at once.
            let left = pending.drop { $0.until <= now || $0.isSeen(in: cache) }
            byOwner[owner] = left.isEmpty ? nil : left
            return left.first.map { $0.until - now }
        }
    }

    func didMake(_ object: R, for owner: ObjectKey, now: Timestamp) { add(object, owner, .isThere, now) }
    /// - Parameter object: as the write was answered.
    func didChange(_ object: R, of owner: ObjectKey, now: Timestamp) {
        add(object, owner, .isAtLeast(revision: object.revisionNumber), now)
    }
    /// Where the object is not just as it was known.
    func didWrite(_ object: R, ifNewIn known: [R], for owner: ObjectKey, now: Timestamp) {
        let old = known.first { $0.uid == object.uid }
        if old == nil { didMake(object, for: owner, now: now) }
        if old?.resourceVersion != object.resourceVersion { didChange(object, of: owner, now: now) }
    }
    func didDelete(_ object: R, of owner: ObjectKey, now: Timestamp) { add(object, owner, .isGoing, now) }
    func forget(_ owner: ObjectKey) { byOwner.withLock { $0[owner] = nil } }

    private func add(_ object: R, _ owner: ObjectKey, _ effect: Effect, _ now: Timestamp) {
        let pending = Pending(
            uid: object.uid ?? "", key: ObjectKey(object), effect: effect, until: now + Self.patience)
        byOwner.withLock { $0[owner, default: []].append(pending) }
    }
}

extension Resource {
    /// The cluster's versions are numbers that grow.
    fileprivate var revisionNumber: Int { resourceVersion.flatMap { Int($0) } ?? 0 }
}

import ClawKubernetes
import Synchronization

/// Which objects were found as they should be, and beside what: as long as that is the same, nothing need be looked at.
final class SettledObjects: Sendable {
    private let fingerprints = Mutex<[ObjectKey: Int]>([:])

    func contains(_ key: ObjectKey, _ fingerprint: Int) -> Bool { fingerprints.withLock { $0[key] } == fingerprint }

    func insert(_ key: ObjectKey, _ fingerprint: Int) { fingerprints.withLock { $0[key] = fingerprint } }

    /// What is gone is forgotten.
    func follow<R: Resource>(_ cache: ObjectCache<R>) {
        cache.onChange { [weak self] change in
            guard change.new == nil, let old = change.old else { return }
            _ = self?.fingerprints.withLock { $0.removeValue(forKey: ObjectKey(old)) }
        }
    }
}

import ClawControl
import ClawModels
import ClawResources
import Synchronization

/// The pods and volumes of each pool, kept up change by change.
final class PoolInventory: Sendable {
    struct Holding: Sendable {
        /// By uid.
        var members: [String: PoolMember] = [:]
        /// Volumes that no runtime has been handed, with their uids.
        var claims: [String: String] = [:]
    }

    private struct State {
        var holdings: [ObjectKey: Holding] = [:]
        /// Which pods there are in projects, whosever they are, by the volume that they have.
        var users: [ObjectKey: Int] = [:]
    }

    private let state = Mutex(State())

    init(_ caches: SharedCaches) {
        caches.cache(Pod.self).onChange { [weak self] in self?.note($0.old, $0.new) }
        caches.cache(PersistentVolumeClaim.self).onChange { [weak self] in self?.note($0.old, $0.new) }
    }

    func members(of pool: ObjectKey) -> [PoolMember] {
        state.withLock { $0.holdings[pool].map { Array($0.members.values) } ?? [] }
    }

    /// Volumes of pods that are gone: nobody has had them.
    func abandoned(of pool: ObjectKey) -> [(name: String, uid: String)] {
        state.withLock { state in
            (state.holdings[pool]?.claims ?? [:]).filter {
                state.users[ObjectKey(namespace: pool.namespace, name: $0.key)] == nil
            }.map { ($0.key, $0.value) }
        }
    }

    private func note(_ old: Pod?, _ new: Pod?) {
        state.withLock { state in
            if let old, let pool = PoolMember.pool(of: old) { state.holdings[pool]?.members[old.uid ?? ""] = nil }
            if let new, let pool = PoolMember.pool(of: new), let member = PoolMember(new) {
                state.holdings[pool, default: Holding()].members[member.uid] = member
            }
            for (pod, change) in [(old, -1), (new, 1)] {
                guard let pod, let volume = PoolMember.volume(of: pod) else { continue }
                let key = ObjectKey(namespace: pod.namespace ?? "", name: volume)
                let count = (state.users[key] ?? 0) + change
                state.users[key] = count == 0 ? nil : count
            }
        }
    }

    private func note(_ old: PersistentVolumeClaim?, _ new: PersistentVolumeClaim?) {
        state.withLock { state in
            if let old, let pool = PoolMember.pool(of: old) { state.holdings[pool]?.claims[old.name] = nil }
            if let new, let pool = PoolMember.pool(of: new), !new.isBeingDeleted {
                state.holdings[pool, default: Holding()].claims[new.name] = new.uid ?? ""
            }
        }
    }

    func forget(_ pool: ObjectKey) {
        state.withLock { state in
            guard let holding = state.holdings[pool], holding.members.isEmpty, holding.claims.isEmpty else { return }
            state.holdings[pool] = nil
        }
    }
}

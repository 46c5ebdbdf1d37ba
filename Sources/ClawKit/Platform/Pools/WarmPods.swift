import ClawBase
import ClawControl
import ClawDocuments
import ClawModels
import Synchronization

/// The pods of pools that are warm, each of which is given out once: taking one is a look into memory.
///
/// Only its process gives them out; the patch that makes one a runtime's is refused where another process was quicker.
final class WarmPods: Sendable {
    struct Member: Sendable, Hashable {
        var name: String
        var uid: String
        var pool: ObjectKey
        /// The pool's own uid, which controls the pod until it is taken.
        var poolUID: String
        /// ``WarmShape/hash``
        var hash: String
    }

    fileprivate struct Pool {
        /// Which runtimes may take its pods: those whose own would be the same.
        var shape: WarmShape
        var hash: String
        var givesOutdated: Bool
        var window: Duration
        var arrivals = PoolArrivals()
    }

    fileprivate struct State {
        var warm: [String: Member] = [:]
        /// The newest is given first; what is not warm any more stays here until it is come across.
        var current: [ObjectKey: [String]] = [:]
        var outdated: [ObjectKey: [String]] = [:]
        var pools: [ObjectKey: Pool] = [:]
        var byProject: [String: [ObjectKey]] = [:]
        var asked: @Sendable (ObjectKey) -> Void = { _ in }
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    init(_ caches: SharedCaches) {
        time = caches.time
        caches.cache(Pod.self).onChange { [weak self] change in self?.note(change.old, change.new) }
    }

    // MARK: what there is

    /// Says what a pool's pods are now; until then none is given out.
    /// - Parameter hash: the shape's.
    func declare(_ key: ObjectKey, shape: WarmShape, hash: String, givesOutdated: Bool, window: Duration) {
        state.withLock { state in
            if let known = state.pools[key], known.hash == hash {
                state.pools[key]?.givesOutdated = givesOutdated
                state.pools[key]?.window = window
                return
            }
            let arrivals = state.pools[key]?.arrivals ?? PoolArrivals()
            state.forget(key)
            state.pools[key] = Pool(shape: shape, hash: hash, givesOutdated: givesOutdated, window: window, arrivals: arrivals)
            state.byProject[key.namespace, default: []].append(key)
            for member in state.warm.values where member.pool == key { state.file(member) }
        }
    }

    /// Its pods are given to nobody any more.
    func forget(_ key: ObjectKey) { state.withLock { $0.forget(key) } }

    /// Hears of every pool of which a pod was wanted and none was there.
    func onAsked(_ body: @escaping @Sendable (ObjectKey) -> Void) { state.withLock { $0.asked = body } }

    private func note(_ old: Pod?, _ new: Pod?) {
        guard let pod = new ?? old, let uid = pod.uid else { return }
        let isWarm = new.flatMap { PoolMember($0) }?.state == .warm
        guard let pool = PoolMember.pool(of: pod), isWarm else {
            _ = state.withLock { $0.drop(uid) }
            return
        }
        let member = Member(
            name: pod.name, uid: uid, pool: pool, poolUID: pod.metadata.controllerReference?.uid ?? "",
            hash: pod.annotations[PoolMember.shapeAnnotation] ?? "")
        state.withLock { state in
            guard state.warm.updateValue(member, forKey: uid) == nil else { return }
            state.file(member)
        }
    }

    // MARK: giving out

    /// Whether there are pools for runtimes of a project.
    func hasPools(in project: String) -> Bool { state.withLock { $0.byProject[project] != nil } }

    /// A warm pod, which nobody else is given then; nil where there is none: then its pool hears that one was wanted. (It
    /// hears of the others by their pods.)
    func take(_ shape: WarmShape, in project: String) -> Member? {
        let now = time.now
        let (member, pool, asked) = state.withLock { state in
            let pools = (state.byProject[project] ?? []).filter { state.pools[$0]?.shape == shape }
            var found: Member?
            for key in pools where found == nil { found = state.take(key) }
            let pool = found?.pool ?? pools.first
            if let pool, let window = state.pools[pool]?.window {
                state.pools[pool]?.arrivals.note(at: now, window: window)
            }
            return (found, pool, state.asked)
        }
        if let pool, member == nil { asked(pool) }
        return member
    }

    /// Takes a pod out of the hands of those who look for one; nil where it is not among them.
    func withdraw(_ uid: String) -> Member? { state.withLock { $0.drop(uid) } }

    /// It was not taken after all.
    func giveBack(_ member: Member) {
        state.withLock { state in
            guard state.warm.updateValue(member, forKey: member.uid) == nil else { return }
            state.file(member)
        }
    }

    /// How often pods of a pool are wanted, in a second.
    func rate(of key: ObjectKey) -> Double {
        let now = time.now
        return state.withLock { state in
            state.pools[key].map { $0.arrivals.perSecond(at: now, window: $0.window) } ?? 0
        }
    }
}

extension WarmPods.State {
    fileprivate mutating func file(_ member: WarmPods.Member) {
        guard let pool = pools[member.pool] else { return }
        if member.hash == pool.hash {
            append(member.uid, to: &current[member.pool, default: []])
        } else {
            append(member.uid, to: &outdated[member.pool, default: []])
        }
    }

    /// What is not warm any more, or stands there twice, goes when it is half of the list.
    private func append(_ uid: String, to list: inout [String]) {
        list.append(uid)
        guard list.count > 64, list.count > 2 * warm.count else { return }
        var seen: Set<String> = []
        list = list.reversed().filter { warm[$0] != nil && seen.insert($0).inserted }.reversed()
    }

    @discardableResult
    fileprivate mutating func drop(_ uid: String) -> WarmPods.Member? { warm.removeValue(forKey: uid) }

    fileprivate mutating func take(_ key: ObjectKey) -> WarmPods.Member? {
        while let uid = current[key]?.popLast() {
            if let member = drop(uid) { return member }
        }
        guard pools[key]?.givesOutdated == true else { return nil }
        while let uid = outdated[key]?.popLast() {
            if let member = drop(uid) { return member }
        }
        return nil
    }

    fileprivate mutating func forget(_ key: ObjectKey) {
        (current[key], outdated[key]) = (nil, nil)
        guard pools.removeValue(forKey: key) != nil else { return }
        byProject[key.namespace]?.removeAll { $0 == key }
        if byProject[key.namespace]?.isEmpty == true { byProject[key.namespace] = nil }
    }
}

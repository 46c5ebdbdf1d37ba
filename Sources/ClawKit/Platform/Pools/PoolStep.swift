import ClawBase
import ClawResources

/// One decision about a pool: which of its pods go, how many come, when to look again. Pure.
struct PoolStep: Sendable, Hashable {
    var creates = 0
    var removes: [PoolMember] = []
    var warm = 0
    var starting = 0
    var outdated = 0
    /// Why there are fewer than there should be.
    var obstacle: Finding?
    /// Look again at the latest then.
    var lookAgainAt: Timestamp?

    /// How often pods that no node takes are looked at: meanwhile no more are made.
    static let patience = Duration.seconds(60)

    /// Nothing to do: somebody else keeps the pool.
    init() {}

    /// - Parameters:
    ///   - wanted: how many are to be warm.
    ///   - shape: what its pods are now; nil: none may be.
    init(
        _ spec: RuntimePoolSpec, _ members: [PoolMember], wanted: Int, shape: String?, _ progress: PoolProgress,
        now: Timestamp
    ) {
        let wanted = shape == nil ? 0 : wanted
        var (good, old): ([PoolMember], [PoolMember]) = ([], [])
        for member in members {
            if member.state == .warm { warm += 1 }
            if [.starting, .unschedulable].contains(member.state) { starting += 1 }
            let isOutdated = member.shape != shape
            if isOutdated { outdated += 1 }
            if member.state == .failed || member.isStuck(spec, now) || isOutdated && spec.update == .recreate {
                removes.append(member)
            } else if isOutdated || member.isAged(spec, now) {
                old.append(member)
            } else {
                good.append(member)
                switch member.state {
                case .warm: look(at: member.end(spec))
                case .starting: look(at: member.createdAt + .seconds(spec.startSeconds))
                default: break
                }
            }
        }
        remove(old, downTo: max(0, wanted - good.count { $0.state == .warm }))
        remove(good, downTo: wanted)
        let isHeld = good.contains { $0.state == .unschedulable }
        if isHeld {
            obstacle = Finding(.unschedulable, "No node takes a pod of the pool; no more are made until one does.")
            look(at: now + Self.patience)
        }
        guard good.count < wanted, !isHeld else { return }
        if let until = progress.heldUntil, now < until {
            obstacle = Finding(.poolFailing, "Pods of the pool do not become warm; the next is tried later.")
            look(at: until)
            return
        }
        // Old ones make room one after another, so that there is never less than there was.
        let surge = old.isEmpty ? 0 : max(1, wanted / 10)
        let room = wanted - good.count + (old.isEmpty ? 0 : min(0, surge - old.count))
        let underWay = good.count { $0.state == .starting }
        creates = max(0, min(room, progress.window - underWay))
    }

    private mutating func look(at moment: Timestamp) { lookAgainAt = min(lookAgainAt ?? moment, moment) }

    /// Those that nobody could take go first, then the oldest.
    private mutating func remove(_ members: [PoolMember], downTo count: Int) {
        guard members.count > count else { return }
        let inOrder = members.sorted {
            ($0.state == .warm ? 1 : 0, $0.createdAt, $0.uid) < ($1.state == .warm ? 1 : 0, $1.createdAt, $1.uid)
        }
        removes += inOrder.prefix(members.count - count)
    }
}

/// What the last looks at a pool came to: pods are made in growing numbers while they become warm, and hardly any while
/// they do not, so that a pool that cannot be filled does not storm the cluster.
struct PoolProgress: Sendable, Hashable {
    static let firstWindow = 4
    static let largestWindow = 256
    private static let backoff = Backoff(initial: .seconds(1), cap: .seconds(300))

    /// How many may be on their way at once.
    private(set) var window = firstWindow
    private(set) var failures = 0
    private(set) var heldUntil: Timestamp?
    /// How long a pod takes to become warm, lately.
    private(set) var lead = Duration.seconds(2)
    private var starting: Set<String> = []

    mutating func note(_ members: [PoolMember], _ spec: RuntimePoolSpec, now: Timestamp) {
        var (startingNow, hasFailed, unseen) = (Set<String>(), false, starting)
        for member in members {
            let wasStarting = unseen.remove(member.uid) != nil
            switch member.state {
            case .warm where wasStarting:
                noteSuccess()
                if let took = member.tookToStart { lead = lead * 7 / 8 + max(.seconds(1), took) / 8 }
            case .failed: hasFailed = true
            case .starting where member.isStuck(spec, now): hasFailed = true
            case .starting: startingNow.insert(member.uid)
            default: break
            }
        }
        // Whatever is no longer the pool's was warm, and somebody waited for it.
        for _ in unseen { noteSuccess() }
        starting = startingNow
        if hasFailed { noteFailure(at: now) }
    }

    /// These are there, or no more, by the pool's own doing. The next look may find the new ones warm already.
    mutating func note(made: [String], removed: [String]) {
        starting.formUnion(made)
        starting.subtract(removed)
    }

    private mutating func noteSuccess() {
        window = min(Self.largestWindow, window * 2)
        (failures, heldUntil) = (0, nil)
    }

    /// One could not be made, or ended, or did not become warm in time.
    mutating func noteFailure(at now: Timestamp) {
        failures += 1
        window = 1
        heldUntil = now + Self.backoff.ceiling(afterFailures: failures)
    }
}

extension PoolMember {
    /// On its way for too long. One that no node takes is not: another would not be taken either.
    fileprivate func isStuck(_ spec: RuntimePoolSpec, _ now: Timestamp) -> Bool {
        state == .starting && now >= createdAt + .seconds(spec.startSeconds)
    }

    fileprivate func isAged(_ spec: RuntimePoolSpec, _ now: Timestamp) -> Bool { state == .warm && now >= end(spec) }

    /// Spread over the last tenth of the age, so that those that were made together do not go together.
    fileprivate func end(_ spec: RuntimePoolSpec) -> Timestamp {
        // FNV-1a: the same for a pod whoever looks.
        let hash = uid.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return createdAt + .seconds(spec.maxAgeSeconds) * (9000 + Int(hash % 1000)) / 10_000
    }
}

extension FindingCode {
    /// Pods of a pool end, or do not become ready.
    static let poolFailing = FindingCode(rawValue: "E_POOL_FAILING")
}

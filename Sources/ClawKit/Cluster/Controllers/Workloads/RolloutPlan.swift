import ClawModels

/// How many replicas each of a Deployment's sets is to have next. Pure.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment>
struct RolloutPlan: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        var name: String
        var wanted: Int
        var available: Int
        /// Pods that are there, those that end not counted.
        var pods: Int
        /// What the Deployment wanted, and was to have at most, when this set was sized last.
        var desired: Int?
        var most: Int?
    }

    enum Strategy: Sendable, Hashable {
        case recreate
        case rolling(maxSurge: Int, maxUnavailable: Int)
    }

    var replicas: Int
    var strategy: Strategy
    /// The set of the present template.
    var new: Member
    /// The others, oldest first.
    var old: [Member]

    /// The sets whose number changes, with the new number.
    func next(isPaused: Bool) -> [String: Int] {
        if isPaused || isScaling { return scaled }
        switch strategy {
        case .recreate:
            let running = old.filter { $0.wanted > 0 }
            if !running.isEmpty { return Dictionary(uniqueKeysWithValues: running.map { ($0.name, 0) }) }
            // No new pod beside an old one.
            return old.contains { $0.pods > 0 } || new.wanted == replicas ? [:] : [new.name: replicas]
        case .rolling(let maxSurge, let maxUnavailable):
            if let wanted = grown(maxSurge) { return [new.name: wanted] }
            return shrunk(maxUnavailable)
        }
    }

    /// The Deployment has another size than when its sets were sized.
    var isScaling: Bool { (old + [new]).contains { $0.wanted > 0 && $0.desired.map { $0 != replicas } ?? false } }

    /// Only the number counts: of one set it is the set's, in the middle of a rollout all get their share.
    private var scaled: [String: Int] {
        let running = (old + [new]).filter { $0.wanted > 0 }
        if running.count <= 1 {
            let target = running.first ?? new
            return target.wanted == replicas ? [:] : [target.name: replicas]
        }
        if new.wanted == replicas, new.available >= replicas {
            return Dictionary(uniqueKeysWithValues: running.filter { $0.name != new.name }.map { ($0.name, 0) })
        }
        guard case .rolling(let maxSurge, _) = strategy else { return [:] }
        return shared(running, most: replicas > 0 ? replicas + maxSurge : 0).filter { name, size in
            running.contains { $0.name == name && $0.wanted != size }
        }
    }

    /// Each set grows or shrinks by its part, the largest first; what rounding leaves is the first one's.
    /// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling>
    private func shared(_ running: [Member], most: Int) -> [String: Int] {
        let added = most - running.reduce(0) { $0 + $1.wanted }
        guard added != 0 else { return [:] }
        let places = Dictionary(uniqueKeysWithValues: (old + [new]).enumerated().map { ($1.name, $0) })
        let sorted = running.sorted { a, b in
            if a.wanted != b.wanted { return a.wanted > b.wanted }
            let (first, second) = (places[a.name] ?? 0, places[b.name] ?? 0)
            // Of equals the newer grow first, the older shrink first.
            return added > 0 ? first > second : first < second
        }
        var sizes: [String: Int] = [:]
        var left = added
        for member in sorted {
            let before = member.most ?? replicas
            let share =
                replicas == 0 || before == 0
                ? -member.wanted : Int((Double(member.wanted * most) / Double(before)).rounded()) - member.wanted
            let change = added > 0 ? min(max(share, 0), left) : max(min(share, 0), left)
            sizes[member.name] = member.wanted + change
            left -= change
        }
        if let first = sorted.first { sizes[first.name] = max(0, (sizes[first.name] ?? 0) + left) }
        return sizes
    }

    private func grown(_ maxSurge: Int) -> Int? {
        if new.wanted == replicas { return nil }
        if new.wanted > replicas { return replicas }
        let total = old.reduce(new.wanted) { $0 + $1.wanted }
        let room = replicas + maxSurge - total
        return room > 0 ? min(replicas, new.wanted + room) : nil
    }

    private func shrunk(_ maxUnavailable: Int) -> [String: Int] {
        let oldWanted = old.reduce(0) { $0 + $1.wanted }
        guard oldWanted > 0 else { return [:] }
        let least = replicas - maxUnavailable
        var budget = oldWanted + new.wanted - least - max(0, new.wanted - new.available)
        guard budget > 0 else { return [:] }
        var wanted = Dictionary(uniqueKeysWithValues: old.map { ($0.name, $0.wanted) })
        // What is not available is missed by nobody.
        for member in old where budget > 0 {
            let unhealthy = min(budget, max(0, member.wanted - member.available))
            wanted[member.name]? -= unhealthy
            budget -= unhealthy
        }
        let available = old.reduce(new.available) { $0 + min($1.available, $1.wanted) }
        var surplus = min(budget, available - least)
        for member in old where surplus > 0 {
            let count = min(surplus, wanted[member.name] ?? 0)
            wanted[member.name]? -= count
            surplus -= count
        }
        return wanted.filter { name, count in old.contains { $0.name == name && $0.wanted != count } }
    }
}

extension Deployment {
    /// Both resolved against the replicas; where both are zero one pod may be missing, or nothing could move.
    var rolloutStrategy: RolloutPlan.Strategy {
        guard spec?.strategy?.type != "Recreate" else { return .recreate }
        let replicas = spec?.replicas ?? 1
        let update = spec?.strategy?.rollingUpdate
        let surge = update?.maxSurge?.scaled(to: replicas, roundingUp: true) ?? 1
        let unavailable = update?.maxUnavailable?.scaled(to: replicas, roundingUp: false) ?? 0
        return .rolling(maxSurge: surge, maxUnavailable: surge == 0 && unavailable == 0 ? 1 : min(unavailable, replicas))
    }

    /// How many pods may be missing before the Deployment counts as not available.
    var maxUnavailable: Int {
        if case .rolling(_, let maxUnavailable) = rolloutStrategy { maxUnavailable } else { 0 }
    }

    var maxSurge: Int { if case .rolling(let maxSurge, _) = rolloutStrategy { maxSurge } else { 0 } }
}

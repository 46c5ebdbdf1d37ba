import ClawBase
import ClawModels

/// What a DaemonSet's pods are to become: which go, and which nodes get one. Pure.
struct DaemonPlan: Sendable {
    let set: DaemonSet
    let hash: String
    let now: Timestamp
    /// Those that are there, in order of their names, with what the placement says.
    let nodes: [(name: String, isWanted: Bool, mayStay: Bool)]
    /// By the node they are on or meant for, the oldest first.
    let pods: [String: [Pod]]

    struct Changes: Sendable {
        var doomed: [Pod] = []
        var nodes: [String] = []
        var failed: [Pod] = []
    }

    private var surgeIsAllowed: Bool { limits.surge > 0 && isRolling }
    private var isRolling: Bool { self.set.spec?.updateStrategy?.type != "OnDelete" }
    private var limits: (unavailable: Int, surge: Int) { self.set.rollingLimits(of: nodes.count(where: \.isWanted)) }

    /// One pod for each node that is to have one, none elsewhere.
    func placement() -> Changes {
        var changes = Changes()
        let known = Set(nodes.map(\.name))
        for (node, pods) in pods where !known.contains(node) {
            changes.doomed += pods.filter { !$0.isBeingDeleted }
        }
        for node in nodes {
            let here = pods[node.name] ?? []
            if node.isWanted, here.isEmpty {
                changes.nodes.append(node.name)
            } else if !node.mayStay {
                changes.doomed += here.filter { !$0.isBeingDeleted }
            } else {
                keepOne(here.filter { !$0.isBeingDeleted }, &changes)
            }
        }
        return changes
    }

    private func keepOne(_ pods: [Pod], _ changes: inout Changes) {
        changes.failed += pods.filter(\.hasEnded)
        let running = pods.filter { !$0.hasEnded }
        guard surgeIsAllowed else {
            changes.doomed += running.dropFirst()
            return
        }
        // An old one and a new one may stand side by side until the new one is available.
        let new = running.filter { set.isUpdated($0, hash: hash) }
        let old = running.filter { !set.isUpdated($0, hash: hash) }
        if let first = old.first {
            changes.doomed += old.dropFirst() + new.dropFirst()
            if let newest = new.first, isAvailable(newest) || !isAvailable(first) { changes.doomed.append(first) }
        } else {
            changes.doomed += new.dropFirst()
        }
    }

    /// Pods of an old template that make way, as many as may be missing or doubled at a time.
    func rollout() -> Changes {
        guard isRolling else { return Changes() }
        var changes = Changes()
        let wanted = nodes.filter(\.isWanted)
        if limits.surge == 0 {
            var (missing, free, candidates) = (0, [Pod](), [Pod]())
            for node in wanted {
                guard let (old, new) = pair(on: node.name) else {
                    missing += 1
                    continue
                }
                if let new {
                    if !isAvailable(new) { missing += 1 }
                } else if let old {
                    if isAvailable(old) {
                        candidates.append(old)
                    } else {
                        // Missed by nobody.
                        missing += 1
                        if !old.isBeingDeleted { free.append(old) }
                    }
                }
            }
            changes.doomed = free + candidates.prefix(max(0, limits.unavailable - missing))
        } else {
            var (doubled, free, candidates) = (0, [String](), [String]())
            for node in wanted {
                let here = (pods[node.name] ?? []).filter { !$0.isBeingDeleted && !$0.hasEnded }
                let old = here.first { !set.isUpdated($0, hash: hash) }
                if let new = here.first(where: { set.isUpdated($0, hash: hash) }) {
                    if !isAvailable(new) { doubled += 1 }
                } else if let old {
                    if isAvailable(old) { candidates.append(node.name) } else { free.append(node.name) }
                }
            }
            changes.nodes = free + candidates.prefix(max(0, limits.surge - doubled))
        }
        return changes
    }

    /// nil where there is nothing or too much, which the placement mends first.
    private func pair(on node: String) -> (old: Pod?, new: Pod?)? {
        let here = (pods[node] ?? []).filter { !$0.hasEnded || !$0.isBeingDeleted }
        let new = here.filter { set.isUpdated($0, hash: hash) && !$0.isBeingDeleted }
        let old = here.filter { !set.isUpdated($0, hash: hash) }
        guard new.count + old.count == 1 else { return nil }
        return (old.first, new.first)
    }

    func isAvailable(_ pod: Pod) -> Bool { !pod.isBeingDeleted && timeToAvailable(pod) == .zero }

    func timeToAvailable(_ pod: Pod) -> Duration? {
        pod.timeToAvailable(minReadySeconds: set.spec?.minReadySeconds ?? 0, now: now)
    }

    // MARK: status

    func status(collisions: Int) -> DaemonSetStatus {
        func positive(_ count: Int) -> Int? { count > 0 ? count : nil }
        var (current, misplaced, ready, available, updated) = (0, 0, 0, 0, 0)
        for node in nodes {
            guard let here = pods[node.name], let oldest = here.first else { continue }
            guard node.isWanted else {
                misplaced += 1
                continue
            }
            current += 1
            // Of two, in a rollout, the one that serves counts.
            let pod = here.first(where: isAvailable) ?? here.first(where: \.isReady) ?? oldest
            if pod.isReady { ready += 1 }
            if isAvailable(pod) { available += 1 }
            if here.contains(where: { set.isUpdated($0, hash: hash) && !$0.isBeingDeleted }) { updated += 1 }
        }
        let wanted = nodes.count(where: \.isWanted)
        return DaemonSetStatus(
            currentNumberScheduled: current, desiredNumberScheduled: wanted, numberMisscheduled: misplaced,
            numberReady: ready, collisionCount: collisions > 0 ? collisions : set.status?.collisionCount,
            conditions: set.status?.conditions ?? [], numberAvailable: positive(available),
            numberUnavailable: positive(wanted - available), observedGeneration: set.metadata.generation,
            updatedNumberScheduled: positive(updated))
    }
}

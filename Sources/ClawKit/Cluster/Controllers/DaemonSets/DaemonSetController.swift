import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// Keeps a pod of a DaemonSet on each node that is meant.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/>
struct DaemonSetController: Sendable {
    private let client: KubernetesClient
    private let sets: ObjectCache<DaemonSet>
    private let nodes: ObjectCache<Node>
    private let claims: PodClaims
    private let revisions: TemplateRevisions
    private let pendingPods: PendingWrites<Pod>
    private let pendingRevisions: PendingWrites<ControllerRevision>
    private let pendingSets: PendingWrites<DaemonSet>
    private let failures = DaemonFailures()
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        sets = caches.cache(DaemonSet.self)
        nodes = caches.cache(Node.self)
        let pods = caches.cache(Pod.self)
        claims = PodClaims(client, caches, lookups)
        revisions = TemplateRevisions(client, caches, hashLabel: DaemonSet.revisionLabel)
        pendingPods = PendingWrites(pods)
        pendingRevisions = PendingWrites(caches.cache(ControllerRevision.self))
        pendingSets = PendingWrites(sets)
        events = ControllerEvents(client, "daemonset-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let controller = Controller("daemon-sets", caches: caches, logger: logger) { key in
            do {
                return try await reconcile(key)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                // The change that was quicker asks for this set again; the caches may not have it yet.
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(DaemonSet.self)
        .owns(Pod.self, by: "DaemonSet")
        .owns(ControllerRevision.self, by: "DaemonSet")
        .watches(Node.self) { _ in [] }
        .watches(Pod.self) { pod in
            // Somebody may want to adopt it.
            guard pod.metadata.controllerReference == nil, !pod.isBeingDeleted else { return [] }
            return sets.all.filter { set in
                set.namespace == pod.namespace && set.spec?.selector.ownersQuery?.matches(pod.labels) ?? false
            }.map { ObjectKey($0) }
        }
        nodes.onChange { [weak controller] change in
            // Heartbeats change nothing for anybody.
            guard change.old?.labels != change.new?.labels || change.old?.spec != change.new?.spec else { return }
            controller?.ask(for: sets.all.map { ObjectKey($0) })
        }
        return controller
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        guard let set = sets[key] else {
            pendingPods.forget(key)
            pendingRevisions.forget(key)
            pendingSets.forget(key)
            return .settled
        }
        let now = time.now
        let waits = [
            pendingPods.wait(key, now: now), pendingRevisions.wait(key, now: now), pendingSets.wait(key, now: now),
        ]
        if let wait = waits.compactMap({ $0 }).first { return .again(after: wait) }
        guard let spec = set.spec, !set.isBeingDeleted, let selector = spec.selector.ownersQuery else { return .settled }
        let known = try await revisions.list(of: set, selector)
        var collisions = set.status?.collisionCount ?? 0
        let current = try await revisions.current(of: set, spec.template, among: known, &collisions)
        pendingRevisions.didWrite(current, ifNewIn: known, for: key, now: now)
        let pods = try await claims.claim(for: set, selector)
        let placement = DaemonPlacement(set)
        let hash = current.labels[DaemonSet.revisionLabel] ?? ""
        let plan = DaemonPlan(
            set: set, hash: hash, now: now,
            nodes: nodes.all.filter { !$0.isBeingDeleted }.sorted { $0.name < $1.name }.map { node in
                let verdict = placement.verdict(on: node)
                return (node.name, verdict.isWanted, verdict.mayStay)
            },
            pods: Dictionary(grouping: pods.sorted(by: Self.isOlder)) { $0.targetNode ?? "" })
        var wait = try await carryOut(plan.placement(), set, hash, now)
        // What the caches do not show yet would be counted as missing.
        if pendingPods.wait(key, now: now) == nil {
            wait = Self.earlier(wait, try await carryOut(plan.rollout(), set, hash, now))
        }
        let used = pods.compactMap { pod in
            known.first { $0.labels[DaemonSet.revisionLabel] == pod.labels[DaemonSet.revisionLabel] }?.name
        }
        try await revisions.forget(known, except: Set(used + [current.name]), limit: spec.revisionHistoryLimit ?? 10)
        let status = plan.status(collisions: collisions)
        if status != set.status {
            var changed = set
            changed.status = status
            pendingSets.didChange(try await client.replaceStatus(changed), of: key, now: now)
        }
        let available = pods.compactMap { plan.timeToAvailable($0) }.filter { $0 > .zero }.min()
        return Self.earlier(wait, available).map { .again(after: $0) } ?? .settled
    }

    private static func earlier(_ a: Duration?, _ b: Duration?) -> Duration? { [a, b].compactMap { $0 }.min() }

    private static func isOlder(_ a: Pod, _ b: Pod) -> Bool {
        (a.metadata.creationTimestamp ?? "", a.name) < (b.metadata.creationTimestamp ?? "", b.name)
    }

    /// - Returns: when a pod that failed may be replaced.
    private func carryOut(
        _ changes: DaemonPlan.Changes, _ set: DaemonSet, _ hash: String, _ now: Timestamp
    ) async throws -> Duration? {
        let key = ObjectKey(set)
        var wait: Duration?
        var doomed = changes.doomed
        for pod in changes.failed {
            let text = "daemon pod \(pod.namespace ?? "")/\(pod.name) on node \(pod.targetNode ?? ""), will try to"
            if pod.phase == "Failed" {
                let left = failures.wait(key, pod.targetNode ?? "", now: now)
                guard left == .zero else {
                    wait = Self.earlier(wait, left)
                    continue
                }
                await events.warning("FailedDaemonPod", "Found failed \(text) kill it", on: set)
            } else {
                await events.normal("SucceededDaemonPod", "Found succeeded \(text) delete it", on: set)
            }
            doomed.append(pod)
        }
        for node in changes.nodes {
            do {
                let pod = try await client.create(set.newPod(on: node, hash: hash))
                pendingPods.didMake(pod, for: key, now: now)
                await events.normal("SuccessfulCreate", "Created pod: \(pod.name)", on: set)
            } catch let error as KubernetesError {
                await events.warning("FailedCreate", "Error creating: \(error.message)", on: set)
                throw error
            }
        }
        for pod in doomed {
            try await client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
            pendingPods.didDelete(pod, of: key, now: now)
            await events.normal("SuccessfulDelete", "Deleted pod: \(pod.name)", on: set)
        }
        return wait
    }
}

/// How long pods that fail again and again on a node wait for their successor: from one second, doubled, to a quarter
/// of an hour.
final class DaemonFailures: Sendable {
    private struct Place: Hashable {
        var set: ObjectKey
        var node: String
    }
    private struct Record {
        var wait: Duration
        var until: Timestamp
    }

    private static let longest = Duration.seconds(900)
    private static let mostKnown = 4096
    private let records = Mutex<[Place: Record]>([:])

    /// Zero: now, which counts as the next failure.
    func wait(_ set: ObjectKey, _ node: String, now: Timestamp) -> Duration {
        records.withLock { records in
            if records.count > Self.mostKnown { records = records.filter { $0.value.until + Self.longest > now } }
            let place = Place(set: set, node: node)
            let old = records[place]
            if let old, old.until > now { return old.until - now }
            // Long since the last: it starts over.
            let isFresh = old.map { $0.until + Self.longest * 2 < now } ?? true
            let wait = isFresh ? .seconds(1) : min(Self.longest, (old?.wait ?? .seconds(1)) * 2)
            records[place] = Record(wait: wait, until: now + wait)
            return .zero
        }
    }
}

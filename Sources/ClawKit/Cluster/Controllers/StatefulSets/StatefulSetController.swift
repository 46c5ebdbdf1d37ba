import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Keeps the pods of a StatefulSet: each with a name, a place and volumes of its own.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/>
struct StatefulSetController: Sendable {
    let client: KubernetesClient
    let sets: ObjectCache<StatefulSet>
    let volumeClaims: ObjectCache<PersistentVolumeClaim>
    let claims: PodClaims
    let revisions: TemplateRevisions
    let pendingPods: PendingWrites<Pod>
    let pendingSets: PendingWrites<StatefulSet>
    let pendingRevisions: PendingWrites<ControllerRevision>
    let events: ControllerEvents
    let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        sets = caches.cache(StatefulSet.self)
        volumeClaims = caches.cache(PersistentVolumeClaim.self)
        let pods = caches.cache(Pod.self)
        claims = PodClaims(client, caches, lookups)
        revisions = TemplateRevisions(client, caches, hashLabel: StatefulSetNames.hash)
        pendingPods = PendingWrites(pods)
        pendingSets = PendingWrites(sets)
        pendingRevisions = PendingWrites(caches.cache(ControllerRevision.self))
        events = ControllerEvents(client, "statefulset-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("stateful-sets", caches: caches, logger: logger) { key in
            do {
                return try await reconcile(key)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                // The change that was quicker asks for this set again; the caches may not have it yet.
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(StatefulSet.self)
        .owns(Pod.self, by: "StatefulSet")
        .owns(ControllerRevision.self, by: "StatefulSet")
        .watches(PersistentVolumeClaim.self) { _ in [] }
        .watches(Pod.self) { pod in
            // Somebody may want to adopt it.
            guard pod.metadata.controllerReference == nil, !pod.isBeingDeleted else { return [] }
            return sets.all.filter { set in
                set.namespace == pod.namespace && set.ordinal(of: pod) != nil
                    && set.spec?.selector.ownersQuery?.matches(pod.labels) ?? false
            }.map { ObjectKey($0) }
        }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        guard let set = sets[key] else {
            pendingPods.forget(key)
            pendingSets.forget(key)
            pendingRevisions.forget(key)
            return .settled
        }
        let now = time.now
        let waits = [
            pendingPods.wait(key, now: now), pendingSets.wait(key, now: now), pendingRevisions.wait(key, now: now),
        ]
        if let wait = waits.compactMap({ $0 }).first { return .again(after: wait) }
        guard let selector = set.spec?.selector.ownersQuery, let template = set.spec?.template else { return .settled }
        let pods = try await claims.claim(for: set, selector) { set.ordinal(of: $0) != nil }
        guard !set.isBeingDeleted else { return .settled }
        let known = try await revisions.list(of: set, selector)
        var collisions = set.status?.collisionCount ?? 0
        let update = try await revisions.current(of: set, template, among: known, &collisions)
        pendingRevisions.didWrite(update, ifNewIn: known, for: key, now: now)
        let current = known.first { $0.name == set.status?.currentRevision } ?? update
        var sync = StatefulSetSync(self, set, pods, current: current, update: update, collisions: collisions, now)
        let wait = try await sync.run()
        let used = [current.name, update.name] + pods.compactMap { $0.labels[StatefulSetNames.revision] }
        try await revisions.forget(known, except: Set(used), limit: set.spec?.revisionHistoryLimit ?? 10)
        return wait.map { .again(after: $0) } ?? .settled
    }
}

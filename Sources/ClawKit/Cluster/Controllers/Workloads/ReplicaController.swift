import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// What keeps a number of like pods: a ReplicaSet or a ReplicationController.
protocol ReplicaOwner: Resource {
    var wantedReplicas: Int { get }
    /// nil where no pod can be its.
    var members: LabelQuery? { get }
    var podTemplate: PodTemplateSpec? { get }
    var minReadySeconds: Int { get }
    /// The same with these numbers in its status.
    func reporting(_ counts: ReplicaCounts, now: Timestamp) -> Self
}

struct ReplicaCounts: Sendable {
    var replicas: Int
    var ready: Int
    var available: Int
    var fullyLabeled: Int
    var terminating: Int
    /// Why a pod could not be made.
    var failure: String?
}

/// Keeps as many pods of a template as an owner wants: adopts, releases, makes and deletes them.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/>
struct ReplicaController<Owner: ReplicaOwner>: Sendable {
    private let client: KubernetesClient
    private let sets: ObjectCache<Owner>
    private let pods: ObjectCache<Pod>
    private let claims: PodClaims
    private let tallies: PodTallies
    private let pending: PendingWrites<Pod>
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        sets = caches.cache(Owner.self)
        pods = caches.cache(Pod.self)
        claims = PodClaims(client, caches, lookups)
        tallies = PodTallies(pods)
        pending = PendingWrites(pods)
        let component = Owner.type.kind == "ReplicaSet" ? "replicaset-controller" : "replication-controller"
        events = ControllerEvents(client, component, time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller(Owner.type.plural, caches: caches, logger: logger) { try await reconcile($0) }
            .reconciles(Owner.self)
            .owns(Pod.self, by: Owner.type.kind)
            .watches(Pod.self) { pod in
                // Somebody may want to adopt it.
                guard pod.metadata.controllerReference == nil, !pod.isBeingDeleted else { return [] }
                return sets.all.filter { $0.namespace == pod.namespace && $0.members?.matches(pod.labels) ?? false }
                    .map { ObjectKey($0) }
            }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        guard let set = sets[key] else {
            pending.forget(key)
            return .settled
        }
        let now = time.now
        if let wait = pending.wait(key, now: now) { return .again(after: wait) }
        guard let selector = set.members else { return .settled }
        if let counts = countsAtRest(set, selector) {
            try await report(set, counts, now)
            return .settled
        }
        let owned: [Pod]
        do {
            owned = try await claims.claim(for: set, selector) { $0.isActive }
        } catch let error as KubernetesError where error.isConflict {
            // A pod that may be ours has changed: counting without it would make one too many.
            return .again(after: .milliseconds(20))
        }
        let active = owned.filter(\.isActive)
        var failure: KubernetesError?
        if !set.isBeingDeleted {
            do {
                try await scale(set, active, now)
            } catch let error as KubernetesError {
                failure = error
            }
        }
        let wait = try await report(set, active, terminating: owned.count(where: \.isBeingDeleted), failure, now)
        if let failure { throw failure }
        return wait.map { .again(after: $0) } ?? .settled
    }

    // MARK: how many there are

    private func scale(_ set: Owner, _ active: [Pod], _ now: Timestamp) async throws {
        let key = ObjectKey(set)
        let wanted = set.wantedReplicas
        for _ in active.count..<max(wanted, active.count) {
            let pod: Pod
            do {
                pod = try await client.create(set.newPod())
            } catch let error as KubernetesError {
                await events.warning("FailedCreate", "Error creating: \(error.message)", on: set)
                throw error
            }
            pending.didMake(pod, for: key, now: now)
            await events.normal("SuccessfulCreate", "Created pod: \(pod.name)", on: set)
        }
        guard active.count > wanted else { return }
        for pod in active.sorted(by: { $0.isDeleted(before: $1) }).prefix(active.count - wanted) {
            try await client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
            pending.didDelete(pod, of: key, now: now)
            await events.normal("SuccessfulDelete", "Deleted pod: \(pod.name)", on: set)
        }
    }

    // MARK: status

    /// What there is to say where nothing is to be done; nil where pods have to be looked at one by one.
    private func countsAtRest(_ set: Owner, _ selector: LabelQuery) -> ReplicaCounts? {
        guard !set.isBeingDeleted, set.minReadySeconds == 0, !claims.hasOrphans(in: set.namespace ?? "") else { return nil }
        let template = set.podTemplate?.metadata?.labels ?? [:]
        var counts = ReplicaCounts(replicas: 0, ready: 0, available: 0, fullyLabeled: 0, terminating: 0)
        for (labels, some) in tallies.counts(of: set.uid ?? "") {
            guard some.active == 0 || selector.matches(labels) else { return nil }
            counts.replicas += some.active
            counts.ready += some.ready
            counts.terminating += some.terminating
            if template.allSatisfy({ labels[$0.key] == $0.value }) { counts.fullyLabeled += some.active }
        }
        counts.available = counts.ready
        return counts.replicas == set.wantedReplicas ? counts : nil
    }

    /// - Returns: when a pod that is ready now becomes available.
    private func report(
        _ set: Owner, _ active: [Pod], terminating: Int, _ failure: KubernetesError?, _ now: Timestamp
    ) async throws -> Duration? {
        let template = set.podTemplate?.metadata?.labels ?? [:]
        let times = active.compactMap { $0.timeToAvailable(minReadySeconds: set.minReadySeconds, now: now) }
        try await report(
            set,
            ReplicaCounts(
                replicas: active.count, ready: active.count(where: \.isReady), available: times.count { $0 == .zero },
                fullyLabeled: active.count { pod in template.allSatisfy { pod.labels[$0.key] == $0.value } },
                terminating: terminating, failure: failure?.message), now)
        return times.filter { $0 > .zero }.min()
    }

    private func report(_ set: Owner, _ counts: ReplicaCounts, _ now: Timestamp) async throws {
        let changed = set.reporting(counts, now: now)
        guard changed != set else { return }
        do {
            _ = try await client.replaceStatus(changed)
        } catch let error as KubernetesError where error.isConflict || error.isNotFound {
            // The change that was quicker asks for this set again.
        }
    }
}

extension ReplicaOwner {
    fileprivate func newPod() -> Pod {
        var pod = Pod(metadata: ObjectMeta())
        if let template = podTemplate?.metadata {
            pod.labels = template.labels
            pod.metadata.annotations = template.annotations
            pod.metadata.finalizers = template.finalizers
        }
        pod.metadata.generateName = "\(name)-"
        pod.metadata.namespace = namespace
        pod.metadata.ownerReferences = [OwnerReference(controlling: self)]
        pod.spec = podTemplate?.spec
        return pod
    }
}

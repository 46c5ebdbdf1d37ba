import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Keeps as many pods of a template as a ReplicaSet wants: adopts, releases, makes and deletes them.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/>
struct ReplicaSetController: Sendable {
    private let client: KubernetesClient
    private let sets: ObjectCache<ReplicaSet>
    private let pods: ObjectCache<Pod>
    private let claims: PodClaims
    private let pending: PendingWrites<Pod>
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        time = caches.time
        sets = caches.cache(ReplicaSet.self)
        pods = caches.cache(Pod.self)
        claims = PodClaims(client, pods)
        pending = PendingWrites(pods)
        events = ControllerEvents(client, "replicaset-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("replica-sets", caches: caches, logger: logger) { try await reconcile($0) }
            .reconciles(ReplicaSet.self)
            .owns(Pod.self, by: "ReplicaSet")
            .watches(Pod.self) { pod in
                // Somebody may want to adopt it.
                guard pod.metadata.controllerReference == nil, !pod.isBeingDeleted else { return [] }
                return sets.all.filter { $0.namespace == pod.namespace && $0.selects(pod) }.map { ObjectKey($0) }
            }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        guard let set = sets[key] else {
            pending.forget(key)
            return .settled
        }
        let now = time.now
        if let wait = pending.wait(key, now: now) { return .again(after: wait) }
        guard let selector = set.spec?.selector.ownersQuery else { return .settled }
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

    private func scale(_ set: ReplicaSet, _ active: [Pod], _ now: Timestamp) async throws {
        let key = ObjectKey(set)
        let wanted = set.spec?.replicas ?? 1
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
        let surplus = active.sorted { $0.isDeleted(before: $1) }.prefix(max(0, active.count - wanted))
        for pod in surplus {
            try await client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
            pending.didDelete(pod, of: key, now: now)
            await events.normal("SuccessfulDelete", "Deleted pod: \(pod.name)", on: set)
        }
    }

    // MARK: status

    /// - Returns: when a pod that is ready now becomes available.
    private func report(
        _ set: ReplicaSet, _ active: [Pod], terminating: Int, _ failure: KubernetesError?, _ now: Timestamp
    ) async throws -> Duration? {
        let template = set.spec?.template?.metadata?.labels ?? [:]
        let times = active.compactMap { $0.timeToAvailable(minReadySeconds: set.spec?.minReadySeconds ?? 0, now: now) }
        func positive(_ count: Int) -> Int? { count > 0 ? count : nil }
        var status = ReplicaSetStatus(
            replicas: active.count, availableReplicas: positive(times.count { $0 == .zero }),
            conditions: set.status?.conditions ?? [],
            fullyLabeledReplicas: positive(
                active.count { pod in template.allSatisfy { pod.labels[$0.key] == $0.value } }),
            observedGeneration: set.metadata.generation, readyReplicas: positive(active.count(where: \.isReady)),
            terminatingReplicas: terminating)
        let known = status.conditions.first { $0.type == "ReplicaFailure" }
        status.conditions.removeAll { $0.type == "ReplicaFailure" }
        if let failure {
            status.conditions.append(
                ReplicaSetCondition(
                    type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure.message,
                    lastTransitionTime: known?.lastTransitionTime ?? now.rfc3339()))
        }
        if status != set.status {
            var changed = set
            changed.status = status
            do {
                _ = try await client.replaceStatus(changed)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                // The change that was quicker asks for this set again.
            }
        }
        return times.filter { $0 > .zero }.min()
    }
}

extension ReplicaSet {
    fileprivate func selects(_ pod: Pod) -> Bool {
        spec?.selector.ownersQuery?.matches(pod.labels) ?? false
    }

    fileprivate func newPod() -> Pod {
        var pod = Pod(metadata: ObjectMeta())
        if let template = spec?.template?.metadata {
            pod.labels = template.labels
            pod.metadata.annotations = template.annotations
            pod.metadata.finalizers = template.finalizers
        }
        pod.metadata.generateName = "\(name)-"
        pod.metadata.namespace = namespace
        pod.metadata.ownerReferences = [OwnerReference(controlling: self)]
        pod.spec = spec?.template?.spec
        return pod
    }
}

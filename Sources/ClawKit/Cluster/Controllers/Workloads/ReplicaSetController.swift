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
    private let orphans: OrphanPods
    private let pending: PendingPods
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        time = caches.time
        sets = caches.cache(ReplicaSet.self)
        pods = caches.cache(Pod.self)
        orphans = OrphanPods(pods)
        pending = PendingPods(pods)
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
        let owned: [Pod]
        do {
            owned = try await claim(set)
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

    // MARK: whose pods these are

    private func claim(_ set: ReplicaSet) async throws -> [Pod] {
        var owned: [Pod] = []
        for pod in pods.controlled(by: set.uid ?? "") {
            if set.selects(pod) || !pod.isActive { owned.append(pod) } else { try await release(pod, from: set) }
        }
        guard !set.isBeingDeleted else { return owned }
        for pod in orphans.matching(set.selects, in: set.namespace ?? "") where pod.isActive {
            if let adopted = try await adopt(pod, for: set) { owned.append(adopted) }
        }
        return owned
    }

    private func adopt(_ pod: Pod, for set: ReplicaSet) async throws -> Pod? {
        var pod = pod
        pod.metadata.ownerReferences.append(OwnerReference(controlling: set))
        return try await replace(pod)
    }

    private func release(_ pod: Pod, from set: ReplicaSet) async throws {
        var pod = pod
        pod.metadata.ownerReferences.removeAll { $0.uid == set.uid }
        _ = try await replace(pod)
    }

    /// nil where the pod has gone meanwhile.
    private func replace(_ pod: Pod) async throws -> Pod? {
        do {
            return try await client.replace(pod)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    // MARK: how many there are

    private func scale(_ set: ReplicaSet, _ active: [Pod], _ now: Timestamp) async throws {
        let key = ObjectKey(set)
        let wanted = set.spec?.replicas ?? 1
        for _ in active.count..<max(wanted, active.count) {
            let pod = try await client.create(set.newPod())
            pending.didMake(pod, for: key, now: now)
        }
        let surplus = active.sorted { $0.isDeleted(before: $1) }.prefix(max(0, active.count - wanted))
        for pod in surplus {
            try await client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
            pending.didDelete(pod, of: key, now: now)
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
        guard let selector = spec?.selector, let query = try? LabelQuery(selector), !query.requirements.isEmpty else {
            return false
        }
        return query.matches(pod.labels)
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

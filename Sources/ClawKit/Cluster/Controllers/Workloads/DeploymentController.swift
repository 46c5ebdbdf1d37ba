import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Rolls a Deployment's template out through ReplicaSets, one for each template.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>
struct DeploymentController: Sendable {
    private let client: KubernetesClient
    private let deployments: ObjectCache<Deployment>
    private let sets: ObjectCache<ReplicaSet>
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        time = caches.time
        deployments = caches.cache(Deployment.self)
        sets = caches.cache(ReplicaSet.self)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("deployments", caches: caches, logger: logger) { key in
            guard let deployment = deployments[key], !deployment.isBeingDeleted else { return .settled }
            do {
                return try await reconcile(deployment)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                // The change that was quicker asks for this Deployment again; the caches may not have it yet.
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(Deployment.self)
        .owns(ReplicaSet.self, by: "Deployment")
    }

    private func reconcile(_ deployment: Deployment) async throws -> Reconciled {
        guard let template = deployment.spec?.template else { return .settled }
        let owned = sets.controlled(by: deployment.uid ?? "").sorted {
            ($0.metadata.creationTimestamp ?? "", $0.name) < ($1.metadata.creationTimestamp ?? "", $1.name)
        }
        let known = owned.first { $0.spec?.template?.isSame(as: template) ?? false }
        let others = owned.filter { $0.uid != known?.uid }
        // A template that comes back gets the newest number.
        let revision = (others.map(DeploymentRevision.number).max() ?? 0) + 1
        var new: ReplicaSet
        if let known {
            new = try await annotate(known, deployment, max(revision, DeploymentRevision.number(of: known)))
        } else {
            guard let made = try await make(deployment, template, others, revision) else { return .settled }
            new = made
        }
        try await keep(DeploymentRevision.number(of: new), on: deployment)
        var all: [ReplicaSet] = []
        let plan = plan(deployment, new, others).next(isPaused: deployment.spec?.paused == true)
        for var set in others + [new] {
            if let wanted = plan[set.name] {
                set.spec?.replicas = wanted
                if set.uid != new.uid { set.metadata.annotations.merge(DeploymentRevision.sizes(deployment)) { $1 } }
                set = try await client.replace(set)
            }
            all.append(set)
        }
        if let last = all.last { new = last }
        return try await report(deployment, new, all, isCreated: known == nil)
    }

    private func plan(_ deployment: Deployment, _ new: ReplicaSet, _ old: [ReplicaSet]) -> RolloutPlan {
        func member(_ set: ReplicaSet) -> RolloutPlan.Member {
            RolloutPlan.Member(
                name: set.name, wanted: set.spec?.replicas ?? 0, available: set.status?.availableReplicas ?? 0,
                pods: (set.status?.replicas ?? 0) + (set.status?.terminatingReplicas ?? 0))
        }
        return RolloutPlan(
            replicas: deployment.spec?.replicas ?? 1, strategy: deployment.rolloutStrategy, new: member(new),
            old: old.map(member))
    }

    // MARK: the set of the present template

    private func annotate(_ set: ReplicaSet, _ deployment: Deployment, _ revision: Int) async throws -> ReplicaSet {
        var changed = set
        changed.metadata.annotations.merge(DeploymentRevision.annotations(deployment, revision: revision)) { $1 }
        changed.spec?.minReadySeconds = deployment.spec?.minReadySeconds
        return changed == set ? set : try await client.replace(changed)
    }

    /// nil where the name is taken by another template: the next try has another name.
    private func make(
        _ deployment: Deployment, _ template: PodTemplateSpec, _ others: [ReplicaSet], _ revision: Int
    ) async throws -> ReplicaSet? {
        let collisions = deployment.status?.collisionCount ?? 0
        let hash = TemplateHash.text(of: template, collisions: collisions)
        var labelled = template
        var metadata = template.metadata ?? ObjectMeta()
        metadata.labels[TemplateHash.label] = hash
        labelled.metadata = metadata
        var selector = deployment.spec?.selector ?? LabelSelector()
        selector.matchLabels[TemplateHash.label] = hash
        var set = ReplicaSet(
            metadata: ObjectMeta(
                name: "\(deployment.name)-\(hash)", namespace: deployment.namespace, labels: metadata.labels,
                annotations: DeploymentRevision.annotations(deployment, revision: revision),
                ownerReferences: [OwnerReference(controlling: deployment)]),
            spec: ReplicaSetSpec(
                selector: selector, minReadySeconds: deployment.spec?.minReadySeconds, replicas: 0, template: labelled))
        let wanted = plan(deployment, set, others).next(isPaused: deployment.spec?.paused == true)[set.name]
        set.spec?.replicas = wanted ?? 0
        do {
            return try await client.create(set)
        } catch let error as KubernetesError where error.isAlreadyExists {
            let found = try await client.get(ReplicaSet.self, set.name, in: set.namespace)
            if found.metadata.isControlled(by: deployment), found.spec?.template?.isSame(as: template) ?? false {
                return found
            }
            _ = try await client.edit(
                Deployment.self, deployment.name, in: deployment.namespace, subresource: "status"
            ) {
                $0.status = $0.status ?? DeploymentStatus()
                $0.status?.collisionCount = collisions + 1
            }
            return nil
        }
    }

    // MARK: the Deployment itself

    private func keep(_ revision: Int, on deployment: Deployment) async throws {
        guard deployment.metadata.annotations[DeploymentRevision.revision] != String(revision) else { return }
        _ = try await client.edit(Deployment.self, deployment.name, in: deployment.namespace) {
            $0.metadata.annotations[DeploymentRevision.revision] = String(revision)
        }
    }

    private func report(
        _ deployment: Deployment, _ new: ReplicaSet, _ all: [ReplicaSet], isCreated: Bool
    ) async throws -> Reconciled {
        let now = time.now
        let status = DeploymentReport(deployment: deployment, new: new, all: all, isCreated: isCreated, now: now).status()
        if status != deployment.status {
            _ = try await client.edit(
                Deployment.self, deployment.name, in: deployment.namespace, subresource: "status"
            ) {
                // Of another generation: it is looked at again anyway.
                if $0.metadata.generation == deployment.metadata.generation { $0.status = status }
            }
        }
        if DeploymentReport.isComplete(status, deployment) {
            try await forget(all.filter { $0.uid != new.uid }, deployment)
            return .settled
        }
        let limit = deployment.spec?.progressDeadlineSeconds ?? 600
        return limit < Int(Int32.max) ? .again(after: .seconds(limit)) : .settled
    }

    /// Deletes the oldest of the sets that nobody can want back.
    private func forget(_ old: [ReplicaSet], _ deployment: Deployment) async throws {
        let empty = old.filter {
            $0.spec?.replicas == 0 && ($0.status?.replicas ?? 0) == 0 && !$0.isBeingDeleted
                && ($0.status?.observedGeneration ?? 0) >= ($0.metadata.generation ?? 0)
        }
        let surplus = empty.count - (deployment.spec?.revisionHistoryLimit ?? 10)
        guard surplus > 0 else { return }
        let oldest = empty.sorted { DeploymentRevision.number(of: $0) < DeploymentRevision.number(of: $1) }
        for set in oldest.prefix(surplus) {
            try await client.deleteIfPresent(ReplicaSet.self, set.name, in: set.namespace, uid: set.uid)
        }
    }
}

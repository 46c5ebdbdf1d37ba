import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Rolls a Deployment's template out through ReplicaSets, one for each template.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>
struct DeploymentController: Sendable {
    private let deployments: ObjectCache<Deployment>
    private let sets: ObjectCache<ReplicaSet>
    private let orphans: ObjectIndex<ReplicaSet, String>
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        time = caches.time
        deployments = caches.cache(Deployment.self)
        sets = caches.cache(ReplicaSet.self)
        orphans = sets.index { set in
            set.metadata.controllerReference == nil && !set.isBeingDeleted ? [set.namespace ?? ""] : []
        }
        events = ControllerEvents(client, "deployment-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller(keys: "deployments", caches: caches, logger: logger) { context in
            guard let deployment = deployments[context.key], !deployment.isBeingDeleted else { return .settled }
            do {
                return try await reconcile(deployment, context.api)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                // The change that was quicker asks for this Deployment again; the caches may not have it yet.
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(Deployment.self)
        .owns(ReplicaSet.self, by: "Deployment")
        .watches(ReplicaSet.self) { set in
            // Somebody may want to adopt it.
            guard set.metadata.controllerReference == nil, !set.isBeingDeleted else { return [] }
            return deployments.all.filter { deployment in
                deployment.namespace == set.namespace
                    && deployment.spec?.selector.ownersQuery?.matches(set.labels) ?? false
            }.map { ObjectKey($0) }
        }
    }

    /// A Deployment's sets: those it controls, as long as its selector means them, and those it adopts.
    private func claim(
        _ deployment: Deployment, _ selector: LabelQuery, _ api: any KubernetesAPI
    ) async throws -> [ReplicaSet] {
        var owned: [ReplicaSet] = []
        for set in sets.controlled(by: deployment.uid ?? "") {
            if selector.matches(set.labels) {
                owned.append(set)
            } else {
                var released = set
                released.metadata.ownerReferences.removeAll { $0.uid == deployment.uid }
                _ = try await api.replace(released)
            }
        }
        let found = orphans[deployment.namespace ?? ""].filter { selector.matches($0.labels) }
        guard !found.isEmpty else { return owned }
        // The cache may not know yet that the Deployment goes, and what it adopts then would go with it.
        let present = try await api.find(Deployment.self, deployment.name, in: deployment.namespace)
        guard let present, present.uid == deployment.uid, !present.isBeingDeleted else { return owned }
        for set in found {
            var adopted = set
            adopted.metadata.ownerReferences.append(OwnerReference(controlling: deployment))
            owned.append(try await api.replace(adopted))
        }
        return owned
    }

    private func reconcile(_ deployment: Deployment, _ api: any KubernetesAPI) async throws -> Reconciled {
        var deployment = deployment
        guard let template = deployment.spec?.template, let selector = deployment.spec?.selector.ownersQuery else {
            return .settled
        }
        let owned = try await claim(deployment, selector, api).sorted {
            ($0.metadata.creationTimestamp ?? "", $0.name) < ($1.metadata.creationTimestamp ?? "", $1.name)
        }
        let known = owned.first { $0.spec?.template?.isSame(as: template) ?? false }
        let others = owned.filter { $0.uid != known?.uid }
        // A template that comes back gets the newest number.
        let revision = (others.map(DeploymentRevision.number).max() ?? 0) + 1
        var new: ReplicaSet
        if let known {
            new = try await annotate(known, deployment, max(revision, DeploymentRevision.number(of: known)), api)
        } else {
            guard let made = try await make(deployment, template, others, revision, api) else {
                return .again(after: .zero)
            }
            new = made
        }
        deployment = try await keep(DeploymentRevision.number(of: new), on: deployment, api)
        var all: [ReplicaSet] = []
        let plan = plan(deployment, new, others)
        let sizes = plan.next(isPaused: deployment.spec?.paused == true)
        for var set in others + [new] {
            let before = set
            if let wanted = sizes[set.name] { set.spec?.replicas = wanted }
            // Sets of no size are left alone: they are only history.
            if sizes[set.name] != nil || (plan.isScaling && (set.spec?.replicas ?? 0) > 0) {
                set.metadata.annotations.merge(DeploymentRevision.sizes(deployment)) { $1 }
            }
            if set != before {
                set = try await api.replace(set)
                await tell(deployment, set, before.spec?.replicas ?? 0)
            }
            all.append(set)
        }
        if let last = all.last { new = last }
        return try await report(deployment, new, all, isCreated: known == nil, api)
    }

    private func plan(
        _ deployment: Deployment, _ new: ReplicaSet, _ old: [ReplicaSet]
    ) -> RolloutPlan {
        func member(_ set: ReplicaSet) -> RolloutPlan.Member {
            RolloutPlan.Member(
                name: set.name, wanted: set.spec?.replicas ?? 0, available: set.status?.availableReplicas ?? 0,
                pods: (set.status?.replicas ?? 0) + (set.status?.terminatingReplicas ?? 0),
                desired: set.metadata.annotations[DeploymentRevision.desired].flatMap { Int($0) },
                most: set.metadata.annotations[DeploymentRevision.most].flatMap { Int($0) })
        }
        return RolloutPlan(
            replicas: deployment.spec?.replicas ?? 1, strategy: deployment.rolloutStrategy, new: member(new),
            old: old.map(member))
    }

    private func tell(_ deployment: Deployment, _ set: ReplicaSet, _ before: Int) async {
        let now = set.spec?.replicas ?? 0
        guard now != before else { return }
        await events.normal(
            "ScalingReplicaSet",
            "Scaled \(now > before ? "up" : "down") replica set \(set.name) from \(before) to \(now)", on: deployment)
    }

    // MARK: the set of the present template

    private func annotate(
        _ set: ReplicaSet, _ deployment: Deployment, _ revision: Int, _ api: any KubernetesAPI
    ) async throws -> ReplicaSet {
        var changed = set
        changed.metadata.annotations.merge(DeploymentRevision.annotations(deployment, revision: revision)) { $1 }
        changed.spec?.minReadySeconds = deployment.spec?.minReadySeconds
        return changed == set ? set : try await api.replace(changed)
    }

    /// nil where the name is taken by another template: the next try has another name.
    private func make(
        _ deployment: Deployment, _ template: PodTemplateSpec, _ others: [ReplicaSet], _ revision: Int,
        _ api: any KubernetesAPI
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
                annotations: DeploymentRevision.annotations(deployment, revision: revision)
                    .merging(DeploymentRevision.sizes(deployment)) { $1 },
                ownerReferences: [OwnerReference(controlling: deployment)]),
            spec: ReplicaSetSpec(
                selector: selector, minReadySeconds: deployment.spec?.minReadySeconds, replicas: 0, template: labelled))
        let wanted = plan(deployment, set, others).next(isPaused: deployment.spec?.paused == true)[set.name]
        set.spec?.replicas = wanted ?? 0
        do {
            let made = try await api.create(set)
            await tell(deployment, made, 0)
            return made
        } catch let error as KubernetesError where error.isAlreadyExists {
            let found = try await api.get(ReplicaSet.self, set.name, in: set.namespace)
            if found.metadata.isControlled(by: deployment), found.spec?.template?.isSame(as: template) ?? false {
                return found
            }
            _ = try await api.edit(
                Deployment.self, deployment.name, in: deployment.namespace, subresource: "status"
            ) {
                $0.status = $0.status ?? DeploymentStatus()
                $0.status?.collisionCount = collisions + 1
            }
            return nil
        }
    }

    // MARK: the Deployment itself

    private func keep(
        _ revision: Int, on deployment: Deployment, _ api: any KubernetesAPI
    ) async throws -> Deployment {
        guard deployment.metadata.annotations[DeploymentRevision.revision] != String(revision) else { return deployment }
        var changed = deployment
        changed.metadata.annotations[DeploymentRevision.revision] = String(revision)
        return try await api.replace(changed)
    }

    private func report(
        _ deployment: Deployment, _ new: ReplicaSet, _ all: [ReplicaSet], isCreated: Bool,
        _ api: any KubernetesAPI
    ) async throws -> Reconciled {
        let now = time.now
        let status = DeploymentReport(deployment: deployment, new: new, all: all, isCreated: isCreated, now: now).status()
        if status != deployment.status {
            var changed = deployment
            changed.status = status
            _ = try await api.replaceStatus(changed)
        }
        if DeploymentReport.isComplete(status, deployment) {
            try await forget(all.filter { $0.uid != new.uid }, deployment, api)
            return .settled
        }
        let limit = deployment.spec?.progressDeadlineSeconds ?? 600
        return limit < Int(Int32.max) ? .again(after: .seconds(limit)) : .settled
    }

    /// Deletes the oldest of the sets that nobody can want back.
    private func forget(
        _ old: [ReplicaSet], _ deployment: Deployment, _ api: any KubernetesAPI
    ) async throws {
        let empty = old.filter {
            $0.spec?.replicas == 0 && ($0.status?.replicas ?? 0) == 0 && !$0.isBeingDeleted
                && ($0.status?.observedGeneration ?? 0) >= ($0.metadata.generation ?? 0)
        }
        let surplus = empty.count - (deployment.spec?.revisionHistoryLimit ?? 10)
        guard surplus > 0 else { return }
        let oldest = empty.sorted { DeploymentRevision.number(of: $0) < DeploymentRevision.number(of: $1) }
        for set in oldest.prefix(surplus) {
            try await api.deleteIfPresent(ReplicaSet.self, set.name, in: set.namespace, uid: set.uid)
        }
    }
}

/// What "ready" means for each kind, as `kubectl rollout status` and `kubectl wait` see it.
extension ObjectCondition where R == Pod {
    /// All containers pass their readiness probes.
    public static var ready: Self {
        Self("ready") { pod in
            let verdict = Self.condition("Ready").judge(pod)
            if verdict != .met, let phase = pod?.status?.phase, phase == "Failed" || phase == "Succeeded" {
                return .impossible("the pod has ended (\(phase))")
            }
            return verdict
        }
    }

    /// All containers have ended well.
    public static var completed: Self {
        Self("completed") { pod in
            guard let pod else { return .unmet("there is no such object") }
            let phase = pod.status?.phase ?? "Pending"
            switch phase {
            case "Succeeded": return .met
            case "Failed": return .impossible("the pod has failed\(pod.status?.message.map { ": \($0)" } ?? "")")
            default: return .unmet("the pod is \(phase)")
            }
        }
    }
}

extension ObjectCondition where R == Deployment {
    /// All replicas are of the newest template and available, and no older ones are left.
    public static var ready: Self {
        Self("ready") { deployment in
            guard let deployment else { return .unmet("there is no such object") }
            let status = deployment.status ?? DeploymentStatus()
            if let missing = deployment.unseen(status.observedGeneration) { return .unmet(missing) }
            if let progress = deployment.document.condition("Progressing"),
                progress.string(.reason) == "ProgressDeadlineExceeded"
            {
                return .unmet("the roll-out exceeded its deadline: \(progress.string(.message) ?? "")")
            }
            let wanted = deployment.spec?.replicas ?? 1
            let updated = status.updatedReplicas ?? 0
            if updated < wanted { return .unmet("\(updated) of \(wanted) replicas are updated") }
            let old = (status.replicas ?? 0) - updated
            if old > 0 { return .unmet("\(old) old replicas are still there") }
            let available = status.availableReplicas ?? 0
            return available < updated ? .unmet("\(available) of \(updated) replicas are available") : .met
        }
    }
}

extension ObjectCondition where R == StatefulSet {
    /// All replicas are ready and, but for a partition or updates on delete, of the newest revision.
    public static var ready: Self {
        Self("ready") { set in
            guard let set else { return .unmet("there is no such object") }
            guard let status = set.status else { return .unmet("it has no status yet") }
            if let missing = set.unseen(status.observedGeneration) { return .unmet(missing) }
            let wanted = set.spec?.replicas ?? 1
            let ready = status.readyReplicas ?? 0
            if ready < wanted { return .unmet("\(ready) of \(wanted) replicas are ready") }
            let strategy = set.spec?.updateStrategy
            guard (strategy?.type ?? "RollingUpdate") == "RollingUpdate" else { return .met }
            let due = wanted - (strategy?.rollingUpdate?.partition ?? 0)
            let isCurrent = status.updateRevision == nil || status.updateRevision == status.currentRevision
            let updated = isCurrent ? wanted : status.updatedReplicas ?? 0
            return updated < due ? .unmet("\(updated) of \(due) replicas are updated") : .met
        }
    }
}

extension ObjectCondition where R == DaemonSet {
    /// Every node that should have a pod has an available one of the newest template.
    public static var ready: Self {
        Self("ready") { set in
            guard let set else { return .unmet("there is no such object") }
            guard let status = set.status else { return .unmet("it has no status yet") }
            if let missing = set.unseen(status.observedGeneration) { return .unmet(missing) }
            let wanted = status.desiredNumberScheduled
            let updated = status.updatedNumberScheduled ?? 0
            if updated < wanted { return .unmet("\(updated) of \(wanted) pods are updated") }
            let available = status.numberAvailable ?? 0
            return available < wanted ? .unmet("\(available) of \(wanted) pods are available") : .met
        }
    }
}

extension ObjectCondition where R == Job {
    /// As many pods as asked for have ended well.
    public static var completed: Self {
        Self("completed") { job in
            if let failure = job?.document.condition("Failed"), failure.string(.status) == "True" {
                return .impossible("the job has failed: \(failure.string(.message) ?? failure.string(.reason) ?? "")")
            }
            if Self.condition("Complete").judge(job) == .met { return .met }
            guard let job else { return .unmet("there is no such object") }
            return .unmet("\(job.status?.succeeded ?? 0) of \(job.spec?.completions ?? 1) pods have succeeded")
        }
    }

    /// As ``completed``.
    public static var ready: Self { completed }
}

extension ObjectCondition where R == PersistentVolumeClaim {
    /// Bound to a volume.
    public static var ready: Self {
        Self("ready") { claim in
            guard let claim else { return .unmet("there is no such object") }
            let phase = claim.status?.phase ?? "Pending"
            switch phase {
            case "Bound": return .met
            case "Lost": return .impossible("its volume is lost")
            default: return .unmet("the claim is \(phase)")
            }
        }
    }
}

extension ObjectCondition where R == CustomResourceDefinition {
    /// Its objects can be read and written.
    public static var ready: Self { .condition("Established") }
}

extension ObjectCondition where R == Node {
    /// Its kubelet is well and takes pods.
    public static var ready: Self { .condition("Ready") }
}

extension ObjectCondition where R == Namespace {
    /// Objects can be made in it.
    public static var ready: Self {
        Self("ready") { namespace in
            guard let namespace else { return .unmet("there is no such object") }
            let phase = namespace.status?.phase ?? "Active"
            return phase == "Active" ? .met : .unmet("the namespace is \(phase)")
        }
    }
}

extension Resource {
    /// What to say where the controller has not seen the newest spec yet: its numbers are about an older one.
    fileprivate func unseen(_ observedGeneration: Int?) -> String? {
        guard let generation = metadata.generation, (observedGeneration ?? 0) < generation else { return nil }
        return "its controller has not seen generation \(generation) yet"
    }
}

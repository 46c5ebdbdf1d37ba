public import ClawBase
public import ClawControl

/// The Rollout as three pure functions.
///
/// The service account is not among the children: rollouts of one project may share one, so it belongs to all of them
/// (``SharedAccounts``).
public struct RolloutKind: ManagedKind {
    public init() {}

    public let children: [any Resource.Type] = [
        Deployment.self, Service.self, Ingress.self, HorizontalPodAutoscaler.self, CronJob.self,
        KubernetesSecret.self, PersistentVolumeClaim.self, ControllerRevision.self,
    ]

    /// A Deployment's says how its pods do, an Ingress's whether somebody serves it, a claim's whether it is bound.
    public let childrenOfUnreadStatus: [any Resource.Type] = [HorizontalPodAutoscaler.self, CronJob.self]

    public let related = [
        Relation(Pod.self, labeled: RolloutLabel.deployment, when: .healthChanged) { pod in
            pod.labels[RolloutLabel.deployment].map { ObjectKey(namespace: pod.namespace ?? "", name: $0) }
        }
    ]

    /// What speaks against it as it is written: all of it at once, each with its place.
    public func admit(_ rollout: Rollout) -> [Finding] { RolloutAdmission(rollout).findings }

    public func desire(_ rollout: Rollout, _ observed: Observed) throws(Finding) -> [Child] {
        let choice = try RevisionChoice(rollout, observed)
        let children = RolloutChildren(of: rollout, spec: choice.running.spec, revision: choice.running.name)
        return choice.records(rollout, observed) + children.all(observed)
    }

    public func observe(_ rollout: Rollout, _ observed: Observed, now: Timestamp) -> Observation<Rollout> {
        var seen = rollout
        seen.status = RolloutReport(rollout, observed).status(now: now)
        // A volume that was kept until now goes in two steps, of which nobody tells the second.
        let children = RolloutChildren(of: rollout, spec: rollout.spec, revision: "")
        let isReleasing = !children.droppedVolumes(observed).isEmpty
        // Which revision should run depends on the status too, and nobody tells of one's own writes.
        if seen.status.revision.failed != rollout.status.revision.failed {
            return Observation(seen, lookAgainAfter: .zero)
        }
        return Observation(seen, lookAgainAfter: isReleasing ? .seconds(1) : nil)
    }
}

extension ChangePredicate<Pod> {
    /// What ``DeploymentHealth`` tells of a pod: not where it runs, nor since when.
    fileprivate static var healthChanged: Self {
        labelsChanged
            || Self { old, new in
                old.status?.phase != new.status?.phase || old.spec?.containers != new.spec?.containers
                    || old.status?.containerStatuses.map(\.ready) != new.status?.containerStatuses.map(\.ready)
            }
    }
}

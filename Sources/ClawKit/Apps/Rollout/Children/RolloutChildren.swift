import ClawBase
import ClawControl
import ClawKubernetes

/// What should be there for a rollout, from one of its revisions. Pure: equal arguments give equal bytes.
struct RolloutChildren {
    let rollout: Rollout
    /// Of the revision that should run, which need not be the rollout's own.
    let spec: Rollout.Spec
    let revision: String
    let names: RolloutNames
    let labels: [String: String]
    let settings: RolloutSettings

    init(of rollout: Rollout, spec: Rollout.Spec, revision: String) {
        (self.rollout, self.spec, self.revision) = (rollout, spec, revision)
        (names, settings) = (RolloutNames(rollout), RolloutSettings(rollout))
        labels = RolloutLabel.all(rollout)
    }

    /// Secrets come first: pods must not start with older ones than their template's checksum says. All else goes its
    /// own way, so that a volume that cannot grow holds up nobody.
    func all(_ observed: Observed) -> [Child] {
        var children = (secrets + pullSecrets).map { Child($0, stage: 0) }
        children += volumes(observed)
        children.append(Child(deployment, stage: 1))
        children += services.map { Child($0, stage: 1) }
        children += ingresses.map { Child($0, stage: 1) }
        children += autoscaler.map { Child($0, stage: 1) }
        children += cronJobs.map { Child($0, stage: 1) }
        return children
    }

    func metadata(_ name: String) -> ObjectMeta {
        ObjectMeta(name: name, namespace: rollout.namespace, labels: labels)
    }
}

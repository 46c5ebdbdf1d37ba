import ClawApps
import ClawBase
import ClawKubernetes

/// A cluster as small as a list of objects: what is desired is there at once, and a test says how the pods do. For
/// following a rollout's pure functions over many passes.
struct World {
    var rollout: Rollout
    var objects: [any Resource] = []
    var now = Timestamp(seconds: 1_800_000_000)
    var failures: [Observed.Failure] = []
    /// What the last pass desired.
    var children: [Child] = []

    init(_ rollout: Rollout) { self.rollout = rollout }

    /// One pass of the engine: admit, desire, apply, observe.
    mutating func pass() {
        let kind = RolloutKind()
        var findings = kind.admit(rollout)
        if !findings.contains(where: { $0.code.rawValue.hasPrefix("E_") }) {
            do { apply(try kind.desire(rollout, observed(findings))) } catch { findings.append(error) }
        }
        rollout = kind.observe(rollout, observed(findings), now: now).object
    }

    func observed(_ findings: [Finding] = []) -> Observed { Observed(objects, findings: findings, failures: failures) }

    private mutating func apply(_ children: [Child]) {
        self.children = children
        var kept = objects.filter { object in
            object is Pod || object is PersistentVolumeClaim
                || children.contains { $0.object.name == object.name && $0.object.resourceType == object.resourceType }
        }
        for child in children {
            let index = kept.firstIndex { $0.name == child.object.name && $0.resourceType == child.object.resourceType }
            guard let index else {
                kept.append(child.object)
                continue
            }
            if child.policy == .createdOnce { continue }
            var new = child.object
            new.document[.status] = kept[index].document[.status]
            if var deployment = new as? Deployment, let old = kept[index] as? Deployment {
                let isSame = old.spec?.template == deployment.spec?.template
                deployment.metadata.generation = (old.metadata.generation ?? 0) + (isSame ? 0 : 1)
                // The autoscaler's.
                if deployment.spec?.replicas == nil { deployment.spec?.replicas = old.spec?.replicas }
                new = deployment
            }
            kept[index] = new
        }
        objects = kept
    }

    var deployment: Deployment? {
        get { objects.compactMap { $0 as? Deployment }.first }
        set {
            objects.removeAll { $0 is Deployment }
            if let newValue { objects.append(newValue) }
        }
    }

    var image: String? { deployment?.spec?.template.spec?.containers.first?.image }
    var records: [String] { objects.compactMap { ($0 as? ControllerRevision)?.name }.sorted() }

    /// All pods come up.
    mutating func comeUp(_ count: Int = 1) {
        let generation = deployment?.metadata.generation ?? 0
        deployment?.spec?.replicas = count
        deployment?.status = DeploymentStatus(
            availableReplicas: count, observedGeneration: generation, readyReplicas: count,
            replicas: count, updatedReplicas: count)
    }

    /// The new pods do not come up, and the deadline passes.
    mutating func stayDown(isLate: Bool = true) {
        let generation = deployment?.metadata.generation ?? 0
        deployment?.status = DeploymentStatus(
            availableReplicas: 1,
            conditions: isLate
                ? [DeploymentCondition(type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded")] : [],
            observedGeneration: generation, readyReplicas: 1, replicas: 2, updatedReplicas: 1)
    }

    /// Somebody edits the spec.
    mutating func edit(_ change: (inout Rollout.Spec) -> Void) {
        change(&rollout.spec)
        rollout.metadata.generation = rollout.generation + 1
    }

    func condition(_ type: RolloutCondition) -> String {
        rollout.status.condition(type).map { "\($0.status) \($0.reason)" } ?? "none"
    }
}

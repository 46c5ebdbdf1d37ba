import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// A kind of object that can be put to rest by one field of its spec, and brought back by it.
struct SuspendableKind: Sendable {
    /// As people call them: the name of the step that suspends them.
    let name: String
    let type: ResourceType
    /// In the object's `spec`.
    let field: FieldKey
    /// What the field says of one at rest.
    let atRest: JSON
    /// Whether an object answers for itself: what a controller keeps is suspended with that.
    let isConcerned: @Sendable (DynamicObject) -> Bool

    private init(
        _ name: String, _ type: ResourceType, _ field: FieldKey, _ atRest: JSON,
        where isConcerned: @escaping @Sendable (DynamicObject) -> Bool = { $0.metadata.controllerReference == nil }
    ) {
        (self.name, self.type, self.field, self.atRest, self.isConcerned) = (name, type, field, atRest, isConcerned)
    }

    /// No ingress controller has a class of this name.
    static let pausedClass = "clawkit-paused"

    /// In the order in which a tenant is suspended: first what makes new work, then what works, then the ways in.
    static let all = [
        SuspendableKind("cron jobs", CronJob.type, "suspend", true),
        SuspendableKind("jobs", Job.type, "suspend", true) { job in
            let conditions = job.document["status"]?["conditions"]?.array ?? []
            let hasEnded = conditions.contains {
                ["Complete", "Failed"].contains($0["type"]?.string) && $0["status"]?.string == "True"
            }
            return job.metadata.controllerReference == nil && !hasEnded
        },
        SuspendableKind("runtimes", Runtime.type, "desiredState", .string(RuntimeSpec.DesiredState.suspended.rawValue)) {
            // What is stopped rests already, and stays so.
            $0.document["spec"]?["desiredState"]?.string == RuntimeSpec.DesiredState.running.rawValue
        },
        // What a Rollout keeps, it leaves the count of to others.
        SuspendableKind("deployments", Deployment.type, "replicas", 0) { _ in true },
        SuspendableKind("stateful sets", StatefulSet.type, "replicas", 0) { _ in true },
        SuspendableKind("replica sets", ReplicaSet.type, "replicas", 0),
        SuspendableKind("ingresses", Ingress.type, "ingressClassName", .string(pausedClass)) { _ in true },
    ]
}

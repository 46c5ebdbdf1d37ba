import ClawModels

/// Which of a Deployment's templates came when, in annotations.
enum DeploymentRevision {
    static let revision = "deployment.kubernetes.io/revision"
    static let desired = "deployment.kubernetes.io/desired-replicas"
    static let most = "deployment.kubernetes.io/max-replicas"

    /// A set's own, or kubectl's about the Deployment as a whole: not handed down.
    private static let kept: Set = [
        revision, "deployment.kubernetes.io/revision-history", desired, most,
        "deprecated.deployment.rollback.to", "kubectl.kubernetes.io/last-applied-configuration",
    ]

    static func number(of set: ReplicaSet) -> Int { set.metadata.annotations[revision].flatMap { Int($0) } ?? 0 }

    /// What the set of the present template is to be annotated with, whatever its size.
    static func annotations(_ deployment: Deployment, revision number: Int) -> [String: String] {
        var annotations = deployment.metadata.annotations.filter { !kept.contains($0.key) }
        annotations[revision] = String(number)
        return annotations
    }

    /// Written together with a set's size, never before it: they say what the size was measured by.
    static func sizes(_ deployment: Deployment) -> [String: String] {
        let replicas = deployment.spec?.replicas ?? 1
        return [desired: String(replicas), most: String(replicas + deployment.maxSurge)]
    }
}

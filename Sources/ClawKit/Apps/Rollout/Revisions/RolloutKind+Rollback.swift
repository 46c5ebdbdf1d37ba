public import ClawKubernetes
import ClawModels

extension RolloutKind {
    /// The revisions that are remembered of a rollout, newest first.
    public static func revisions(
        of name: String, in namespace: String, _ api: some KubernetesAPI
    ) async throws -> [ControllerRevision] {
        let records = try await api.list(
            ControllerRevision.self, in: namespace, labels: [RolloutLabel.deployment: name])
        return records.items.sorted(by: RevisionChoice.isNewer)
    }

    /// Runs an earlier revision until the spec changes. The spec stays as it is.
    /// - Parameter revision: the name of a ControllerRevision, as ``revisions(of:in:_:)`` tells.
    @discardableResult
    public static func rollback(
        _ name: String, in namespace: String, to revision: String, _ api: some KubernetesAPI
    ) async throws -> Rollout {
        let rollout = try await api.get(Rollout.self, name, in: namespace)
        return try await api.mergePatch(
            Rollout.self, name, in: namespace,
            [
                "metadata": [
                    "annotations": [RolloutAnnotation.rollbackTo: .string("\(revision)@\(rollout.generation)")]
                ]
            ])
    }
}

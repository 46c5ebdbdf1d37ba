import ClawBase
import ClawKubernetes

/// What a rollout's annotations say about keeping its image up to date.
struct ImageUpdate: Sendable {
    let interval: Duration
    let policy: ImagePolicy

    /// nil where nothing is asked for, or what is asked for makes no sense (which ``findings(_:)`` tells).
    init?(_ rollout: Rollout) {
        let annotations = rollout.annotations
        guard let policyText = annotations[RolloutAnnotation.updatePolicy],
            let interval = RolloutSettings.duration(annotations[RolloutAnnotation.updateInterval] ?? "5m"),
            let policy = try? ImagePolicy(policyText, pattern: annotations[RolloutAnnotation.updatePattern])
        else { return nil }
        self.interval = max(interval, .seconds(10))
        self.policy = policy
    }

    /// The image that the policy chose last; nil before, without a policy, and where it belongs to another repository
    /// than the spec's.
    static func chosen(_ rollout: Rollout) -> ImageReference? {
        guard let annotations = rollout.document[.metadata]?["annotations"],
            let text = annotations[RolloutAnnotation.updateImage]?.string, let chosen = ImageReference(text),
            chosen.isSameRepository(as: ImageReference(rollout.spec.image)), ImageUpdate(rollout) != nil
        else { return nil }
        return chosen
    }

    static func findings(_ rollout: Rollout) -> [Finding] {
        let annotations = rollout.annotations
        guard let policy = annotations[RolloutAnnotation.updatePolicy] else { return [] }
        var findings: [Finding] = []
        do { _ = try ImagePolicy(policy, pattern: annotations[RolloutAnnotation.updatePattern]) } catch {
            findings.append(error)
        }
        if let text = annotations[RolloutAnnotation.updateInterval], RolloutSettings.duration(text) == nil {
            findings.append(
                Finding(
                    .rolloutAnnotation, "The interval is no duration; write it as 5m or 1h.",
                    field: "metadata.annotations[\(RolloutAnnotation.updateInterval)]"))
        }
        return findings
    }
}

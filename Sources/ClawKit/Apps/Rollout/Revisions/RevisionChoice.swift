import ClawBase
import ClawControl
import ClawKubernetes

/// Which revision of a rollout everything is made from, and which are remembered.
///
/// - The one that an annotation asks for (``RolloutAnnotation/rollbackTo``), else
/// - the last good one, where the present one was given up (``Rollout/RevisionReport/failed``), else
/// - that of the spec as written.
///
/// The rollout's own spec is never written.
struct RevisionChoice: Sendable {
    enum Cause: Sendable { case asWritten, rolledBack, returned }

    let current: RolloutRevision
    let running: RolloutRevision
    let cause: Cause

    /// - Throws: a finding where the revision asked for is not remembered.
    init(_ rollout: Rollout, _ observed: Observed) throws(Finding) {
        let current = RolloutRevision(current: rollout)
        func remembered(_ name: String) -> RolloutRevision? {
            observed[ControllerRevision.self, name].flatMap { record in
                RolloutRevision(record) { observed[KubernetesSecret.self, $0] }
            }
        }
        self.current = current
        if let name = RollbackWish(rollout)?.revision, name != current.name {
            guard let revision = remembered(name) else {
                throw Finding(
                    .unknownRevision,
                    "The revision \(ObjectName.shown(name)) is not remembered; `kubectl get controllerrevisions` lists "
                        + "those that are.",
                    field: "metadata.annotations[\(RolloutAnnotation.rollbackTo)]")
            }
            (running, cause) = (revision, .rolledBack)
        } else if rollout.status.revision.failed == current.name, RolloutSettings(rollout).returnsToLastGood,
            let name = rollout.status.revision.lastGood, name != current.name, let revision = remembered(name)
        {
            (running, cause) = (revision, .returned)
        } else {
            (running, cause) = (current, .asWritten)
        }
    }

    /// The records and their Secrets: that of the spec as written, and the newest of the past.
    func records(_ rollout: Rollout, _ observed: Observed) -> [Child] {
        let labels = RolloutLabel.all(rollout)
        func metadata(_ name: String) -> ObjectMeta {
            ObjectMeta(name: name, namespace: rollout.namespace, labels: labels)
        }
        var children: [Child] = []
        var secrets: Set<String> = []
        let secretName = current.secretName(rollout)
        if let name = secretName {
            secrets.insert(name)
            children.append(Child(current.secret(metadata(name)), policy: .createdOnce))
        }
        children.append(Child(current.record(metadata(current.name), secretName: secretName), policy: .createdOnce))
        for record in past(rollout, observed) {
            // Without what servers set, so that it could be made again.
            children.append(
                Child(
                    ControllerRevision(metadata: metadata(record.name), revision: record.revision, data: record.data),
                    policy: .createdOnce))
            guard let name = record.data?["secretName"]?.string, secrets.insert(name).inserted,
                let secret = observed[KubernetesSecret.self, name]
            else { continue }
            children.append(
                Child(
                    KubernetesSecret(
                        metadata: metadata(name), data: secret.data, immutable: true, type: "one-click.dev/revision"),
                    policy: .createdOnce))
        }
        return children
    }

    static func isNewer(_ a: ControllerRevision, _ b: ControllerRevision) -> Bool {
        (a.revision, a.metadata.creationTimestamp ?? "", a.name)
            > (b.revision, b.metadata.creationTimestamp ?? "", b.name)
    }

    /// The newest, and those that are still needed; newest first.
    private func past(_ rollout: Rollout, _ observed: Observed) -> [ControllerRevision] {
        let needed = [running.name, rollout.status.revision.lastGood].compactMap(\.self)
        let all = observed.all(ControllerRevision.self).filter { $0.name != current.name }.sorted(by: Self.isNewer)
        let newest = Set(all.prefix(RolloutSettings(rollout).history - 1).map(\.name))
        return all.filter { newest.contains($0.name) || needed.contains($0.name) }
    }
}

/// What the annotation ``RolloutAnnotation/rollbackTo`` asks for.
struct RollbackWish: Sendable, Equatable {
    let revision: String

    /// nil where nothing is asked for, or what was is over.
    init?(_ rollout: Rollout) {
        guard let text = rollout.annotations[RolloutAnnotation.rollbackTo], !text.isEmpty else { return nil }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, Int(parts[1]) != rollout.generation { return nil }
        revision = String(parts[0])
    }
}

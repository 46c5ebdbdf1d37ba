import ClawBase
import ClawControl
import ClawKubernetes

extension RolloutReport {
    private struct Verdict {
        let status: Bool
        let reason: RolloutReason
        let message: String

        init(_ status: Bool, _ reason: RolloutReason, _ message: String) {
            (self.status, self.reason, self.message) = (status, reason, message)
        }
    }

    /// The four of ``RolloutCondition``, and after them those that others added.
    func conditions(_ revision: Rollout.RevisionReport, now: Timestamp) -> [Condition] {
        let before = rollout.status.conditions
        let verdicts: [(RolloutCondition, Verdict)] = [
            (.admitted, admitted), (.ready, ready(revision)), (.progressing, progressing(revision)),
            (.degraded, degraded(revision)),
        ]
        let own = verdicts.map { type, verdict in
            let status = verdict.status ? "True" : "False"
            let last = before.first { $0.type == type.rawValue && $0.status == status }?.lastTransitionTime
            return Condition(
                type: type.rawValue, status: status, reason: verdict.reason.rawValue, message: verdict.message,
                lastTransitionTime: last ?? now.rfc3339(), observedGeneration: rollout.generation)
        }
        return own + before.filter { RolloutCondition(rawValue: $0.type) == nil }
    }

    /// Those that refuse; warnings only show in the message.
    private var refusals: [Finding] { observed.findings.filter { !$0.code.rawValue.hasPrefix("W_") } }

    private var admitted: Verdict {
        let findings = Self.text(of: refusals.isEmpty ? observed.findings : refusals)
        if refusals.isEmpty { return Verdict(true, .accepted, findings) }
        return Verdict(false, .refused, findings)
    }

    private func ready(_ revision: Rollout.RevisionReport) -> Verdict {
        if !refusals.isEmpty { return Verdict(false, .notAdmitted, "What ran before the change goes on running.") }
        if let text = failures { return Verdict(false, .childRefused, text) }
        guard let choice, health.deployment != nil else { return Verdict(false, .rollingOut, "No pod is there yet.") }
        if let failed = revision.failed {
            let message = "\(failed) did not come up; \(revision.running ?? "nothing") runs."
            return Verdict(false, hasReturned(revision) ? .returnedToLastGood : .deadlineExceeded, message)
        }
        if least == 0 { return Verdict(true, .stopped, "No pod should run.") }
        let count = "\(health.available) of at least \(least) pods available"
        guard revision.lastGood == choice.running.name, health.revision == choice.running.name else {
            return Verdict(false, health.isLate ? .deadlineExceeded : .rollingOut, "\(count).")
        }
        if health.available < least { return Verdict(false, .unavailable, "\(count).") }
        if choice.cause == .rolledBack {
            return Verdict(
                true, .rolledBack, "The revision \(choice.running.name) runs because an annotation asks for it.")
        }
        return Verdict(true, .serving, "")
    }

    private func progressing(_ revision: Rollout.RevisionReport) -> Verdict {
        if !refusals.isEmpty { return Verdict(false, .notAdmitted, "") }
        if revision.failed != nil {
            return Verdict(
                false, .deadlineExceeded, "The pods of \(revision.failed ?? "") did not come up in time.")
        }
        guard let choice, health.deployment != nil, revision.lastGood == choice.running.name,
            health.revision == choice.running.name
        else {
            if health.isLate { return Verdict(false, .deadlineExceeded, "The pods did not come up in time.") }
            return Verdict(true, .rollingOut, "")
        }
        return Verdict(false, .complete, "")
    }

    private func degraded(_ revision: Rollout.RevisionReport) -> Verdict {
        if !refusals.isEmpty { return Verdict(true, .notAdmitted, "The spec was not carried out.") }
        if let text = failures { return Verdict(true, .childRefused, text) }
        if let failed = revision.failed {
            if hasReturned(revision), let good = revision.lastGood {
                return Verdict(
                    true, .returnedToLastGood,
                    "The pods of \(failed) did not come up in time; \(good) runs until the spec changes.")
            }
            return Verdict(true, .deadlineExceeded, "The pods of \(failed) did not come up in time.")
        }
        if let lost = status(of: "Lost") { return Verdict(true, .volumeLost, "The volume \(lost) has lost its data.") }
        if let choice, revision.lastGood == choice.running.name, health.available < least {
            return Verdict(true, .unavailable, "\(health.available) of at least \(least) pods available.")
        }
        return Verdict(false, .asSpecified, differences)
    }

    /// There is a good revision in place of the one given up.
    private func hasReturned(_ revision: Rollout.RevisionReport) -> Bool {
        RolloutSettings(rollout).returnsToLastGood && revision.lastGood.map { $0 != revision.failed } ?? false
    }

    private func status(of phase: String) -> String? {
        observed.all(PersistentVolumeClaim.self).first { $0.status?.phase == phase }?.name
    }

    /// What the spec asks for and cannot have, though nothing is broken.
    private var differences: String {
        guard let choice else { return "" }
        return RolloutChildren(of: rollout, spec: choice.running.spec, revision: choice.running.name)
            .volumeDifferences(observed).joined(separator: " ")
    }

    /// The children that were refused; nil where none was. What the server says of a Secret is not repeated: it may
    /// quote it.
    private var failures: String? {
        guard !observed.failures.isEmpty else { return nil }
        let texts = observed.failures.sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }.map { failure in
            failure.kind == "Secret"
                ? "Secret \(failure.name): \(failure.finding.code)."
                : "\(failure.kind) \(failure.name): \(failure.finding.message)"
        }
        return Self.cut(texts.joined(separator: " "))
    }

    private static func text(of findings: [Finding]) -> String {
        cut(findings.map(\.description).joined(separator: " "))
    }

    /// A condition's message has at most 32768 characters; nobody reads more than a few lines.
    private static func cut(_ text: String) -> String { text.count > 2000 ? text.prefix(1999) + "…" : text }
}

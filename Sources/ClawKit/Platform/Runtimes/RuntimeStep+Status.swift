import ClawBase
import ClawDocuments
import ClawModels
import ClawResources

extension RuntimeStep {
    /// The status this decision comes to. Conditions keep their transition times where they do not change.
    func status(of runtime: Runtime, _ observed: RuntimeObservation, publicURL: String, now: Timestamp) -> RuntimeStatus {
        var status = runtime.status
        status.phase = phase
        status.observedGeneration = runtime.metadata.generation ?? 0
        status.observedRequest = runtime.request
        status.url = "\(publicURL)/r/\(runtime.namespace ?? "")/\(runtime.name)/"
        if let pod = observed.pod { status.restarts = pod.restarts }
        status.lastError = error.map { ($0.code.rawValue, $0.message) }
        let reason = error.map { Self.word($0.code) } ?? phase.rawValue
        let message = error?.message ?? ""
        func condition(_ type: String, _ isTrue: Bool) -> Condition {
            Condition(
                type: type, status: isTrue ? "True" : "False", reason: isTrue && type != "Degraded" ? phase.rawValue : reason,
                message: isTrue && type != "Degraded" ? "" : message,
                lastTransitionTime: now.rfc3339(), observedGeneration: runtime.metadata.generation)
        }
        let isUnderWay: Set<RuntimePhase> = [.pending, .scheduled, .creating, .starting, .waking, .recovering]
        status.conditions = merged(
            [
                condition("Admitted", phase != .refused), condition("Scheduled", observed.pod?.isScheduled ?? false),
                condition("Provisioned", observed.hasIdentity && observed.hasVolume), condition("Ready", phase == .ready),
                condition("Progressing", isUnderWay.contains(phase)), condition("Degraded", error != nil),
                condition("Suspended", phase == .suspended),
            ], old: runtime.status, hasNewWish: runtime.hasNewWish)
        return status
    }

    private func merged(_ new: [Condition], old: RuntimeStatus, hasNewWish: Bool) -> [Condition] {
        new.map { condition in
            guard let before = old.conditions.first(where: { $0.type == condition.type }),
                before.status == condition.status, !(hasNewWish && condition.type == "Progressing")
            else { return condition }
            var kept = condition
            kept.lastTransitionTime = before.lastTransitionTime
            return kept
        }
    }

    /// `E_CRASH_LOOP` as a condition's reason: `CrashLoop`.
    private static func word(_ code: FindingCode) -> String {
        code.rawValue.split(separator: "_").dropFirst().map { $0.capitalized }.joined()
    }
}

extension Runtime {
    /// Whether its status answers an earlier wish than the present one.
    fileprivate var hasNewWish: Bool {
        status.observedGeneration != metadata.generation ?? 0 || status.observedRequest != request
    }
}

extension StringProtocol {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst().lowercased() }
}

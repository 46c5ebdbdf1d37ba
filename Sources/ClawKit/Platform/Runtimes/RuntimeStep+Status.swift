import ClawBase
import ClawDocuments
import ClawModels
import ClawResources

extension RuntimeStep {
    /// The status this decision comes to. Conditions keep their transition times where they do not change; those of
    /// other writers stay.
    /// - Parameter refusal: what speaks against the runtime, wanted up or not.
    func status(
        of runtime: Runtime, _ observed: RuntimeObservation, refusal: Finding?, publicURL: String, now: Timestamp
    ) -> RuntimeStatus {
        var status = runtime.status
        status.phase = phase
        if !isHeldBack {
            status.observedGeneration = runtime.metadata.generation ?? 0
            status.observedRequest = runtime.request
        }
        status.url = "\(publicURL)/r/\(runtime.namespace ?? "")/\(runtime.name)/"
        status.countRestarts(of: observed.pod)
        status.sleep = sleep
        status.tell(observed)
        status.tellReload(observed.pod)
        status.capacity = observed.pod?.capacity
        status.pool = observed.pod.flatMap { $0.owner == .runtime ? $0.pool : nil }
        status.lastError = error.map { ($0.code.rawValue, $0.message) }
        let new = conditions(observed, refusal, hasSharedVolume: runtime.spec.volume.shared != nil).map { fact in
            Condition(
                type: fact.type, status: fact.isTrue ? "True" : "False", reason: fact.reason.rawValue,
                message: fact.message, lastTransitionTime: now.rfc3339(),
                observedGeneration: runtime.metadata.generation)
        }
        status.conditions = Self.merged(new, runtime.status.conditions, hasNewWish: runtime.hasNewWish && !isHeldBack)
        return status
    }

    private struct Fact {
        var type: String
        var isTrue: Bool
        var reason: RuntimeReason
        var message = ""
    }

    private func conditions(
        _ observed: RuntimeObservation, _ refusal: Finding?, hasSharedVolume: Bool
    ) -> [Fact] {
        let refusal = phase == .refused ? error : refusal
        let cause = error.map { RuntimeReason(cause: $0.code) }
        let isProvisioned =
            observed.pod?.capacity != nil || observed.grant != nil && (hasSharedVolume || observed.volume.map { !$0.isBeingDeleted } ?? false)
        let isAtRest: Set<RuntimePhase> = [.ready, .suspended, .stopped, .failed, .refused]
        let isDown: Set<RuntimePhase> = [.suspended, .stopped, .failed, .refused]
        return [
            Fact(
                type: "Admitted", isTrue: refusal == nil,
                reason: refusal.map { RuntimeReason(cause: $0.code) } ?? .asExpected, message: refusal?.message ?? ""),
            scheduled(observed.pod),
            Fact(
                type: "Provisioned", isTrue: isProvisioned,
                reason: isProvisioned ? .asExpected : isDown.contains(phase) ? .notNeeded : .provisioning,
                message: isProvisioned ? observed.pod?.cold ?? "" : ""),
            Fact(
                type: "Ready", isTrue: phase == .ready,
                reason: phase == .ready ? .asExpected : RuntimeReason(phase, cause: error?.code),
                message: phase == .ready ? "" : error?.message ?? ""),
            Fact(
                type: "Progressing", isTrue: !isAtRest.contains(phase),
                reason: phase == .ready || phase == .suspended || phase == .stopped
                    ? .asExpected : RuntimeReason(phase, cause: error?.code)),
            Fact(type: "Degraded", isTrue: error != nil, reason: cause ?? .asExpected, message: error?.message ?? ""),
            Fact(
                type: "Suspended", isTrue: phase == .suspended,
                reason: phase == .suspended ? sleep?.reason.map(RuntimeReason.init) ?? .asRequested : .notSuspended),
        ]
    }

    private func scheduled(_ pod: RuntimeObservation.Pod?) -> Fact {
        guard let pod, pod.owner == .runtime else { return Fact(type: "Scheduled", isTrue: false, reason: .noPod) }
        if pod.isScheduled { return Fact(type: "Scheduled", isTrue: true, reason: .bound) }
        guard let error, error.code == .unschedulable else {
            return Fact(type: "Scheduled", isTrue: false, reason: .waitingForNode)
        }
        return Fact(type: "Scheduled", isTrue: false, reason: .unschedulable, message: error.message)
    }

    private static func merged(_ new: [Condition], _ old: [Condition], hasNewWish: Bool) -> [Condition] {
        let mine = new.map { condition in
            guard let before = old.first(where: { $0.type == condition.type }), before.status == condition.status,
                Timestamp(rfc3339: before.lastTransitionTime) != nil,
                // Deadlines count from a wish on, even where it finds the runtime on its way already.
                !(hasNewWish && condition.type == "Progressing")
            else { return condition }
            var kept = condition
            kept.lastTransitionTime = before.lastTransitionTime
            return kept
        }
        return mine + old.filter { other in !new.contains { $0.type == other.type } }
    }
}

extension RuntimeStatus {
    /// Restarts without readiness in between count towards a crash loop, so those before are remembered.
    fileprivate mutating func countRestarts(of pod: RuntimeObservation.Pod?) {
        guard let pod, pod.owner == .runtime else {
            restartsWhenReady = 0
            return
        }
        restarts = pod.restarts
        restartsWhenReady = pod.isReady ? pod.restarts : min(restartsWhenReady, pod.restarts)
    }
}

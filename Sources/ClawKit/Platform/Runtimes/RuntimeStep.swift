import ClawBase
import ClawDocuments
import ClawModels
import ClawResources

/// One decision about a runtime: what to do, what to say, when to look again.
struct RuntimeStep: Sendable, Hashable {
    var actions: [RuntimeAction] = []
    var phase: RuntimePhase
    var error: Finding?
    /// It rests though it is wanted running.
    var sleep: RuntimeSleep?
    /// What is wanted waits, and what was wanted before goes on: the status is no answer to it yet.
    var isHeldBack = false
    /// Look again at the latest then.
    var lookAgainAt: Timestamp?
}

extension RuntimeKind {
    /// Decides, from the wish and what is there. Pure.
    /// - Parameters:
    ///   - wipes: whether its volume goes with it.
    ///   - sleep: where it sleeps though it is wanted running (``SleepDecision``).
    static func next(
        _ runtime: Runtime, _ cell: Result<RuntimeCell, Finding>, _ observed: RuntimeObservation,
        _ deadlines: RuntimeDeadlines, wipes: Bool = false, sleep: RuntimeSleep? = nil, now: Timestamp
    ) -> RuntimeStep {
        var step = decide(runtime, cell, observed, deadlines, wipes, sleep, now)
        if observed.surplus > 0 { step.actions.insert(.stopSurplus, at: 0) }
        return step
    }

    private static func decide(
        _ runtime: Runtime, _ cell: Result<RuntimeCell, Finding>, _ observed: RuntimeObservation,
        _ deadlines: RuntimeDeadlines, _ wipes: Bool, _ sleep: RuntimeSleep?, _ now: Timestamp
    ) -> RuntimeStep {
        if runtime.isBeingDeleted {
            return RuntimeStep(actions: stop(observed) + (wipes ? [.wipeVolume] : []), phase: .deleting)
        }
        switch runtime.spec.desiredState {
        case .stopped: return rest(.stopping, .stopped, runtime, observed, deadlines, now)
        case .suspended: return rest(.suspending, .suspended, runtime, observed, deadlines, now)
        case .running:
            if let sleep {
                var step = rest(.suspending, .suspended, runtime, observed, deadlines, now)
                step.sleep = sleep
                return step
            }
        }
        let desired: RuntimeCell
        switch cell {
        case .failure(let finding): return RuntimeStep(actions: stop(observed), phase: .refused, error: finding)
        case .success(let value): desired = value
        }
        if let obstacle = obstacle(desired, observed) {
            // Nobody tells of what is not the runtime's own.
            return RuntimeStep(
                actions: stop(observed), phase: .refused, error: obstacle, lookAgainAt: now + deadlines.obstacle)
        }
        if let failure = failure(of: runtime), !isOver(failure, observed) {
            // What is to be done about a lost node depends on where its pod stands.
            return RuntimeStep(
                actions: stop(observed), phase: .failed, error: observed.pod.flatMap(nodeLoss) ?? failure)
        }
        return run(runtime, desired, observed, deadlines, now)
    }

    /// Failed, and nobody has asked for anything since: why.
    private static func failure(of runtime: Runtime) -> Finding? {
        let status = runtime.status
        guard status.phase == .failed, !runtime.hasNewWish else { return nil }
        let error = status.lastError ?? (FindingCode.startDeadline.rawValue, "The runtime failed; ask for recover.")
        return Finding(FindingCode(rawValue: error.code), error.message)
    }

    /// A pod that was on a lost node has gone: nothing that anybody has to mend is in the way.
    private static func isOver(_ failure: Finding, _ observed: RuntimeObservation) -> Bool {
        failure.code == .nodeLost && observed.pod == nil
    }

    /// What stands in the way and is not the runtime's own to remove.
    private static func obstacle(_ desired: RuntimeCell, _ observed: RuntimeObservation) -> Finding? {
        if let pod = observed.pod, pod.owner == .other || pod.owner == .nobody {
            return Finding(
                .nameTaken, "A pod '\(desired.name)' is there already and is not this runtime's; remove it or rename the runtime.",
                field: "metadata.name")
        }
        guard let volume = observed.volume, desired.shared == nil else { return nil }
        if volume.owner == .other || volume.user != desired.user, volume.owner != .predecessor, volume.owner != .pool {
            // A kept volume holds a user's data: it goes back to that user only.
            return Finding(
                .volumeTaken,
                "The volume '\(desired.volumeName)' holds the data of somebody else; remove it or rename the runtime.",
                field: "spec.user")
        }
        return nil
    }

    static func stop(_ observed: RuntimeObservation) -> [RuntimeAction] {
        guard let pod = observed.pod, pod.owner == .runtime, !pod.isBeingDeleted else { return [] }
        return [.stopPod]
    }

    /// On the way to no pod, or there.
    private static func rest(
        _ going: RuntimePhase, _ gone: RuntimePhase, _ runtime: Runtime, _ observed: RuntimeObservation,
        _ deadlines: RuntimeDeadlines, _ now: Timestamp
    ) -> RuntimeStep {
        guard observed.pod?.owner == .runtime else {
            return RuntimeStep(actions: release(runtime, atRest: gone, observed), phase: gone)
        }
        if let failure = failure(of: runtime) { return RuntimeStep(actions: stop(observed), phase: .failed, error: failure) }
        if let keeping = keep(going, runtime, observed) {
            // Whatever becomes of it, the runtime comes to rest.
            return limited(keeping, runtime, deadlines.stop / 2, now) { _ in
                RuntimeStep(actions: stop(observed), phase: going, lookAgainAt: now + deadlines.stop / 2)
            }
        }
        return limited(RuntimeStep(actions: stop(observed), phase: going), runtime, deadlines.stop, now) { _ in
            // The pod is not forced out: its program may still run and write to the volume.
            RuntimeStep(
                actions: stop(observed), phase: .failed,
                error: Finding(
                    .stopDeadline,
                    "The runtime was not down within \(deadlines.stop.components.seconds) s; see whether its node is alive."))
        }
    }

    /// Ends a way that takes too long.
    static func limited(
        _ step: RuntimeStep, _ runtime: Runtime, _ limit: Duration, _ now: Timestamp,
        expired: (RuntimeStep) -> RuntimeStep
    ) -> RuntimeStep {
        let end = (runtime.underWaySince ?? now) + limit
        if now >= end { return expired(step) }
        var step = step
        step.lookAgainAt = end
        return step
    }
}

extension RuntimeStep {
    /// Whether a pod that is ready already may take the place of the one it would make: what was kept, and what a volume
    /// holds, comes back with a new pod only.
    func mayClaim(_ observed: RuntimeObservation) -> Bool {
        actions.contains(.startPod) && observed.volume == nil && observed.kept == nil
    }
}

extension Runtime {
    /// Whether its status answers an earlier wish than the present one.
    var hasNewWish: Bool {
        status.observedGeneration != metadata.generation ?? 0 || status.observedRequest != request
    }

    /// Since when it is on its way to what it is wanted to be; nil where it is not yet.
    fileprivate var underWaySince: Timestamp? {
        guard !hasNewWish, let progressing = status.conditions.first(where: { $0.type == "Progressing" }),
            progressing.status == "True"
        else { return nil }
        return Timestamp(rfc3339: progressing.lastTransitionTime)
    }
}

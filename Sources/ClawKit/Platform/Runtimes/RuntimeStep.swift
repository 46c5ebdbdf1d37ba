import ClawBase
import ClawDocuments
import ClawModels
import ClawResources

/// One decision about a runtime: what to do, what to say, when to look again.
struct RuntimeStep: Sendable, Hashable {
    var actions: [RuntimeAction] = []
    var phase: RuntimePhase
    var error: Finding?
    /// Look again at the latest then.
    var lookAgainAt: Timestamp?
}

extension RuntimeKind {
    /// Decides, from the wish and what is there. Pure.
    static func next(
        _ runtime: Runtime, _ cell: Result<RuntimeCell, Finding>, _ observed: RuntimeObservation,
        _ deadlines: RuntimeDeadlines, now: Timestamp
    ) -> RuntimeStep {
        if runtime.isBeingDeleted { return RuntimeStep(actions: stop(observed), phase: .deleting) }
        switch runtime.spec.desiredState {
        case .stopped: return RuntimeStep(actions: stop(observed), phase: observed.pod == nil ? .stopped : .stopping)
        case .suspended:
            return RuntimeStep(actions: stop(observed), phase: observed.pod == nil ? .suspended : .suspending)
        case .running: break
        }
        let desired: RuntimeCell
        switch cell {
        case .failure(let finding): return RuntimeStep(actions: stop(observed), phase: .refused, error: finding)
        case .success(let value): desired = value
        }
        if hasGivenUp(runtime) {
            let error = runtime.status.lastError.map { Finding(FindingCode(rawValue: $0.code), $0.message) }
            return RuntimeStep(actions: stop(observed), phase: .failed, error: error)
        }
        return run(runtime, desired, observed, deadlines, now)
    }

    /// Failed, and nobody has asked for anything since.
    private static func hasGivenUp(_ runtime: Runtime) -> Bool {
        let status = runtime.status
        return status.phase == .failed && status.observedGeneration == runtime.metadata.generation ?? 0
            && status.observedRequest == runtime.request
    }

    private static func stop(_ observed: RuntimeObservation) -> [RuntimeAction] {
        guard let pod = observed.pod, !pod.isBeingDeleted else { return [] }
        return [.stopPod]
    }

    private static func run(
        _ runtime: Runtime, _ desired: RuntimeCell, _ observed: RuntimeObservation, _ deadlines: RuntimeDeadlines,
        _ now: Timestamp
    ) -> RuntimeStep {
        var prepare: [RuntimeAction] = []
        if !observed.hasIdentity { prepare.append(.ensureIdentity) }
        if !observed.hasVolume { prepare.append(.ensureVolume) }
        let cameFrom = runtime.status.phase ?? .pending
        guard let pod = observed.pod else {
            let phase: RuntimePhase =
                switch cameFrom {
                case .suspended, .suspending, .waking: .waking
                case .ready, .recovering: .recovering
                default: .creating
                }
            return limited(RuntimeStep(actions: prepare + [.startPod], phase: phase), runtime, deadlines, now)
        }
        if pod.isBeingDeleted { return RuntimeStep(actions: prepare, phase: cameFrom == .ready ? .recovering : .creating) }
        if pod.hasEnded || pod.cellHash != desired.pod.annotations[RuntimeCell.hashAnnotation] {
            return RuntimeStep(actions: prepare + [.stopPod], phase: cameFrom == .ready ? .recovering : .creating)
        }
        if pod.isReady { return RuntimeStep(actions: prepare, phase: .ready) }
        return limited(waiting(pod, cameFrom, prepare, deadlines), runtime, deadlines, now)
    }

    /// A pod that is there but not ready.
    private static func waiting(
        _ pod: RuntimeObservation.Pod, _ cameFrom: RuntimePhase, _ prepare: [RuntimeAction], _ deadlines: RuntimeDeadlines
    ) -> RuntimeStep {
        let isComingBack = [.ready, .recovering].contains(cameFrom) || pod.restarts > 0
        var step = RuntimeStep(actions: prepare, phase: isComingBack ? .recovering : .starting)
        let why = pod.message.map { ": \($0)" } ?? ""
        switch pod.waiting {
        case "CrashLoopBackOff":
            step.phase = .recovering
            step.error = Finding(.crashLoop, "The program ended \(pod.restarts) times\(why); look into its log.")
            if pod.restarts >= deadlines.restarts {
                step.phase = .failed
                step.actions = [.stopPod]
            }
        case "Unschedulable":
            step.phase = .pending
            step.error = Finding(.unschedulable, "No node takes the runtime\(why)")
        case let reason? where reason != "ContainerCreating" && reason != "PodInitializing":
            step.phase = isComingBack ? .recovering : .creating
            step.error = Finding(.containerStart, "The runtime cannot be started (\(reason)\(why)).")
        default: if !pod.isScheduled { step.phase = .pending } else if pod.waiting != nil, !isComingBack { step.phase = .creating }
        }
        return step
    }

    /// Ends a start that takes too long.
    private static func limited(
        _ step: RuntimeStep, _ runtime: Runtime, _ deadlines: RuntimeDeadlines, _ now: Timestamp
    ) -> RuntimeStep {
        guard let began = runtime.status.startedTrying(for: runtime) else {
            var step = step
            step.lookAgainAt = now + deadlines.start
            return step
        }
        let end = began + deadlines.start
        guard now >= end else {
            var step = step
            step.lookAgainAt = end
            return step
        }
        let last = step.error.map { " Last: \($0.message)" } ?? ""
        return RuntimeStep(
            actions: step.actions.contains(.startPod) ? [] : [.stopPod], phase: .failed,
            error: Finding(
                .startDeadline,
                "The runtime was not ready within \(deadlines.start.components.seconds) s; mend it and ask for recover.\(last)"))
    }
}

extension RuntimeStatus {
    /// Since when the runtime is on its way to readiness for its present generation and request; nil where it is not yet.
    fileprivate func startedTrying(for runtime: Runtime) -> Timestamp? {
        guard observedGeneration == runtime.metadata.generation ?? 0, observedRequest == runtime.request,
            let progressing = conditions.first(where: { $0.type == "Progressing" }), progressing.status == "True"
        else { return nil }
        return progressing.lastTransitionTime.isEmpty ? nil : Timestamp(rfc3339: progressing.lastTransitionTime)
    }
}

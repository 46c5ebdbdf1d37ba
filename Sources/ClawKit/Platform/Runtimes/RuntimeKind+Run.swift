import ClawBase
import ClawDocuments
import ClawModels
import ClawResources

/// The way to readiness.
extension RuntimeKind {
    static func run(
        _ runtime: Runtime, _ desired: RuntimeCell, _ observed: RuntimeObservation, _ deadlines: RuntimeDeadlines,
        _ now: Timestamp
    ) -> RuntimeStep {
        let step = unlimited(runtime, desired, observed, deadlines)
        guard step.phase != .ready, step.phase != .failed else { return step }
        // A volume that begins as a copy is filled on the first way.
        let filling = desired.restoresVolumeFrom != nil && way(from: runtime.status.phase) == nil ? deadlines.filling : .zero
        return limited(step, runtime, deadlines.start + filling, now) { step in
            // When the pod is let go after all, the wish is met.
            if let error = step.error, error.code == .nodeLost {
                return RuntimeStep(actions: stop(observed), phase: .failed, error: error)
            }
            let last = step.error.map { " Last: \($0.message)" } ?? ""
            let isPlaceless = desired.placement != nil && observed.pod?.capacity == nil
            return RuntimeStep(
                actions: stop(observed), phase: .failed,
                error: isPlaceless ? noPlace(desired, deadlines) : Finding(
                    .startDeadline,
                    "The runtime was not ready within \((deadlines.start + filling).components.seconds) s; mend it and ask for recover.\(last)"))
        }
    }

    private static func noPlace(_ desired: RuntimeCell, _ deadlines: RuntimeDeadlines) -> Finding {
        let what = desired.placement?.capacity.map { "the capacity '\($0)'" } ?? "capacity with these labels"
        return Finding(
            .noCapacity,
            "No place on \(what) came free within \(deadlines.start.components.seconds) s; free one or enrol more (see `claw "
                + "capacity list`), or place it elsewhere, and ask for recover.",
            field: "spec.placement")
    }

    private static func unlimited(
        _ runtime: Runtime, _ desired: RuntimeCell, _ observed: RuntimeObservation, _ deadlines: RuntimeDeadlines
    ) -> RuntimeStep {
        let prepare = preparation(desired, observed)
        let way = way(from: runtime.status.phase)
        guard let pod = observed.pod else {
            // A volume on its way out would take the new pod's data with it.
            let isVolumeLeaving = desired.shared == nil && observed.volume.map { $0.isBeingDeleted || $0.owner == .predecessor } ?? false
            if isVolumeLeaving { return RuntimeStep(phase: way ?? .creating) }
            if observed.volume?.isToBeFilled == true {
                return RuntimeStep(actions: prepare + [.fillVolume], phase: way ?? .creating)
            }
            // What it is to begin with shows when it is there.
            if desired.restoresVolumeFrom != nil, desired.shared == nil, observed.volume == nil {
                return RuntimeStep(actions: prepare, phase: way ?? .creating)
            }
            let start: [RuntimeAction] = desired.needsDelivery ? [.deliver, .startPod] : [.startPod]
            return RuntimeStep(actions: prepare + start, phase: way ?? .creating)
        }
        if pod.isBeingDeleted || pod.owner == .predecessor {
            return RuntimeStep(
                actions: pod.owner == .predecessor ? [] : prepare, phase: way ?? .creating, error: nodeLoss(pod))
        }
        let isOther = pod.cellHash != desired.hash
        if isOther || desired.way(to: pod) == .byRestart {
            if let keeping = keepBeforeUpdate(runtime, desired, observed) { return keeping }
            // What somebody asked for is no recovery.
            let keep: [RuntimeAction] = desired.snapshots != nil && isOther ? [.snapshotVolume] : []
            return RuntimeStep(
                actions: prepare + keep + (observed.beforeUpdate == nil ? [] : [.trimUpdates]) + [.stopPod], phase: runtime.hasNewWish ? .creating : way ?? .creating)
        }
        if pod.hasEnded { return RuntimeStep(actions: prepare + [.stopPod], phase: way ?? .creating) }
        if pod.isReady, observed.volume?.owner == .pool {
            // Until its volume is its own, what the program writes could go with the pool.
            return RuntimeStep(actions: prepare, phase: way ?? .starting)
        }
        if pod.isReady {
            let reload: [RuntimeAction] = desired.owesReload(pod) ? [.reload] : []
            return RuntimeStep(actions: prepare + release(observed) + reload, phase: .ready)
        }
        return waiting(runtime, pod, way, prepare, deadlines)
    }

    private static func preparation(_ desired: RuntimeCell, _ observed: RuntimeObservation) -> [RuntimeAction] {
        var actions: [RuntimeAction] = []
        // A pod that lacks its configuration may miss its secret: that is looked for anew.
        if observed.grant != RuntimeObservation.Grant(user: desired.user, models: desired.models)
            || observed.pod?.waiting == "CreateContainerConfigError"
        {
            actions.append(.ensureIdentity)
        }
        if let pod = observed.pod, pod.pool != nil, actions.contains(.ensureIdentity) {
            // Its program waits for what is its user's.
            actions.append(.deliver)
        } else if let pod = observed.pod, desired.needsDelivery,
            pod.waiting == "CreateContainerConfigError" || pod.cellHash == desired.hash && desired.way(to: pod) == .inPlace
        {
            actions.append(.deliver)
        }
        let isVolumeAsWanted =
            switch observed.volume {
            case _ where desired.shared != nil: true
            case nil: false
            case let volume?:
                volume.isBeingDeleted
                    || volume.owner == .nobody && !volume.isToGrow(to: desired.volumeSize)
            }
        if !isVolumeAsWanted { actions.append(.ensureVolume) }
        return actions
    }

    /// The phase that lasts from sleep, or from the loss of readiness, until readiness; nil on a first way.
    private static func way(from phase: RuntimePhase?) -> RuntimePhase? {
        switch phase {
        case .suspended, .suspending, .waking: .waking
        case .ready, .recovering: .recovering
        default: nil
        }
    }

    /// Nobody but the cluster knows when a node that is not heard of cannot write to its volumes any more.
    static func nodeLoss(_ pod: RuntimeObservation.Pod) -> Finding? {
        pod.lostNode.map { node in
            let next =
                pod.isBeingDeleted
                ? "The runtime goes on elsewhere when its pod is let go: bring the node back, or delete it, or taint it "
                    + "node.kubernetes.io/out-of-service once it is off."
                : "The cluster takes the pod from it when that lasts."
            return Finding(.nodeLost, "The node '\(node)' is not heard of. \(next)")
        }
    }

    /// A pod that is there but not ready.
    private static func waiting(
        _ runtime: Runtime, _ pod: RuntimeObservation.Pod, _ way: RuntimePhase?, _ prepare: [RuntimeAction],
        _ deadlines: RuntimeDeadlines
    ) -> RuntimeStep {
        let first: RuntimePhase =
            if pod.restarts > 0 {
                .recovering
            } else if !pod.isScheduled {
                .pending
            } else if !pod.hasContainers {
                .scheduled
            } else {
                pod.waiting == nil ? .starting : .creating
            }
        var step = RuntimeStep(actions: prepare, phase: way ?? first)
        let why = pod.message.map { ": \(ForeignText.cleaned($0))" } ?? ""
        switch pod.waiting {
        case nil, "ContainerCreating", "PodInitializing": step.error = nodeLoss(pod)
        case "CrashLoopBackOff":
            let restarts = pod.restarts - min(pod.restarts, runtime.status.restartsWhenReady)
            step.phase = .recovering
            // The one that waits now has ended, whatever else there is to count.
            let endings = max(1, pod.endings - runtime.status.restartsWhenReady)
            let times = endings == 1 ? "has ended" : "has ended \(endings) times in a row"
            step.error = Finding(.crashLoop, "The program \(times)\(why); look into its log.")
            if restarts >= deadlines.restarts { (step.phase, step.actions) = (.failed, [.stopPod]) }
        case "Unschedulable": step.error = Finding(.unschedulable, "No node takes the runtime\(why)")
        case let reason?: step.error = Finding(.containerStart, "The runtime cannot be started (\(ForeignText.cleaned(reason))\(why)).")
        }
        return step
    }
}

extension RuntimeObservation.Volume {
    /// Volumes grow where their storage lets them; they never shrink.
    func isToGrow(to wanted: Quantity) -> Bool { canGrow && (size.map { wanted.exceeds($0) } ?? false) }
}

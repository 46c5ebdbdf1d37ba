import ClawBase
public import ClawKubernetes
import ClawModels
public import ClawResources

/// What is kept of a runtime while it rests, as far as it is there.
public struct KeptRuntime: Sendable, Hashable {
    /// The Checkpoint's name.
    public var name: String
    /// Of the pod it is of.
    public var podUID: String?
    public var phase: CheckpointPhase?
    public var method: CheckpointMethod?
    public var code: String?
    public var message: String?
    /// What a pod asks its node for; nil until it is stored.
    public var request: PodRestore.Request?
    public var node: String?
    /// Before an update: the hash of the cell that it makes way for.
    public var cellHash: String?

    public init(name: String) { self.name = name }

    init(_ checkpoint: Checkpoint) {
        name = checkpoint.name
        podUID = checkpoint.labels[Self.podLabel]
        (phase, method, node) = (checkpoint.status.phase, checkpoint.status.method, checkpoint.status.node)
        let reason = checkpoint.status.error ?? checkpoint.status.fallback
        (code, message) = (reason?.code, reason?.message)
        request = checkpoint.restoreRequest
        cellHash = checkpoint.labels[Self.updateLabel]
    }

    static func name(of runtime: String) -> String { "\(runtime)-rest" }

    /// One for each pod: what it made way for stands in its label.
    static func name(of runtime: String, beforeUpdateOf podUID: String) -> String {
        "\(runtime)-update-\(podUID.prefix(8))"
    }

    /// The hash of the cell that a checkpoint before an update made way for.
    static let updateLabel = "clawkit.dev/before-update"
    /// The pod that a runtime's checkpoint was ordered for.
    static let podLabel = "clawkit.dev/pod-uid"

    var isDecided: Bool { phase != nil && phase != .requested && phase != .running }
}

extension RuntimeKind {
    /// What comes before the pod goes: its checkpoint. nil where nothing is to be kept, or it is decided what is.
    static func keep(
        _ rest: RuntimePhase, _ runtime: Runtime, _ observed: RuntimeObservation
    ) -> RuntimeStep? {
        guard let wish = runtime.checkpoint, let pod = observed.pod, let uid = pod.uid, !pod.isBeingDeleted,
            wish.rests.contains(rest == .suspending ? .suspend : .stop)
        else { return nil }
        if let kept = observed.kept, kept.podUID == uid { return kept.isDecided ? nil : RuntimeStep(phase: rest) }
        // What does not run well has nothing worth keeping.
        guard pod.isReady else { return nil }
        return RuntimeStep(actions: [.keepPod], phase: rest)
    }

    /// What comes before another program or configuration takes the pod's place. nil where nothing is to be kept, or it is
    /// decided and the update goes on.
    static func keepBeforeUpdate(
        _ runtime: Runtime, _ desired: RuntimeCell, _ observed: RuntimeObservation
    ) -> RuntimeStep? {
        guard let wish = runtime.checkpoint?.beforeUpdate, let pod = observed.pod, pod.cellHash != desired.hash,
            // What does not run well has nothing worth keeping, its files aside.
            pod.isReady || wish.method == .volume, !pod.hasEnded
        else { return nil }
        // Who goes back to what was kept gives up what is.
        if runtime.annotations[Runtime.restoreAnnotation] != nil, pod.restartedAt != desired.restartedAt { return nil }
        let present = runtime.status.phase.flatMap { RuntimeTransitions.up.contains($0) ? $0 : nil } ?? .creating
        var step = RuntimeStep(phase: pod.isReady ? .ready : present == .ready ? .recovering : present)
        // The present program goes on, and the wish is not carried out yet.
        step.isHeldBack = true
        guard let kept = observed.beforeUpdate, kept.cellHash == desired.hash else {
            step.actions = [.keepForUpdate]
            return step
        }
        guard kept.isDecided else { return step }
        // What does not run well is not held on to.
        guard kept.phase != .stored, wish.onFailure == .hold, pod.isReady else { return nil }
        let why = kept.message.map { " (\($0))" } ?? ""
        step.error = Finding(
            .updateHeld,
            "The update waits, since nothing could be kept before it\(why); delete the checkpoint '\(kept.name)' to have it "
                + "tried again, or set spec.checkpoint.beforeUpdate.onFailure to Proceed.",
            field: "spec.checkpoint.beforeUpdate")
        return step
    }

    /// What was kept is of no use any more: its pod's successor runs.
    static func release(_ observed: RuntimeObservation) -> [RuntimeAction] {
        guard let kept = observed.kept, let pod = observed.pod, pod.isReady, let uid = pod.uid, kept.podUID != uid
        else {
            return []
        }
        return [.releaseKept]
    }

    /// Who stops a runtime wants it to start anew, unless its spec says otherwise.
    static func release(_ runtime: Runtime, atRest phase: RuntimePhase, _ observed: RuntimeObservation)
        -> [RuntimeAction]
    {
        guard phase == .stopped, observed.kept != nil, runtime.checkpoint?.rests.contains(.stop) != true else {
            return []
        }
        return [.releaseKept]
    }
}

extension RuntimeStatus {
    /// What is kept, and how the pod came back: as long as either is so.
    mutating func tell(_ observed: RuntimeObservation) {
        if let fresh = observed.kept, fresh.isDecided {
            kept = RuntimeKept(
                checkpoint: fresh.name, method: fresh.phase == .stored ? fresh.method : nil,
                error: fresh.code.map { ($0, fresh.message ?? "") })
        } else if observed.pod?.isReady == true {
            kept = nil
        }
        if let update = observed.beforeUpdate, update.isDecided {
            beforeUpdate = RuntimeKept(
                checkpoint: update.name, method: update.phase == .stored ? update.method : nil,
                error: update.code.map { ($0, update.message ?? "") })
        }
        restored = observed.pod?.restored.map { outcome in
            RuntimeRestored(
                method: RuntimeRestored.Method(outcome.method), code: outcome.code,
                message: outcome.message.map { ForeignText.cleaned($0) }, milliseconds: outcome.milliseconds)
        }
    }
}

extension FindingCode {
    /// An update waits, since what was to be kept before it could not be.
    public static let updateHeld = FindingCode(rawValue: "E_UPDATE_HELD")
}

extension RuntimeRestored.Method {
    init(_ method: PodRestore.Method) {
        self =
            switch method {
            case .process: .process
            case .image: .image
            case .cold: .cold
            }
    }
}

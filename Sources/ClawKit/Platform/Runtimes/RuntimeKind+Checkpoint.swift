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

    public init(name: String) { self.name = name }

    init(_ checkpoint: Checkpoint) {
        name = checkpoint.name
        podUID = checkpoint.labels[Self.podLabel]
        (phase, method, node) = (checkpoint.status.phase, checkpoint.status.method, checkpoint.status.node)
        let reason = checkpoint.status.error ?? checkpoint.status.fallback
        (code, message) = (reason?.code, reason?.message)
        request = checkpoint.restoreRequest
    }

    static func name(of runtime: String) -> String { "\(runtime)-rest" }

    /// The pod that a runtime's checkpoint was ordered for.
    static let podLabel = "clawkit.dev/pod-uid"

    var isDecided: Bool { phase != nil && phase != .requested && phase != .running }
}

extension RuntimeKind {
    /// What comes before the pod goes: its checkpoint. nil where nothing is to be kept, or it is decided what is.
    static func keep(
        _ rest: RuntimePhase, _ runtime: Runtime, _ observed: RuntimeObservation
    ) -> RuntimeStep? {
        guard let wish = runtime.spec.checkpoint, let pod = observed.pod, let uid = pod.uid, !pod.isBeingDeleted,
            wish.rests.contains(rest == .suspending ? .suspend : .stop)
        else { return nil }
        if let kept = observed.kept, kept.podUID == uid { return kept.isDecided ? nil : RuntimeStep(phase: rest) }
        // What does not run well has nothing worth keeping.
        guard pod.isReady else { return nil }
        return RuntimeStep(actions: [.keepPod], phase: rest)
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
        guard phase == .stopped, observed.kept != nil, runtime.spec.checkpoint?.rests.contains(.stop) != true else {
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
        restored = observed.pod?.restored.map { outcome in
            RuntimeRestored(
                method: RuntimeRestored.Method(outcome.method), code: outcome.code,
                message: outcome.message.map { ForeignText.cleaned($0) }, milliseconds: outcome.milliseconds)
        }
    }
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

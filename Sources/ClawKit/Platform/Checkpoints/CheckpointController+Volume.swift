import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources

/// Checkpoints that are a runtime's volume.
extension CheckpointController {
    private static let pause = Duration.seconds(1)

    private func source(_ checkpoint: Checkpoint, _ pod: Pod?, _ runtime: Runtime?) -> VolumeCheckpoint.Source {
        let name = checkpoint.spec.runtime ?? ""
        let claim = runtime.flatMap { volumes.find(RuntimeCellID($0), pod)?.name } ?? RuntimeCell.volumeName(of: name)
        var source = VolumeCheckpoint.Source(runtime: name, claim: claim)
        let context = surroundings.context(project: checkpoint.namespace ?? "", user: runtime?.spec.user ?? "")
        source.image = context?.contentImage
        if let runtime, let context { source.shape = try? RuntimeCell(runtime, context).shape }
        source.node = pod.flatMap { $0.isBeingDeleted ? nil : $0.spec?.nodeName }
        return source
    }

    /// Nothing but the volume is kept.
    func begin(
        _ checkpoint: Checkpoint, _ pod: Pod?, _ runtime: Runtime?, _ context: ReconcileContext
    ) async throws -> Reconciled {
        do {
            if let ordered = try await orderVolume(checkpoint, pod, runtime, insteadOf: nil, context) { return ordered }
            throw Finding(.checkpointNotMade, "The runtime has no volume of its own.")
        } catch let finding as Finding {
            let now = context.time.now
            try await report(checkpoint, context) { status in
                status.startedAt = now.rfc3339()
                status.fail(finding, at: now)
            }
            return .settled
        }
    }

    /// - Parameter finding: why nothing better is kept; nil: it was wanted so.
    /// - Returns: nil where there is no volume.
    func orderVolume(
        _ checkpoint: Checkpoint, _ pod: Pod?, _ runtime: Runtime?, insteadOf finding: Finding?,
        _ context: ReconcileContext
    ) async throws -> Reconciled? {
        guard
            let order = try await VolumeCheckpoint(context.api).begin(checkpoint, of: source(checkpoint, pod, runtime))
        else { return nil }
        let now = context.time.now
        try await report(checkpoint, context) { status in
            status.phase = .running
            status.startedAt = status.startedAt ?? now.rfc3339()
            (status.method, status.means, status.location) = (.volume, order.means, order.name)
            status.fallback = finding.map { ($0.code.rawValue, $0.message) }
        }
        return .again(after: Self.pause)
    }

    func follow(
        _ checkpoint: Checkpoint, _ pod: Pod?, _ runtime: Runtime?, until end: Timestamp, _ context: ReconcileContext
    ) async throws -> Reconciled {
        let now = context.time.now
        let volume = VolumeCheckpoint(context.api)
        switch try await volume.state(of: checkpoint, from: source(checkpoint, pod, runtime)) {
        case .pending where now < end: return .again(after: Self.pause)
        case .pending(let why):
            let last = why.map { " Last: \($0)" } ?? ""
            try await giveUp(checkpoint, Finding(.deadline, "The volume was not kept in time; look at its storage.\(last)"), context)
        case .failed(let finding): try await giveUp(checkpoint, finding, context)
        case .ready(let size, let digest):
            let told = try await report(checkpoint, context) { status in
                (status.phase, status.sizeBytes, status.digest) = (.stored, size, digest)
                status.completedAt = now.rfc3339()
            }
            return told.expiry.map { .again(after: max(.zero, $0 - now)) } ?? .settled
        }
        return .settled
    }

    /// Nothing half made stays.
    private func giveUp(_ checkpoint: Checkpoint, _ finding: Finding, _ context: ReconcileContext) async throws {
        try await VolumeCheckpoint(context.api).remove(checkpoint)
        let now = context.time.now
        try await report(checkpoint, context) { status in
            status.fail(finding, at: now)
            status.location = nil
        }
    }
}

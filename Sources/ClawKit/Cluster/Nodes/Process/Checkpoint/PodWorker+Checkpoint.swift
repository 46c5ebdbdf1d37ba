import ClawBase
import ClawKubernetes
import ClawModels

/// A container's way into an archive and back.
extension PodWorker {
    /// - Throws: ``Finding`` where the container does not run or cannot be checkpointed; it runs on then.
    func checkpoint(_ name: String, _ request: CheckpointRequest) async throws -> CheckpointRecord {
        let pod = self.pod
        guard let container = pod.container(name), let running = running(name), running.checkpoint == nil else {
            throw Finding(.checkpointFailed, "container \"\(name)\" not found: it does not run")
        }
        let source = CheckpointSource(
            pod: pod, container: container, handle: running.handle, spec: running.spec, marker: running.marker,
            pipes: running.pipes, sandbox: sandbox, log: running.log)
        return try await checkpoints.make(source, request) { self.end(name, for: $0) }
    }

    /// What to restore the container from; nil where nothing is asked for or it cannot be, which is reported.
    func restorePlan(of container: Container, _ spec: ProcessSpec, _ pod: Pod) async -> RestorePlan? {
        guard let request = checkpoints.request(for: container.name, of: pod) else { return nil }
        do {
            return try await checkpoints.prepare(
                request, container: container, of: pod, spec, sandbox, log: logPath(of: container.name))
        } catch {
            report(notRestored: request.checkpoint, of: container, error)
            return nil
        }
    }

    func report(restored record: CheckpointRecord, of container: Container, in duration: Duration) {
        let milliseconds = (duration.inSeconds * 10_000).rounded() / 10
        report(
            .normal("Restored", "Restored container \(container.name) from \(record.name) in \(milliseconds) ms", nil),
            container,
            PodRestore(
                method: record.method == .image ? .image : .process, checkpoint: record.name, code: record.code,
                message: record.reason, milliseconds: milliseconds))
    }

    func report(notRestored checkpoint: String, of container: Container, _ error: any Error) {
        let finding =
            switch error {
            case let error as Finding: error
            case let error as SystemError: Finding(error)
            case let error as ConfigurationProblem: Finding(.checkpointUnsupported, error.message)
            default: Finding(.restoreFailed, "\(error)")
            }
        report(
            .warning("RestoreFailed", "Container \(container.name) is started anew: \(finding.message)", nil),
            container,
            PodRestore(
                method: .cold, checkpoint: checkpoint, code: finding.code.rawValue, message: finding.message))
    }
}

import ClawBase
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// What all pods of a node share.
struct NodeServices: Sendable {
    let configuration: ProcessNodeConfiguration
    let directories: NodeDirectories
    let api: any KubernetesAPI
    let time: any TimeSource
    let logger: Logger
    let records: ProcessRecords
    let ports: PortAllocator
    let events: EventRecorder
    let logs: LogDirectory
    let planner: ContainerPlanner
    let volumes: VolumePreparer
    let prober: Prober
    let checkpoints: NodeCheckpoints
    let policy: PodMachine.Policy
}

/// The log files of all containers, and which of them are being written.
final class LogDirectory: Sendable {
    private let open = Mutex<[String: ContainerLog]>([:])
    private let directories: NodeDirectories
    private let limit: Int
    private let time: any TimeSource

    init(_ directories: NodeDirectories, limit: Int, time: some TimeSource) {
        (self.directories, self.limit, self.time) = (directories, limit, time)
    }

    func path(_ pod: Pod, _ container: String, attempt: Int) -> String {
        "\(directories.podLogs(pod))/\(container)/\(attempt).log"
    }

    /// The log of a run that begins. Logs of runs before the previous one go.
    func begin(_ pod: Pod, _ container: String, attempt: Int) throws -> ContainerLog {
        let path = path(pod, container, attempt: attempt)
        let folder = "\(directories.podLogs(pod))/\(container)"
        try FileTree.makeDirectory(folder)
        for name in try FileTree.names(in: folder) {
            guard let run = name.split(separator: ".").first.flatMap({ Int($0) }), run < attempt - 1 else { continue }
            try? FileTree.remove("\(folder)/\(name)")
        }
        let log = try ContainerLog(path: path, limit: limit, time: time)
        open.withLock { $0[path] = log }
        return log
    }

    func end(_ log: ContainerLog) {
        log.finish()
        open.withLock { $0[log.path] = nil }
    }

    func beingWritten(_ path: String) -> ContainerLog? { open.withLock { $0[path] } }

    /// Keeps the newest logs of pods that are gone.
    func prune(present: Set<String>, keeping count: Int) {
        let names = ((try? FileTree.names(in: directories.logs)) ?? []).filter {
            !present.contains("\(directories.logs)/\($0)")
        }
        guard names.count > count else { return }
        let byAge = names.map { ($0, FileStamp(of: "\(directories.logs)/\($0)")?.changed ?? Timestamp(seconds: 0)) }
            .sorted { $0.1 < $1.1 }
        for (name, _) in byAge.prefix(names.count - count) {
            try? NodeDirectories.removeTree("\(directories.logs)/\(name)")
        }
    }
}

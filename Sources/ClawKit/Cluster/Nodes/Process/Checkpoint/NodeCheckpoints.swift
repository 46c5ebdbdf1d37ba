import ClawBase
import ClawKubernetes
import ClawModels
import FoundationEssentials
import Synchronization

/// A container's process and all that is known of it, for a checkpoint.
struct CheckpointSource: Sendable {
    var pod: Pod
    var container: Container
    var handle: ProcessHandle
    var spec: ProcessSpec
    var marker: String
    /// What the node holds the other end of.
    var pipes: [Int32: String]
    var sandbox: PodSandbox
    var log: String
}

/// What is asked of a checkpoint.
struct CheckpointRequest: Sendable {
    var deadline = Duration.seconds(60)
    /// The Secret of the pod's namespace whose key seals the archive.
    var secret: String?
    /// Names the request, so that it may be made again without a second archive.
    var name: String?
    /// Whether the process ends with its checkpoint.
    var ends = false
    var grade = Grade.process

    /// How much is to be kept.
    enum Grade: String, Sendable {
        case process, image
        /// The processes; where that cannot be, the files.
        case best
    }
}

/// Checkpoints of one node: CRIU, the archives, and which processes came from where.
final class NodeCheckpoints: Sendable {
    let archives: CheckpointDirectory
    let directories: NodeDirectories
    let nodeID: String
    let api: any KubernetesAPI
    let time: any TimeSource
    private let configured: String?
    private let searchPath: String?
    private struct State {
        var criu: Result<CRIU, Finding>?
        /// In the environment of processes that run, or are just being ended.
        var markers: Set<String> = []
        /// Of containers that are just being checkpointed.
        var busy: Set<String> = []
    }
    private let state = Mutex(State())

    init(
        _ directories: NodeDirectories, configuration: ProcessNodeConfiguration, nodeID: String,
        api: any KubernetesAPI, time: any TimeSource, searchPath: String?
    ) {
        archives = CheckpointDirectory(path: directories.checkpoints, limit: configuration.keptCheckpoints)
        (self.directories, self.nodeID, self.api, self.time) = (directories, nodeID, api, time)
        (configured, self.searchPath) = (configuration.criu, searchPath)
    }

    /// Looked for once in the node's run; who asks meanwhile looks too, and the first answer stays.
    func criu() async throws(Finding) -> CRIU {
        if let known = state.withLock({ $0.criu }) { return try known.get() }
        let found: Result<CRIU, Finding>
        do throws(Finding) {
            found = .success(try await CRIU.find(configured, searchPath: searchPath))
        } catch {
            // Who was told to stop has not looked to the end.
            if Task.isCancelled { throw error }
            found = .failure(error)
        }
        return try state.withLock { state in
            let first = state.criu ?? found
            state.criu = first
            return first
        }.get()
    }

    func constraints(_ criu: CRIU) -> CheckpointRecord.Constraints {
        CheckpointRecord.Constraints(
            kernel: HostFacts.kernel, architecture: Machine.architecture, criu: criu.version,
            features: HostFacts.processorFeatures, nodeID: nodeID)
    }

    // MARK: markers

    func begin(_ marker: String) { state.withLock { _ = $0.markers.insert(marker) } }
    func end(_ marker: String) { state.withLock { _ = $0.markers.remove(marker) } }
    func isInUse(_ marker: String) -> Bool { state.withLock { $0.markers.contains(marker) } }

    // MARK: making one

    /// Writes the container's processes and what it keeps in the pod's own directories into an archive; or, where that is
    /// asked for or nothing better can be done, the latter alone.
    /// - Parameter onEnd: called with the archive's name before the processes are ended, where that was asked for.
    /// - Throws: ``Finding``. The container runs on then, unless it had to be ended for its files.
    func make(
        _ source: CheckpointSource, _ request: CheckpointRequest, onEnd: @Sendable (String) -> Void
    ) async throws -> CheckpointRecord {
        // What can be known to stand in the way of the processes is told before anything else.
        let criu: Result<CRIU, Finding>
        do throws(Finding) { criu = .success(try await self.criu(for: source, request)) } catch { criu = .failure(error) }
        if request.grade == .process { _ = try criu.get() }
        guard archives.names().count < archives.limit else {
            throw Finding(
                .checkpointFailed, "The node keeps \(archives.limit) checkpoints already; delete some of them first.")
        }
        let key: CheckpointKey? =
            if let name = request.secret {
                try await CheckpointKey(name, PodSources(api: api, namespace: source.pod.namespace ?? ""))
            } else { nil }
        let isFree = state.withLock { $0.busy.insert(source.marker).inserted }
        guard isFree else {
            throw Finding(.checkpointFailed, "The container is being checkpointed already; wait for that.")
        }
        defer { state.withLock { _ = $0.busy.remove(source.marker) } }
        let obstacle: Finding?
        do {
            return try await write(source, request, try criu.get(), key, onEnd)
        } catch let finding as Finding where request.grade != .process && !Task.isCancelled {
            obstacle = request.grade == .best ? finding : nil
        }
        return try await writeFiles(source, request, key, insteadOf: obstacle, onEnd)
    }

    private func criu(for source: CheckpointSource, _ request: CheckpointRequest) async throws(Finding) -> CRIU {
        guard request.grade != .image else { throw Finding(.checkpointUnsupported, "Only its files are asked for.") }
        let criu = try await criu()
        guard !(source.container.tty ?? false) else {
            throw Finding(
                .checkpointUnsupported,
                "The container has a terminal, whose other side cannot be written down; set `tty: false`.")
        }
        return criu
    }

    private func write(
        _ source: CheckpointSource, _ request: CheckpointRequest, _ criu: CRIU, _ key: CheckpointKey?,
        _ onEnd: @Sendable (String) -> Void
    ) async throws -> CheckpointRecord {
        let begin = ContinuousClock.now
        var record = record(source, request, constraints(criu))
        let staging = archives.scratch("making-\(record.name)")
        defer { try? NodeDirectories.removeTree(staging) }
        try FileTree.makeDirectory("\(staging)/criu")
        do {
            try await criu.dump(source.handle.pid, into: "\(staging)/criu", deadline: request.deadline)
            let tree = ProcessTable.tree(source.handle.pid)
            record.processes = tree.flatMap { ProcessTable.threads($0.pid) }
            try copyFiles(of: source, record, to: staging)
            if request.ends {
                onEnd(record.name)
                for process in tree.reversed() { source.handle.signal(process.pid, .kill) }
            } else {
                for process in tree { source.handle.signal(process.pid, .proceed) }
            }
        } catch {
            for process in ProcessTable.tree(source.handle.pid) { source.handle.signal(process.pid, .proceed) }
            throw error
        }
        record.frozenMilliseconds = (ContinuousClock.now - begin).inSeconds * 1000
        return try await store(record, staging, key, since: begin)
    }

    /// The container's files alone. A program that is to end does so by itself, as at its pod's deletion, so that its files
    /// are as it leaves them; one that goes on stands still meanwhile.
    private func writeFiles(
        _ source: CheckpointSource, _ request: CheckpointRequest, _ key: CheckpointKey?, insteadOf obstacle: Finding?,
        _ onEnd: @Sendable (String) -> Void
    ) async throws -> CheckpointRecord {
        let begin = ContinuousClock.now
        var record = record(source, request, nil)
        (record.code, record.reason) = (obstacle?.code.rawValue, obstacle?.message)
        let staging = archives.scratch("making-\(record.name)")
        defer { try? NodeDirectories.removeTree(staging) }
        try FileTree.makeDirectory(staging)
        let tree = ProcessTable.tree(source.handle.pid)
        if request.ends {
            onEnd(record.name)
            let grace = Duration.seconds(source.pod.spec?.terminationGracePeriodSeconds ?? 30)
            try await end(source.handle, within: min(grace, request.deadline))
            try copyFiles(of: source, record, to: staging)
        } else {
            for process in tree { source.handle.signal(process.pid, .pause) }
            defer { for process in tree { source.handle.signal(process.pid, .proceed) } }
            try copyFiles(of: source, record, to: staging)
            record.frozenMilliseconds = (ContinuousClock.now - begin).inSeconds * 1000
        }
        return try await store(record, staging, key, since: begin)
    }

    private func end(_ process: ProcessHandle, within grace: Duration) async throws {
        process.signalGroup(.terminate)
        let end = time.now + grace
        while process.isRunning {
            if time.now >= end { process.signalGroup(.kill) }
            try await time.sleep(for: .milliseconds(10))
        }
    }

    private func store(
        _ record: CheckpointRecord, _ staging: String, _ key: CheckpointKey?, since begin: ContinuousClock.Instant
    ) async throws -> CheckpointRecord {
        var record = record
        try FileTree.replace("\(staging)/checkpoint.json", with: try record.bytes())
        do {
            (record.size, record.digest) = try await CheckpointArchive.write(
                staging, to: archives.archive(record.name), key: key)
            record.milliseconds = (ContinuousClock.now - begin).inSeconds * 1000
            try archives.commit(record)
        } catch {
            try? archives.remove(record.name)
            throw error
        }
        return record
    }

    /// - Parameter needs: what processes need; nil: it is of files.
    private func record(
        _ source: CheckpointSource, _ request: CheckpointRequest, _ needs: CheckpointRecord.Constraints?
    ) -> CheckpointRecord {
        let uid = source.pod.uid ?? ""
        let namespace = source.pod.namespace ?? "default"
        let moment = time.now.rfc3339(fractionDigits: 3)
        // As the kubelet names them; cut where a file's name could become too long.
        let title = "\(source.pod.name)_\(namespace)".prefix(120)
        let suffix = request.secret == nil ? ".tar" : CheckpointDirectory.sealedSuffix
        let mounted = Set(source.container.volumeMounts.map(\.name))
        let own = (source.pod.spec?.volumes ?? []).filter { $0.emptyDir != nil && mounted.contains($0.name) }
        var record = CheckpointRecord(
            name: "checkpoint-\(title)-\(source.container.name)-\(moment)\(suffix)", namespace: namespace,
            pod: source.pod.name, podUID: uid, container: source.container.name, createdAt: moment,
            constraints: needs
                ?? .init(kernel: "", architecture: Machine.architecture, criu: "", features: [], nodeID: nodeID),
            declaration: CheckpointRecord.Declaration(
                source.spec, image: source.container.image ?? "", podDirectory: directories.pod(uid)),
            marker: source.marker, ports: source.sandbox.ports, processes: [], pipes: source.pipes,
            directories: source.sandbox.aliases + [uid], volumes: own.map(\.name), secret: request.secret)
        (record.request, record.method) = (request.name, needs == nil ? .image : .process)
        return record
    }

    /// The container's own directory, the pod's own volumes that it mounts, and its log.
    private func copyFiles(of source: CheckpointSource, _ record: CheckpointRecord, to staging: String) throws {
        var copy = TreeCopy(limit: 1 << 30)
        let uid = record.podUID
        try copy.copy(directories.workingDirectory(uid, record.container), to: "\(staging)/work")
        for volume in record.volumes {
            try copy.copy(directories.podVolume(uid, volume), to: "\(staging)/volumes/\(volume)")
        }
        if let log = try? SystemFile.open(source.log, .read) { try copy.copy(log, to: "\(staging)/container.log") }
    }
}

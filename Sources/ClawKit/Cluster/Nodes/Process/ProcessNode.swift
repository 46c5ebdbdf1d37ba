public import ClawBase
public import ClawKubernetes
import ClawModels
import FoundationEssentials
public import Logging
import Synchronization

/// A kubelet whose pods are processes of this machine: no images, no namespaces, no root.
///
/// It registers a Node, watches the pods bound to it, and runs each container's `command` and `args` as a process
/// group of its own, with logs, probes, restarts and volumes as Kubernetes has them. It speaks to the cluster only
/// through ``KubernetesAPI``, so it runs in the API server's process or in another one.
///
///     let node = ProcessNode(configuration: .init(), api: cluster.client, logger: logger)
///     cluster.connect(node: "local", node)       // lets `kubectl logs` reach it
///     try await node.run()
///
/// **What differs from a container runtime.** Pods share the host's network: each declared port gets a free port of
/// 127.0.0.1 (``PodEndpoint``), told to the process as `PORT` and `PORT_<NAME>`. Volumes are directories: mount paths
/// in arguments, variables and `workingDir` are rewritten to them, and `CLAW_VOLUME_<NAME>` names them. Only a short
/// list of variables is inherited. Nothing isolates a process from the machine, and neither security contexts,
/// resource limits nor lifecycle hooks are applied: run only what you would start yourself.
///
/// **Steady state.** The lease is the only thing written while nothing happens, and
/// ``ProcessNodeConfiguration/renewsLease`` turns it off.
///
/// **Crashes.** Processes outlive a killed node; the next one on the same root directory ends them before it starts
/// any. One node at a time may use a root directory.
public final class ProcessNode: Handler {
    public let configuration: ProcessNodeConfiguration
    let directories: NodeDirectories
    private let api: any KubernetesAPI
    private let time: any TimeSource
    private let logger: Logger
    var now: Timestamp { time.now }
    private let inbox = Mailbox<Message>()
    /// By uid: a pod may be ending while its successor of the same name begins.
    let workers = Mutex<[String: PodWorker]>([:])
    let logs: LogDirectory
    let meter = UsageMeter()

    enum Message: Sendable {
        case snapshot([Pod])
        case applied(Pod)
        case deleted(Pod)
        case workerEnded(uid: String)
        case watchFailed(any Error)
        case drain
    }

    public init(
        configuration: ProcessNodeConfiguration, api: some KubernetesAPI, time: some TimeSource = .system,
        logger: Logger = Logger(label: "clawkit.node")
    ) {
        (self.configuration, self.api, self.time) = (configuration, api, time)
        directories = NodeDirectories(root: configuration.rootDirectory)
        logs = LogDirectory(directories, limit: configuration.logFileLimit, time: time)
        var logger = logger
        logger[metadataKey: "node"] = "\(configuration.name)"
        self.logger = logger
    }

    /// The folder of the program that runs now.
    public static var executableDirectory: String? {
        guard let path = FileTree.resolved("/proc/self/exe") ?? CommandLine.arguments.first.flatMap(FileTree.resolved),
            let slash = path.lastIndex(of: "/")
        else { return nil }
        return String(path[..<slash])
    }

    /// Runs the node until it is cancelled or ``drain()`` is called; then ends every process it started, waits for
    /// them, writes what became of them, and returns.
    ///
    /// Volumes and pods stay: the next run on the same root directory takes them up again.
    /// - Throws: ``Finding`` where the root directory cannot be used or another node uses it, ``KubernetesError``
    ///   where the cluster refuses the node for good.
    public func run() async throws {
        try await shieldedFromCancellation {
            try await self.runShielded()
        } onCancel: {
            self.drain()
        }
    }

    /// Ends what an earlier run on the same root directory left behind, and runs nothing: for a program that is told to
    /// stop before its node could begin. Cancellation does not cut it short.
    /// - Throws: ``Finding`` where the root directory cannot be used or another node uses it.
    public func endLeftOvers() async throws {
        try await shieldedFromCancellation {
            let lock = try self.prepareDirectories()
            _ = try await ProcessRecords(self.directories).endLeftOvers(
                grace: self.configuration.longestDrain, time: self.time)
            withExtendedLifetime(lock) {}
        } onCancel: {
        }
    }

    /// Tells the node to stop; ``run()`` returns when it has.
    public func drain() { inbox.post(.drain) }

    /// Ends every process at once, without waiting: for a program that must go now.
    public func endProcessesNow() { for worker in workers.withLock({ Array($0.values) }) { worker.killNow() } }

    private func runShielded() async throws {
        let lock = try prepareDirectories()
        let records = try ProcessRecords(directories)
        try archives.prepare()
        let ended = await records.endLeftOvers(grace: configuration.longestDrain, time: time)
        if ended > 0 { logger.notice("ended processes of an earlier run", metadata: ["count": "\(ended)"]) }
        let curl = configuration.probeTransport == nil ? Self.probeTransport() : nil
        let services = services(records, configuration.probeTransport ?? curl ?? Self.probeTransport())
        let registration = NodeRegistration(configuration: configuration, api: api, time: time, logger: logger)
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.feed(registration) }
            group.addTask { try? await registration.keepLease { self.tellAgain() } }
            group.addTask { await services.events.run() }
            if configuration.provisionsVolumes {
                let provisioner = LocalVolumeProvisioner(
                    api: api, node: configuration.name, volumesDirectory: directories.volumes, time: time,
                    logger: logger)
                group.addTask { await provisioner.run() }
            }
            failure = await work(services, &group)
            group.cancelAll()
        }
        await registration.markStopped()
        await curl?.shutdown()
        withExtendedLifetime(lock) {}
        if let failure { throw failure }
    }

    // MARK: pods

    /// Registers the node, then hands over what the watch tells.
    private func feed(_ registration: NodeRegistration) async {
        do {
            try await registration.register()
            let selection = Selection(fieldSelector: "spec.nodeName=\(configuration.name)")
            for try await event in api.watch(Pod.self, matching: selection, time: time) {
                switch event {
                case .snapshot(let pods): inbox.post(.snapshot(pods))
                case .applied(let pod): inbox.post(.applied(pod))
                case .deleted(let pod): inbox.post(.deleted(pod))
                }
            }
        } catch {
            if !Task.isCancelled { inbox.post(.watchFailed(error)) }
        }
    }

    /// Until drained; returns why, where it was not asked for.
    private func work(_ services: NodeServices, _ group: inout TaskGroup<Void>) async -> (any Error)? {
        var failure: (any Error)?
        var isDraining = false
        while true {
            guard let message = await inbox.next(time) else { return failure }
            switch message {
            case .snapshot(let pods) where !isDraining:
                let present = Set(pods.compactMap(\.uid))
                let gone = workers.withLock { $0.filter { !present.contains($0.key) }.map(\.value) }
                for worker in gone { worker.post(.vanished) }
                for pod in pods { see(pod, services, &group) }
                removeDirectories(except: present)
                logs.prune(present: Set(pods.map(directories.podLogs)), keeping: configuration.keptPodLogs)
            case .applied(let pod) where !isDraining: see(pod, services, &group)
            case .applied(let pod):
                if let uid = pod.uid { workers.withLock { $0[uid] }?.post(.updated(pod)) }
            case .deleted(let pod):
                if let uid = pod.uid { workers.withLock { $0[uid] }?.post(.vanished) }
            case .workerEnded(let uid):
                let (ended, others) = workers.withLock { workers in
                    (workers.removeValue(forKey: uid), workers.values.map { directories.podLogs($0.pod) })
                }
                if ended != nil { logs.prune(present: Set(others), keeping: configuration.keptPodLogs) }
            case .watchFailed(let error):
                failure = error
                isDraining = true
                drainWorkers()
            case .drain:
                isDraining = true
                drainWorkers()
            case .snapshot: break
            }
            if isDraining, workers.withLock({ $0.isEmpty }) { return failure }
        }
    }

    private func see(_ pod: Pod, _ services: NodeServices, _ group: inout TaskGroup<Void>) {
        guard let uid = pod.uid else { return }
        if let worker = workers.withLock({ $0[uid] }) { return worker.post(.updated(pod)) }
        let worker = PodWorker(pod, services)
        workers.withLock { $0[uid] = worker }
        group.addTask {
            await worker.run()
            self.inbox.post(.workerEnded(uid: uid))
        }
    }

    private func tellAgain() { for worker in workers.withLock({ Array($0.values) }) { worker.tellAgain() } }

    private func drainWorkers() {
        for worker in workers.withLock({ Array($0.values) }) { worker.post(.drain) }
    }

    // MARK: disk

    /// - Returns: the root directory's lock, held as long as the returned file is.
    private func prepareDirectories() throws -> SystemFile {
        do throws(SystemError) {
            for directory in [
                directories.node, directories.processes, directories.pods, directories.logs, directories.volumes,
                directories.checkpoints,
            ] {
                try FileTree.makeDirectory(directory)
            }
            let lock = try SystemFile.open(directories.node + "/lock", .keepOrCreate)
            guard try lock.tryLock() else {
                throw SystemError(call: "lock", path: directories.node, number: 0)
            }
            return lock
        } catch {
            guard error.number != 0 else {
                throw Finding(
                    .storage,
                    "\(directories.root) is in use by another process node; stop it, or use another directory.",
                    field: "rootDirectory")
            }
            throw Finding(error)
        }
    }

    /// Pods that were deleted while no node ran.
    private func removeDirectories(except present: Set<String>) {
        let busy = workers.withLock { Set($0.keys) }
        let kept = present.union(busy)
        for uid in (try? FileTree.names(in: directories.pods)) ?? [] where !kept.contains(uid) {
            let path = directories.pod(uid)
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
                // A restored process knows its pod's directory by an earlier pod's name.
                if !kept.contains(where: { target == directories.pod($0) }) { try? FileTree.remove(path) }
            } else {
                try? NodeDirectories.removeTree(path)
            }
        }
    }

    private func services(_ records: ProcessRecords, _ transport: any Transport) -> NodeServices {
        NodeServices(
            configuration: configuration, directories: directories, api: api, time: time, logger: logger,
            records: records,
            ports: PortAllocator(), events: EventRecorder(api: api, node: configuration.name, time: time), logs: logs,
            planner: ContainerPlanner(
                api: api, configuration: configuration, directories: directories, records: records,
                environment: ProcessInfo.processInfo.environment),
            volumes: VolumePreparer(api: api, directories: directories, time: time),
            prober: Prober(transport: transport, time: time), checkpoints: checkpoints(records),
            policy: PodMachine.Policy(restarts: configuration.restartBackoff, longestDrain: configuration.longestDrain))
    }

    /// The archives that the node keeps, whether it runs or not.
    var archives: CheckpointDirectory {
        CheckpointDirectory(path: directories.checkpoints, limit: configuration.keptCheckpoints)
    }

    private func checkpoints(_ records: ProcessRecords) -> NodeCheckpoints {
        NodeCheckpoints(
            directories, configuration: configuration, nodeID: records.nodeID, api: api, time: time,
            searchPath: ProcessInfo.processInfo.environment["PATH"])
    }

    /// As the kubelet does, without looking at certificates: a probe asks whether the process answers, not who it is.
    private static func probeTransport() -> CurlTransport {
        CurlTransport(.init(tls: .init(verify: false), userAgent: "kube-probe/1.36"))
    }
}

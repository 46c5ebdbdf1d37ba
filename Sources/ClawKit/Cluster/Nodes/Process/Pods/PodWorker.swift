import ClawBase
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// Runs one pod: feeds its ``PodMachine`` and executes what that decides, from the pod's first sight to its end.
final class PodWorker: Sendable {
    let uid: String
    private let services: NodeServices
    private let inbox = Mailbox<PodMachine.Event>()
    private let writer: PodWriter
    private let stopping = Latch()
    private struct Shared {
        var pod: Pod
        /// What the pod's status says now, for whoever asks for logs.
        var status: PodStatus
        var sandbox = PodSandbox()
        var processes: [String: Running] = [:]
        var restored: [String: PodRestore] = [:]
    }
    struct Running {
        var handle: ProcessHandle
        var spec: ProcessSpec
        /// For who attaches.
        var streams: ContainerStreams
        /// What the process' environment says it is (``ProcessRecords/marker``).
        var marker: String
        /// What the node holds the other end of.
        var pipes: [Int32: String]
        var log: String
        /// The checkpoint it is ended for.
        var checkpoint: String?
    }
    private let shared: Mutex<Shared>

    init(_ pod: Pod, _ services: NodeServices) {
        uid = pod.uid ?? ""
        self.services = services
        writer = PodWriter(pod, api: services.api, time: services.time, logger: services.logger)
        shared = Mutex(Shared(pod: pod, status: pod.status ?? PodStatus()))
    }

    var pod: Pod { shared.withLock { $0.pod } }
    var status: PodStatus { shared.withLock { $0.status } }
    var planner: ContainerPlanner { services.planner }
    func running(_ container: String) -> Running? { shared.withLock { $0.processes[container] } }

    func post(_ event: PodMachine.Event) {
        if case .updated(let pod) = event {
            writer.didSee(pod)
            shared.withLock { $0.pod = pod }
        }
        inbox.post(event)
    }

    /// Somebody else may have said otherwise while nothing was heard of the node.
    func tellAgain() { writer.post(.status(status)) }

    /// Ends the pod's processes at once and starts none any more, without waiting for anything.
    func killNow() {
        inbox.post(.drain)
        for running in shared.withLock({ Array($0.processes.values) }) { running.handle.signalGroup(.kill) }
    }

    /// Returns when the pod is no longer this node's concern: gone, or the node drained.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.writer.run() }
            await withDiscardingTaskGroup { tasks in
                var machine = PodMachine(pod, policy: services.policy, now: services.time.now)
                var isFinished = step(&machine, .tick, &tasks)
                while !isFinished {
                    let event = await inbox.next(until: machine.nextWake, services.time)
                    isFinished = step(&machine, event ?? .tick, &tasks)
                }
                // Probes that are still under way have nobody to tell any more.
                tasks.cancelAll()
            }
            writer.post(.stop(by: services.time.now + .seconds(2)))
        }
    }

    private func step(
        _ machine: inout PodMachine, _ event: PodMachine.Event, _ tasks: inout DiscardingTaskGroup
    ) -> Bool {
        let now = services.time.now
        if case .updated(let pod) = event, pod.annotations != machine.pod.annotations {
            tasks.addTask { await self.refreshFiles(of: pod) }
        }
        let actions = machine.handle(event, now: now)
        if machine.isStopping { stopping.open() }
        if let status = machine.status(now: now) {
            let isNew = shared.withLock { shared in
                defer { shared.status = status }
                return shared.status != status
            }
            if isNew, !machine.hasVanished { writer.post(.status(status)) }
        }
        for action in actions { perform(action, machine.pod, &tasks) }
        return machine.mode == .finished
    }

    private func perform(_ action: PodMachine.Action, _ pod: Pod, _ tasks: inout DiscardingTaskGroup) {
        switch action {
        case .prepare: tasks.addTask { await self.prepare(pod) }
        case .start(let container, let attempt): tasks.addTask { await self.runContainer(container, attempt, pod) }
        case .signal(let container, let signal):
            shared.withLock { $0.processes[container]?.handle }?.signalGroup(signal)
        case .probe(let container, let attempt, let kind):
            tasks.addTask { await self.probe(container, attempt, kind, pod) }
        case .report(let event): services.events.record(event, of: pod)
        case .cleanUp: tasks.addTask { self.cleanUp() }
        case .deleteObject: writer.post(.delete)
        case .finish: break
        }
    }

    // MARK: checkpoints

    var checkpoints: NodeCheckpoints { services.checkpoints }
    var sandbox: PodSandbox { shared.withLock { $0.sandbox } }
    func logPath(of container: String) -> String { services.logs.path(pod, container, attempt: 0) }

    /// From here on the container's end is its checkpoint's doing.
    func end(_ container: String, for checkpoint: String) {
        shared.withLock { $0.processes[container]?.checkpoint = checkpoint }
    }

    /// Tells people by an event and programs by an annotation.
    func report(_ event: PodEvent, _ container: Container, _ outcome: PodRestore) {
        var event = event
        event.container = container.name
        services.events.record(event, of: pod)
        let outcomes = shared.withLock { shared in
            shared.restored[container.name] = outcome
            return shared.restored
        }
        writer.post(.annotate(name: PodRestore.outcomeAnnotation, value: PodRestore.text(of: outcomes)))
    }

    // MARK: the pod

    private func prepare(_ pod: Pod) async {
        do {
            let ready: Bool? = try await stopping.cancelling {
                let volumes = try await self.services.volumes.prepare(pod) { self.inbox.post(.preparationWaits($0)) }
                self.shared.withLock { $0.sandbox.volumes = volumes }
                let known = self.services.checkpoints.ports(wantedBy: pod)
                    .merging(PodEndpoint.ports(of: pod)) { $1 }
                    .merging(self.shared.withLock { $0.sandbox.ports }) { $1 }
                try await self.assignPorts(pod, containers: pod.allContainers, keeping: known)
                return true
            }
            inbox.post(
                ready == true
                    ? .prepared : .preparationFailed(reason: "ContainerCreating", message: "the pod is ending"))
        } catch let problem as ConfigurationProblem {
            inbox.post(.preparationFailed(reason: problem.reason, message: problem.message))
        } catch {
            inbox.post(.preparationFailed(reason: "ContainerCreating", message: Self.words(for: error)))
        }
    }

    private func refreshFiles(of pod: Pod) async {
        let volumes = shared.withLock { $0.sandbox.volumes }
        do {
            try await services.volumes.refresh(pod, volumes)
        } catch {
            // The program goes on with what it has; the next mark tries again.
            services.logger.warning(
                "files of a pod could not be renewed", metadata: ["pod": "\(pod.name)", "error": "\(Self.words(for: error))"])
        }
    }

    /// Picks a port for each declared one and records them on the pod before anything can listen there.
    private func assignPorts(_ pod: Pod, containers: [Container], keeping known: [String: Int]) async throws {
        var ports = known
        for port in containers.flatMap(\.ports) {
            let key = PodEndpoint.key(of: port)
            let required = port.hostPort ?? (pod.spec?.hostNetwork == true ? port.containerPort : nil)
            if let old = ports[key] { services.ports.release(old, of: uid) }
            ports[key] = try services.ports.allocate(
                for: uid, preferring: required ?? ports[key], isRequired: required != nil)
        }
        let chosen = ports
        shared.withLock { $0.sandbox.ports = chosen }
        guard ports != PodEndpoint.ports(of: pod) else { return }
        let text = JSON.object(
            JSONObject(
                distinct: ports.sorted { $0.key < $1.key }.map {
                    ($0.key, JSON.integer(Int64($0.value)))
                })
        ).description
        _ = try await services.api.mergePatch(
            Pod.self, pod.name, in: pod.namespace,
            ["metadata": ["annotations": .object(JSONObject(distinct: [(PodEndpoint.portAnnotation, .string(text))]))]])
    }

    private func cleanUp() {
        services.ports.releaseAll(of: uid)
        for alias in shared.withLock({ $0.sandbox.aliases }) {
            try? FileTree.remove(services.directories.pod(alias))
        }
        do {
            try NodeDirectories.removeTree(services.directories.pod(uid))
        } catch {
            // The next start of the node removes directories of pods that are gone.
            services.logger.warning("a pod's directory is left", metadata: ["pod": "\(pod.name)", "error": "\(error)"])
        }
        inbox.post(.cleaned)
    }

    // MARK: containers

    private func runContainer(_ name: String, _ attempt: Int, _ pod: Pod) async {
        guard let container = pod.container(name) else { return }
        let spec: ProcessSpec
        do {
            if attempt > 0 { try await renewPorts(of: container) }
            let sandbox = shared.withLock { $0.sandbox }
            spec = try await services.planner.plan(container, attempt: attempt, of: self.pod, sandbox)
        } catch {
            let problem = error as? ConfigurationProblem ?? ConfigurationProblem(Self.words(for: error))
            inbox.post(
                .notConfigured(
                    container: name, attempt: attempt, reason: problem.reason, message: problem.message))
            return
        }
        let plan = attempt == 0 ? await restorePlan(of: container, spec, pod) : nil
        let log: ContainerLog
        do {
            log = try services.logs.begin(pod, name, attempt: attempt)
        } catch {
            inbox.post(.ended(container: name, attempt: attempt, .notStarted(Self.words(for: error))))
            return
        }
        let marker = services.records.marker(podUID: uid, container: name, attempt: attempt)
        services.checkpoints.begin(marker)
        let exit = await execute(container, spec, attempt, log, marker, plan)
        services.logs.end(log)
        for marker in [marker, plan?.record.marker].compactMap({ $0 }) {
            services.records.endStrays(marker)
            services.checkpoints.end(marker)
        }
        services.records.remove(podUID: uid, container: name)
        let checkpoint = shared.withLock { $0.processes.removeValue(forKey: name)?.checkpoint }
        inbox.post(.ended(container: name, attempt: attempt, checkpoint.map(ContainerExit.checkpointed) ?? exit))
    }

    private func execute(
        _ container: Container, _ spec: ProcessSpec, _ attempt: Int, _ log: ContainerLog, _ marker: String,
        _ plan: RestorePlan?
    ) async -> ContainerExit {
        let streams = ContainerStreams(endsInputOnce: container.stdinOnce ?? false)
        defer { streams.end() }
        let output: @Sendable ([UInt8], OutputStream) async -> Void = { bytes, stream in
            log.write(bytes, from: stream)
            streams.publish(bytes, from: stream)
        }
        if let plan, plan.criu == nil {
            services.checkpoints.finish(plan)
            report(restored: plan.record, of: container, in: services.time.now - plan.begin)
        } else if let plan {
            services.checkpoints.begin(plan.record.marker)
            do {
                return try await RestoredProcess.run(
                    plan, deadline: services.configuration.restoreDeadline, output: output
                ) { handle, input, pipes in
                    services.checkpoints.finish(plan)
                    shared.withLock { $0.sandbox.aliases += plan.aliases }
                    report(restored: plan.record, of: container, in: services.time.now - plan.begin)
                    started(
                        container, attempt, handle, input,
                        Running(
                            handle: handle, spec: spec, streams: streams, marker: plan.record.marker, pipes: pipes,
                            log: log.path))
                }
            } catch {
                services.checkpoints.undo(plan, uid: uid)
                report(notRestored: plan.record.name, of: container, error)
            }
        }
        do {
            return try await InteractiveProcess.run(
                spec, hasInput: container.stdin ?? false, isTerminal: container.tty ?? false, output: output
            ) { handle, input in
                started(
                    container, attempt, handle, input,
                    Running(
                        handle: handle, spec: spec, streams: streams, marker: marker,
                        pipes: ProcessTable.standardPipes(handle.pid), log: log.path))
            }
        } catch {
            return .notStarted(error.message)
        }
    }

    private func started(
        _ container: Container, _ attempt: Int, _ handle: ProcessHandle, _ input: InteractiveProcess.Input,
        _ running: Running
    ) {
        do {
            try services.records.write(handle, podUID: uid, container: container.name, log: running.log)
        } catch {
            // Its marker still leads a next life of the node to it.
            services.logger.warning("a process has no record", metadata: ["error": "\(error)"])
        }
        running.streams.begin(input)
        shared.withLock { $0.processes[container.name] = running }
        inbox.post(.started(container: container.name, attempt: attempt, processID: handle.id))
    }

    /// A container that starts again keeps its ports, unless somebody took one meanwhile.
    private func renewPorts(of container: Container) async throws {
        let ports = shared.withLock { $0.sandbox.ports }
        let lost = container.ports.contains { port in
            ports[PodEndpoint.key(of: port)].map { !PortAllocator.isFree($0) } ?? true
        }
        guard lost else { return }
        try await assignPorts(pod, containers: [container], keeping: ports)
    }

    private func probe(_ name: String, _ attempt: Int, _ kind: ProbeKind, _ pod: Pod) async {
        let (running, ports) = shared.withLock { ($0.processes[name], $0.sandbox.ports) }
        guard let container = pod.container(name), let running, let probe = container.probe(kind) else { return }
        let failure = await services.prober.failure(
            of: probe, Prober.Target(container: container, ports: ports, process: running.spec))
        inbox.post(.probed(container: name, attempt: attempt, kind, failure: failure))
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as KubernetesError: error.message
        case let error as SystemError: Finding(error).message
        case let error as Finding: error.message
        default: "\(error)"
        }
    }
}

extension Pod {
    var allContainers: [Container] { (spec?.initContainers ?? []) + (spec?.containers ?? []) + ephemeralContainers }
    /// They have the fields of containers, and one that names the container they look at.
    var ephemeralContainers: [Container] {
        (spec?.ephemeralContainers ?? []).map { Container(document: $0.document) }
    }
    func container(_ name: String) -> Container? { allContainers.first { $0.name == name } }
}

extension Container {
    func probe(_ kind: ProbeKind) -> Probe? {
        switch kind {
        case .startup: startupProbe
        case .liveness: livenessProbe
        case .readiness: readinessProbe
        }
    }
}

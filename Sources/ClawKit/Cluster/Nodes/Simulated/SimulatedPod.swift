import ClawBase
import ClawModels

/// One pod on a simulated node: the same machine as on a node of processes, answered by a ``PodBehavior`` instead of by
/// the operating system. Pure: what takes time is handed back as an event that is due later.
struct SimulatedPod: Sendable {
    struct Due: Sendable {
        var at: Timestamp
        var event: PodMachine.Event
    }

    enum Write: Sendable {
        case status(Pod, PodStatus)
        case delete(Pod)
    }

    private(set) var machine: PodMachine
    private let behavior: PodBehavior
    private let address: String
    private let hostAddress: String
    private var lastStatus: PodStatus?
    /// When each container's present run began.
    private var running: [String: Timestamp] = [:]

    init(
        _ pod: Pod, _ behavior: PodBehavior, address: String, hostAddress: String, policy: PodMachine.Policy,
        now: Timestamp
    ) {
        (self.behavior, self.address, self.hostAddress) = (behavior, address, hostAddress)
        machine = PodMachine(pod, policy: policy, now: now)
    }

    var isFinished: Bool { machine.mode == .finished }

    /// - Returns: what happens because of it, later or at once, and what the API server is to be told.
    mutating func handle(_ event: PodMachine.Event, now: Timestamp) -> (due: [Due], writes: [Write]) {
        if case .ended(let container, let attempt, _) = event {
            // Killed in the meantime, or already the next run.
            guard let index = machine.index(container, attempt), machine.containers[index].isActive else { return ([], []) }
        }
        if case .started(let container, _, _) = event { running[container] = now }
        let actions = machine.handle(event, now: now)
        var writes: [Write] = []
        if var status = machine.status(now: now) {
            (status.podIP, status.podIPs) = (address, [PodIP(ip: address)])
            (status.hostIP, status.hostIPs) = (hostAddress, [HostIP(ip: hostAddress)])
            if status != lastStatus, !machine.hasVanished {
                lastStatus = status
                writes.append(.status(machine.pod, status))
            }
        }
        var due: [Due] = []
        for action in actions {
            if action == .deleteObject { writes.append(.delete(machine.pod)) }
            due += consequences(of: action, now)
        }
        return (due, writes)
    }

    /// What it last said, for somebody else has said otherwise.
    var report: Write? { lastStatus.map { .status(machine.pod, $0) } }

    private func consequences(of action: PodMachine.Action, _ now: Timestamp) -> [Due] {
        switch action {
        case .prepare:
            let event =
                behavior.failsToPull
                ? PodMachine.Event.preparationFailed(reason: "ErrImagePull", message: "the image cannot be pulled")
                : .prepared
            return [Due(at: now + behavior.imagePull, event: event)]
        case .start(let container, let attempt):
            let start = now + behavior.start
            let id = "simulated://\(machine.pod.uid ?? "")/\(container)/\(attempt)"
            var due = [Due(at: start, event: .started(container: container, attempt: attempt, processID: id))]
            if let end = behavior.life.end(ofRun: attempt) {
                due.append(Due(at: start + end.after, event: .ended(container: container, attempt: attempt, end.exit)))
            }
            return due
        case .signal(let container, let signal):
            guard let index = machine.containers.firstIndex(where: { $0.name == container }) else { return [] }
            let attempt = machine.containers[index].attempt
            let (after, exit): (Duration, ContainerExit) =
                signal == .kill ? (.zero, .signaled(9)) : (behavior.termination, .exited(0))
            return [Due(at: now + after, event: .ended(container: container, attempt: attempt, exit))]
        case .probe(let container, let attempt, let kind):
            let failure = failure(kind, container, now)
            return [Due(at: now, event: .probed(container: container, attempt: attempt, kind, failure: failure))]
        case .cleanUp: return [Due(at: now, event: .cleaned)]
        case .report, .deleteObject, .finish: return []
        }
    }

    /// What a probe finds; nil: all is well.
    private func failure(_ kind: ProbeKind, _ container: String, _ now: Timestamp) -> String? {
        guard kind != .liveness, let start = running[container] else { return nil }
        let sinceReady = now - (start + behavior.readyAfter)
        if sinceReady < .zero { return "not ready yet" }
        if kind == .readiness, let flapping = behavior.flapping, !flapping.isReady(sinceReady) {
            return "not ready at the moment"
        }
        return nil
    }
}

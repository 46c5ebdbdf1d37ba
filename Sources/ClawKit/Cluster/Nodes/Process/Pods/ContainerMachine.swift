import ClawBase
import ClawModels

/// One container of a pod: where it stands between its runs. Pure; ``PodMachine`` moves it.
struct ContainerMachine: Sendable {
    enum Role: Sendable, Hashable {
        /// Runs to completion before the next one.
        case initial
        /// An init container that goes on running (`restartPolicy: Always`).
        case sidecar
        case main
        /// Added to a pod that runs, to look at it (`kubectl debug`); runs once, and nothing depends on it.
        case ephemeral
    }

    enum State: Sendable, Hashable {
        /// Not started; `reason` is nil while nothing is known to stand in the way.
        case waiting(reason: String?, message: String?, retryAt: Timestamp?)
        /// The shell was told to start it and has not answered.
        case starting
        case running(processID: String, startedAt: Timestamp)
        case backingOff(until: Timestamp)
        case terminated(Termination)
    }

    /// A running process that was asked to end.
    struct Stop: Sendable, Hashable {
        var killAt: Timestamp
        var isTermSent = false
        var isKillSent = false
    }

    let spec: Container
    let role: Role
    /// `Always`, `OnFailure` or `Never`, for this container.
    let restartPolicy: String
    var state = State.waiting(reason: nil, message: nil, retryAt: nil)
    /// The number of this run, or the next one where there was none yet: the restart count.
    var attempt = 0
    var last: Termination?
    var history = RestartHistory()
    var probes: [ProbeState] = []
    var stop: Stop?
    /// How often in a row its configuration could not be put together.
    var configurationFailures = 0

    var name: String { spec.name }

    init(_ spec: Container, role: Role, podPolicy: String) {
        (self.spec, self.role) = (spec, role)
        restartPolicy =
            switch role {
            case .sidecar: "Always"
            // An init container that succeeded is done; else it follows the pod.
            case .initial: podPolicy == "Never" ? "Never" : "OnFailure"
            case .main: spec.restartPolicy ?? podPolicy
            case .ephemeral: "Never"
            }
    }

    /// Whether a process exists or is being started.
    var isActive: Bool {
        switch state {
        case .starting, .running: true
        case .waiting, .backingOff, .terminated: false
        }
    }

    var isRunning: Bool { if case .running = state { true } else { false } }

    var termination: Termination? { if case .terminated(let end) = state { end } else { nil } }

    /// Whether the run that ended so is followed by another one.
    func restarts(after end: Termination) -> Bool {
        if end.exit.reason == ContainerExit.checkpointReason { return false }
        return switch restartPolicy {
        case "Never": false
        case "OnFailure": !end.isSuccess
        default: true
        }
    }

    /// Ended, and will not start again.
    var isOver: Bool { termination.map { !restarts(after: $0) } ?? false }
    var hasCompleted: Bool { isOver && (termination?.isSuccess ?? false) }
    var hasFailed: Bool { isOver && !(termination?.isSuccess ?? true) }

    /// Running, and its startup probe, where it has one, has succeeded.
    var isStarted: Bool {
        guard isRunning else { return false }
        return probes.first { $0.kind == .startup }?.hasSucceeded ?? true
    }

    var isReady: Bool {
        guard isStarted, stop == nil else { return false }
        if spec.readinessProbe == nil { return true }
        return probes.first { $0.kind == .readiness }?.hasSucceeded ?? false
    }

    /// Readiness and liveness wait until the startup probe has succeeded.
    mutating func beginProbing(at now: Timestamp, startedAt: Timestamp) {
        let hasStartup = probes.contains { $0.kind == .startup }
        let kinds: [ProbeKind] = spec.startupProbe != nil && !hasStartup ? [.startup] : [.readiness, .liveness]
        probes += kinds.compactMap { kind in
            spec.probe(kind).map { ProbeState(kind, ProbeSettings($0), startedAt: startedAt, from: now) }
        }
    }
}

extension ContainerMachine {
    /// Takes up what the pod's status says of an earlier life of the node. No process of then is running any more.
    mutating func adopt(_ status: ContainerStatus, now: Timestamp) {
        attempt = status.restartCount
        last = status.lastState?.terminated.map { Termination($0, now: now) }
        if let running = status.state?.running {
            state = .terminated(
                Termination(
                    exit: .lost, processID: status.containerID,
                    startedAt: running.startedAt.flatMap(Timestamp.init(rfc3339:)), finishedAt: now))
        } else if let ended = status.state?.terminated {
            state = .terminated(Termination(ended, now: now))
        } else if let last, ["CrashLoopBackOff", Self.nodeStopped].contains(status.state?.waiting?.reason ?? "") {
            guard restartPolicy == "Never" else {
                attempt += 1
                return
            }
            // Whoever asked for one run only gets no second one, even where the node itself ended the first.
            var end = last
            if end.isSuccess { end.exit = .lost }
            state = .terminated(end)
        }
    }

    /// The waiting reason of a container that ended because its node did.
    static let nodeStopped = "NodeStopped"
}

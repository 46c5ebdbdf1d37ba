import ClawBase
import ClawModels

/// What is due now, given the state.
extension PodMachine {
    mutating func advance(_ now: Timestamp, _ actions: inout Actions) {
        switch mode {
        case .running: run(now, &actions)
        case .stopping(let reason): finishStopping(reason, now, &actions)
        case .cleaned where hasVanished || isDrainAsked:
            mode = .finished
            actions.add(.finish)
        case .cleaning, .cleaned, .finished: break
        }
    }

    // MARK: running

    private mutating func run(_ now: Timestamp, _ actions: inout Actions) {
        if isOver {
            // Sidecars have nobody left to serve.
            for index in containers.indices where containers[index].isActive {
                stopContainer(index, podGrace, now, &actions)
            }
            return
        }
        if let deadline {
            guard now < deadline else {
                failure = (
                    "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"
                )
                mode = .stopping(.deadline)
                return finishStopping(.deadline, now, &actions)
            }
            wake(at: deadline)
        }
        switch preparation {
        case .preparing: break
        case .failed(_, _, let retryAt) where now < retryAt: wake(at: retryAt)
        case .none, .failed:
            preparation = .preparing
            actions.add(.prepare)
        case .ready: runContainers(now, &actions)
        }
    }

    private mutating func runContainers(_ now: Timestamp, _ actions: inout Actions) {
        for index in containers.indices where containers[index].role == .ephemeral { step(index, now, &actions) }
        for index in containers.indices where [.initial, .sidecar].contains(containers[index].role) {
            if containers[index].role == .initial, containers[index].hasCompleted { continue }
            step(index, now, &actions)
            guard containers[index].role == .sidecar, containers[index].isStarted else { return }
        }
        for index in containers.indices where containers[index].role == .main { step(index, now, &actions) }
    }

    private mutating func step(_ index: Int, _ now: Timestamp, _ actions: inout Actions) {
        switch containers[index].state {
        case .starting: break
        case .waiting(_, _, let retryAt):
            if let retryAt, now < retryAt { wake(at: retryAt) } else { start(index, &actions) }
        case .terminated(let end):
            guard containers[index].restarts(after: end) else { return }
            containers[index].last = end
            let start = containers[index].history.nextStart(after: end.finishedAt, policy.restarts)
            guard now < start else { return restart(index, now, &actions) }
            containers[index].state = .backingOff(until: start)
            actions.report(
                .warning(
                    "BackOff", "Back-off restarting failed container \(containers[index].name) in pod \(podTitle)",
                    containers[index]))
            wake(at: start)
        case .backingOff(let until):
            if now < until { wake(at: until) } else { restart(index, now, &actions) }
        case .running:
            if containers[index].stop != nil { return stopContainer(index, podGrace, now, &actions) }
            runProbes(index, now, &actions)
        }
    }

    private mutating func restart(_ index: Int, _ now: Timestamp, _ actions: inout Actions) {
        containers[index].attempt += 1
        containers[index].history.recordRestart(at: now, policy.restarts)
        start(index, &actions)
    }

    private mutating func start(_ index: Int, _ actions: inout Actions) {
        containers[index].state = .starting
        actions.add(.start(container: containers[index].name, attempt: containers[index].attempt))
    }

    private mutating func runProbes(_ index: Int, _ now: Timestamp, _ actions: inout Actions) {
        for probe in containers[index].probes.indices {
            let state = containers[index].probes[probe]
            // A startup probe has done its work once it succeeded.
            guard let due = state.dueAt, state.kind != .startup || !state.hasSucceeded else { continue }
            guard now >= due else {
                wake(at: due)
                continue
            }
            containers[index].probes[probe].begin(at: now)
            actions.add(
                .probe(
                    container: containers[index].name, attempt: containers[index].attempt, state.kind))
        }
    }

    // MARK: stopping

    private mutating func finishStopping(_ reason: StopReason, _ now: Timestamp, _ actions: inout Actions) {
        for index in containers.indices where containers[index].isActive {
            stopContainer(index, grace(reason), now, &actions)
        }
        // What is under way answers first: a process that is just being started must be known to be ended.
        guard !containers.contains(where: \.isActive), preparation != .preparing else { return }
        switch reason {
        case .deadline: mode = .running
        case .drained:
            mode = .finished
            actions.add(.finish)
        case .deleted, .vanished:
            mode = .cleaning(reason)
            actions.add(.cleanUp)
        }
    }

    /// SIGTERM once, SIGKILL when the grace period is over.
    private mutating func stopContainer(_ index: Int, _ grace: Duration, _ now: Timestamp, _ actions: inout Actions) {
        guard containers[index].isRunning else { return }
        containers[index].askToStop(now, grace: grace)
        containers[index].probes = []
        guard var stop = containers[index].stop, !stop.isKillSent else { return }
        let name = containers[index].name
        if !stop.isTermSent {
            stop.isTermSent = true
            if mode != .running { actions.report(.normal("Killing", "Stopping container \(name)", containers[index])) }
            if now < stop.killAt { actions.add(.signal(container: name, .terminate)) }
        }
        if now >= stop.killAt {
            stop.isKillSent = true
            actions.add(.signal(container: name, .kill))
        } else {
            wake(at: stop.killAt)
        }
        containers[index].stop = stop
    }

    /// `name_namespace(uid)`, as the kubelet writes it.
    var podTitle: String { "\(pod.name)_\(pod.namespace ?? "")(\(pod.uid ?? ""))" }
}

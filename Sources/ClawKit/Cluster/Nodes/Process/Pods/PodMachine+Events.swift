import ClawBase
import ClawModels

/// What each event changes. Consequences follow in ``advance(_:_:)``.
extension PodMachine {
    mutating func take(_ event: Event, _ now: Timestamp, _ actions: inout Actions) {
        switch event {
        case .tick: break
        case .updated(let pod):
            self.pod = pod
            for added in pod.ephemeralContainers where !containers.contains(where: { $0.name == added.name }) {
                containers.append(ContainerMachine(added, role: .ephemeral, podPolicy: "Never"))
            }
            if pod.isBeingDeleted { stop(.deleted) }
            shortenGrace(now)
        case .vanished:
            hasVanished = true
            stop(.vanished)
            shortenGrace(now)
        case .drain:
            isDrainAsked = true
            stop(.drained)
        case .prepared:
            preparation = .ready
            preparationFailures = 0
            preparationMessage = nil
        case .preparationWaits(let message): preparationMessage = message
        case .preparationFailed(let reason, let message):
            if preparationMessage != message, mode == .running { actions.report(.warning("FailedMount", message)) }
            preparationMessage = message
            preparationFailures += 1
            preparation = .failed(
                reason: reason, message: message,
                retryAt: now + Backoff.nodeRetry.ceiling(afterFailures: preparationFailures))
        case .started(let name, let attempt, let processID): started(name, attempt, processID, now, &actions)
        case .notConfigured(let name, let attempt, let reason, let message):
            guard let index = index(name, attempt) else { return }
            containers[index].configurationFailures += 1
            let failures = containers[index].configurationFailures
            containers[index].state = .waiting(
                reason: reason, message: message, retryAt: now + Backoff.nodeRetry.ceiling(afterFailures: failures))
            if failures == 1 { actions.report(.warning("Failed", "Error: \(message)", containers[index])) }
        case .ended(let name, let attempt, let exit):
            guard let index = index(name, attempt) else { return }
            containers[index].end(exit, now)
            if exit.reason == "StartError" {
                actions.report(.warning("Failed", "Error: \(exit.message ?? "")", containers[index]))
            }
        case .probed(let name, let attempt, let kind, let failure):
            probed(name, attempt, kind, failure, now, &actions)
        case .cleaned:
            guard case .cleaning = mode else { return }
            mode = .cleaned
            if !hasVanished { actions.add(.deleteObject) }
        }
    }

    /// Stops the pod for a reason that outranks the one it may be stopping for already.
    private mutating func stop(_ reason: StopReason) {
        switch mode {
        case .running: mode = .stopping(reason)
        case .stopping(let old): mode = .stopping(max(old, reason))
        case .cleaning(let old): mode = .cleaning(max(old, reason))
        case .cleaned, .finished: break
        }
    }

    private mutating func started(
        _ name: String, _ attempt: Int, _ processID: String, _ now: Timestamp, _ actions: inout Actions
    ) {
        guard let index = index(name, attempt) else { return }
        containers[index].state = .running(processID: processID, startedAt: now)
        containers[index].configurationFailures = 0
        containers[index].stop = nil
        containers[index].probes = []
        containers[index].beginProbing(at: now, startedAt: now)
        actions.report(.normal("Started", "Started container \(name)", containers[index]))
    }

    private mutating func probed(
        _ name: String, _ attempt: Int, _ kind: ProbeKind, _ failure: String?, _ now: Timestamp,
        _ actions: inout Actions
    ) {
        guard let index = index(name, attempt), containers[index].stop == nil,
            case .running(_, let startedAt) = containers[index].state,
            let probe = containers[index].probes.firstIndex(where: { $0.kind == kind })
        else { return }
        let verdict = containers[index].probes[probe].end(
            failure == nil, at: now, startedAt: startedAt, policy.fastProbing)
        switch verdict {
        case .unchanged: break
        case .succeeded:
            if kind == .startup { containers[index].beginProbing(at: now, startedAt: startedAt) }
        case .failed, .givenUp:
            actions.report(.warning("Unhealthy", "\(kind.rawValue) probe failed: \(failure ?? "")", containers[index]))
            guard verdict == .givenUp, kind != .readiness else { return }
            actions.report(
                .normal(
                    "Killing",
                    "Container \(name) failed \(kind.rawValue.lowercased()) probe, will be restarted", containers[index]
                ))
            let grace = containers[index].probes[probe].settings.gracePeriod ?? podGrace
            containers[index].askToStop(now, grace: grace)
        }
    }

    /// How long the pod's spec lets its processes take to end.
    var podGrace: Duration { .seconds(max(0, pod.spec?.terminationGracePeriodSeconds ?? 30)) }

    /// The grace period that the present reason to stop allows.
    func grace(_ reason: StopReason) -> Duration {
        switch reason {
        case .vanished: .zero
        case .deleted: pod.metadata.deletionGracePeriodSeconds.map { .seconds($0) } ?? podGrace
        case .drained: min(podGrace, policy.longestDrain)
        case .deadline: podGrace
        }
    }

    private mutating func shortenGrace(_ now: Timestamp) {
        guard case .stopping(let reason) = mode else { return }
        let latest = now + grace(reason)
        for index in containers.indices {
            if let killAt = containers[index].stop?.killAt { containers[index].stop?.killAt = min(killAt, latest) }
        }
    }
}

extension ContainerMachine {
    mutating func askToStop(_ now: Timestamp, grace: Duration) {
        guard stop == nil else { return }
        stop = Stop(killAt: now + grace)
    }

    mutating func end(_ exit: ContainerExit, _ now: Timestamp) {
        var (processID, startedAt): (String?, Timestamp?) = (nil, nil)
        if case .running(let id, let start) = state { (processID, startedAt) = (id, start) }
        state = .terminated(Termination(exit: exit, processID: processID, startedAt: startedAt, finishedAt: now))
        stop = nil
        probes = []
    }
}

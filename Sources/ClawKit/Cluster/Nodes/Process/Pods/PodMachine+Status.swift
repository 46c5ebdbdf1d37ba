import ClawBase
import ClawModels

/// What the pod's status says.
extension PodMachine {
    /// The conditions this node writes; all others belong to somebody else.
    static let ownedConditions: Set<String> = [
        "PodScheduled", "Initialized", "ContainersReady", "Ready", "PodReadyToStartContainers",
    ]

    /// The status as of now, with the conditions of others left out. nil where the pod was over before this life of
    /// the node: what stands there is the truth.
    mutating func status(now: Timestamp) -> PodStatus? {
        if wasOver { return nil }
        let statuses = containers.map { ($0.role, containerStatus($0)) }
        if !isDraining { phase = phase(of: statuses) }
        conditions = makeConditions(now)
        return PodStatus(
            conditions: conditions,
            containerStatuses: statuses.filter { $0.0 == .main }.map(\.1),
            ephemeralContainerStatuses: statuses.filter { $0.0 == .ephemeral }.map(\.1), hostIP: Self.address,
            hostIPs: [HostIP(ip: Self.address)],
            initContainerStatuses: statuses.filter { $0.0 == .initial || $0.0 == .sidecar }.map(\.1), message: failure?.message,
            observedGeneration: pod.metadata.generation, phase: phase, podIP: Self.address,
            podIPs: [PodIP(ip: Self.address)], qosClass: pod.status?.qosClass, reason: failure?.reason,
            startTime: startTime.rfc3339())
    }

    /// Pods share the host's network, and listen on its loopback interface.
    static let address = "127.0.0.1"

    // MARK: containers

    func containerStatus(_ container: ContainerMachine) -> ContainerStatus {
        var state = ContainerState()
        var last = container.last
        var processID: String? = container.last?.processID
        switch container.state {
        case .waiting(let reason, let message, _): state.waiting = waiting(container, reason, message)
        case .starting: state.waiting = waiting(container, nil, nil)
        case .running(let id, let startedAt):
            state.running = ContainerStateRunning(startedAt: startedAt.rfc3339())
            processID = id
        case .backingOff:
            let delay = Int(container.history.delay.inSeconds)
            state.waiting =
                isDraining
                ? Self.stoppedWithNode
                : ContainerStateWaiting(
                    message: "back-off \(delay)s restarting failed container=\(container.name) pod=\(podTitle)",
                    reason: "CrashLoopBackOff")
        case .terminated(let end):
            processID = end.processID ?? processID
            if isDraining, !container.isOver || container.role == .main {
                last = end
                state.waiting = Self.stoppedWithNode
            } else {
                state.terminated = end.state
            }
        }
        let isInitDone = container.role == .initial && container.hasCompleted
        return ContainerStatus(
            name: container.name, image: container.spec.image ?? "", imageID: "",
            ready: container.role != .ephemeral && container.isReady || isInitDone, restartCount: container.attempt, containerID: processID,
            lastState: last.map { ContainerState(terminated: $0.state) }, started: container.isStarted, state: state)
    }

    private static let stoppedWithNode = ContainerStateWaiting(
        message: "The process node was stopped; the container starts again with it.",
        reason: ContainerMachine.nodeStopped)

    private func waiting(_ container: ContainerMachine, _ reason: String?, _ message: String?) -> ContainerStateWaiting
    {
        if let reason { return ContainerStateWaiting(message: message, reason: reason) }
        if case .failed(let reason, let message, _) = preparation {
            return ContainerStateWaiting(message: message, reason: reason)
        }
        let waitsForOthers = container.role == .main && !isInitialized
        return ContainerStateWaiting(
            message: preparationMessage, reason: waitsForOthers ? "PodInitializing" : "ContainerCreating")
    }

    // MARK: phase

    private func phase(of statuses: [(ContainerMachine.Role, ContainerStatus)]) -> String {
        if failure != nil { return "Failed" }
        let mains = containers.filter { $0.role == .main }
        if containers.contains(where: { $0.role == .initial && $0.hasFailed }) { return "Failed" }
        if !isInitialized && mains.allSatisfy({ $0.last == nil && !$0.isActive && $0.termination == nil }) {
            return "Pending"
        }
        if mains.allSatisfy({ $0.isOver && !$0.isActive }) {
            // Sidecars may still be ending.
            if containers.contains(where: \.isActive) { return "Running" }
            return mains.allSatisfy(\.hasCompleted) ? "Succeeded" : "Failed"
        }
        // Waiting for its first run; one that ran and waits for the next counts as running.
        if mains.contains(where: { !$0.isRunning && $0.termination == nil && $0.last == nil }) { return "Pending" }
        return "Running"
    }

    /// Whether all init containers have done their work.
    var isInitialized: Bool {
        containers.allSatisfy { container in
            switch container.role {
            case .main, .ephemeral: true
            case .initial: container.hasCompleted
            case .sidecar: container.isStarted || container.last != nil
            }
        }
    }

    // MARK: conditions

    private func makeConditions(_ now: Timestamp) -> [PodCondition] {
        let isOver = phase == "Succeeded" || phase == "Failed"
        let mains = containers.filter { $0.role == .main || $0.role == .sidecar }
        let unready = mains.filter { !$0.isReady }.map(\.name)
        let uninitialized = containers.filter { $0.role == .initial && !$0.hasCompleted }.map(\.name)
        let gates = (pod.spec?.readinessGates ?? []).map(\.conditionType)
        let shutGates = gates.filter { gate in
            !(pod.status?.conditions ?? []).contains { $0.type == gate && $0.status == "True" }
        }
        let areContainersReady = unready.isEmpty && !isOver && !isDraining
        let notReady: (reason: String?, message: String?) =
            if isOver { (phase == "Succeeded" ? "PodCompleted" : "PodFailed", nil) } else {
                ("ContainersNotReady", "containers with unready status: [\(unready.joined(separator: " "))]")
            }
        let isInitialized = uninitialized.isEmpty
        return [
            condition("PodReadyToStartContainers", preparation == .ready && !isOver, nil, nil, now),
            condition(
                "Initialized", isInitialized, isInitialized ? nil : "ContainersNotInitialized",
                isInitialized ? nil : "containers with incomplete status: [\(uninitialized.joined(separator: " "))]",
                now),
            condition(
                "Ready", areContainersReady && shutGates.isEmpty,
                areContainersReady ? "ReadinessGatesNotReady" : notReady.reason,
                areContainersReady
                    ? "the status of pod readiness gates \(shutGates) is not \"True\"" : notReady.message, now),
            condition("ContainersReady", areContainersReady, notReady.reason, notReady.message, now),
            condition("PodScheduled", true, nil, nil, now),
        ]
    }

    private func condition(
        _ type: String, _ isTrue: Bool, _ reason: String?, _ message: String?, _ now: Timestamp
    ) -> PodCondition {
        let status = isTrue ? "True" : "False"
        let old = conditions.first { $0.type == type }
        return PodCondition(
            type: type, status: status, reason: isTrue ? nil : reason, message: isTrue ? nil : message,
            lastTransitionTime: old?.status == status ? old?.lastTransitionTime ?? now.rfc3339() : now.rfc3339())
    }
}

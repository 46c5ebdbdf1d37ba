import ClawBase
import ClawModels

@testable import ClawCluster

/// A pod machine with a clock that only the test moves.
struct PodMachineFixture {
    var machine: PodMachine
    var now = Timestamp(seconds: 1_767_225_600)

    init(_ pod: Pod, policy: PodMachine.Policy = .init()) {
        machine = PodMachine(pod, policy: policy, now: now)
    }

    static func pod(
        _ containers: [Container] = [container("main")], initContainers: [Container] = [],
        restartPolicy: String = "Always",
        grace: Int = 30
    ) -> Pod {
        Pod(
            metadata: ObjectMeta(name: "web", namespace: "demo", uid: "u1"),
            spec: PodSpec(
                containers: containers, initContainers: initContainers, nodeName: "local", restartPolicy: restartPolicy,
                terminationGracePeriodSeconds: grace))
    }

    static func container(_ name: String, readiness: Probe? = nil, liveness: Probe? = nil, startup: Probe? = nil)
        -> Container
    {
        Container(
            name: name, command: ["/bin/true"], livenessProbe: liveness, readinessProbe: readiness,
            startupProbe: startup)
    }

    /// The actions of an event, events for people left out.
    mutating func on(_ event: PodMachine.Event) -> [PodMachine.Action] {
        let actions = machine.handle(event, now: now)
        // As the worker does: what the status says is part of the machine's memory.
        _ = machine.status(now: now)
        return actions.filter { if case .report = $0 { false } else { true } }
    }

    mutating func pass(_ duration: Duration) -> [PodMachine.Action] {
        now = now + duration
        return on(.tick)
    }

    /// From nothing to the first processes being asked for.
    mutating func prepare() -> [PodMachine.Action] {
        _ = on(.tick)
        return on(.prepared)
    }

    mutating func started(_ name: String = "main", _ attempt: Int = 0) -> [PodMachine.Action] {
        on(.started(container: name, attempt: attempt, processID: "process://\(100 + attempt)-1"))
    }

    mutating func ended(_ exit: ContainerExit, _ name: String = "main", _ attempt: Int = 0) -> [PodMachine.Action] {
        on(.ended(container: name, attempt: attempt, exit))
    }

    /// What the pod's status says, at this moment.
    var status: PodStatus {
        var machine = machine
        return machine.status(now: now) ?? PodStatus()
    }

    var isReady: Bool { status.conditions.contains { $0.type == "Ready" && $0.status == "True" } }
}

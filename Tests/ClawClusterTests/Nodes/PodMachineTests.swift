import ClawBase
import ClawModels
import Testing

@testable import ClawCluster

@Suite("A pod's life on a node, as a pure state machine")
struct PodMachineTests {
    @Test("preparation comes first, then all containers start together")
    func start() {
        var pod = PodMachineFixture(
            PodMachineFixture.pod([PodMachineFixture.container("a"), PodMachineFixture.container("b")]))
        #expect(pod.on(.tick) == [.prepare])
        #expect(pod.status.phase == "Pending")
        #expect(pod.on(.prepared) == [.start(container: "a", attempt: 0), .start(container: "b", attempt: 0)])
        _ = pod.started("a")
        #expect(pod.status.phase == "Pending")
        _ = pod.started("b")
        #expect(pod.status.phase == "Running")
        #expect(pod.isReady)
    }

    @Test("what cannot be prepared is tried again, with growing pauses")
    func preparationFails() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.on(.tick)
        #expect(pod.on(.preparationFailed(reason: "ContainerCreating", message: "no claim")) == [])
        #expect(pod.status.containerStatuses.first?.state?.waiting?.message == "no claim")
        #expect(pod.pass(.milliseconds(499)) == [])
        #expect(pod.pass(.milliseconds(1)) == [.prepare])
        _ = pod.on(.preparationFailed(reason: "ContainerCreating", message: "no claim"))
        #expect(pod.pass(.milliseconds(999)) == [])
        #expect(pod.pass(.milliseconds(1)) == [.prepare])
    }

    @Test("init containers run one after the other, each to its success, before the others")
    func initContainers() {
        var pod = PodMachineFixture(
            PodMachineFixture.pod(
                initContainers: [PodMachineFixture.container("first"), PodMachineFixture.container("second")]))
        #expect(pod.prepare() == [.start(container: "first", attempt: 0)])
        _ = pod.started("first")
        #expect(pod.status.containerStatuses.first?.state?.waiting?.reason == "PodInitializing")
        #expect(pod.ended(.exited(0), "first") == [.start(container: "second", attempt: 0)])
        _ = pod.started("second")
        #expect(pod.ended(.exited(1), "second") == [.start(container: "second", attempt: 1)])
        _ = pod.started("second", 1)
        #expect(pod.ended(.exited(0), "second", 1) == [.start(container: "main", attempt: 0)])
        #expect(pod.status.conditions.first { $0.type == "Initialized" }?.status == "True")
    }

    @Test("an init container that fails under Never fails the pod")
    func initFails() {
        var pod = PodMachineFixture(
            PodMachineFixture.pod(
                initContainers: [PodMachineFixture.container("first")], restartPolicy: "Never"))
        _ = pod.prepare()
        _ = pod.started("first")
        #expect(pod.ended(.exited(3), "first") == [])
        #expect(pod.status.phase == "Failed")
    }

    @Test("the first restart is immediate, the next ones wait 10 s, 20 s, … up to five minutes")
    func backOff() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.prepare()
        _ = pod.started()
        #expect(pod.ended(.exited(1)) == [.start(container: "main", attempt: 1)])
        var (attempt, waited): (Int, [Int]) = (1, [])
        for _ in 0..<7 {
            _ = pod.started("main", attempt)
            #expect(pod.ended(.exited(1), "main", attempt) == [])
            #expect(pod.status.containerStatuses.first?.state?.waiting?.reason == "CrashLoopBackOff")
            #expect(pod.status.phase == "Running")
            let wake = pod.machine.nextWake ?? pod.now
            waited.append(Int((wake - pod.now).inSeconds))
            attempt += 1
            #expect(pod.pass(wake - pod.now) == [.start(container: "main", attempt: attempt)])
        }
        #expect(waited == [10, 20, 40, 80, 160, 300, 300])
        #expect(pod.status.containerStatuses.first?.restartCount == 8)
        _ = pod.started("main", attempt)
        _ = pod.pass(.seconds(601))
        #expect(pod.ended(.exited(1), "main", attempt) == [.start(container: "main", attempt: attempt + 1)])
    }

    @Test(
        "a pod that must not restart is over when its containers are",
        arguments: [
            ("Never", 0, "Succeeded"), ("Never", 2, "Failed"), ("OnFailure", 0, "Succeeded"),
        ])
    func completion(_ policy: String, _ code: Int, _ phase: String) {
        var pod = PodMachineFixture(PodMachineFixture.pod(restartPolicy: policy))
        _ = pod.prepare()
        _ = pod.started()
        #expect(pod.ended(.exited(code)) == [])
        #expect(pod.status.phase == phase)
        #expect(pod.machine.nextWake == nil)
    }

    @Test("deletion: SIGTERM, after the grace period SIGKILL, then cleaning, then the object")
    func deletion() {
        let original = PodMachineFixture.pod()
        var pod = PodMachineFixture(original)
        _ = pod.prepare()
        _ = pod.started()
        var deleted = original
        deleted.metadata.deletionTimestamp = pod.now.rfc3339()
        deleted.metadata.deletionGracePeriodSeconds = 5
        #expect(pod.on(.updated(deleted)) == [.signal(container: "main", .terminate)])
        #expect(!pod.isReady)
        #expect(pod.pass(.seconds(4)) == [])
        #expect(pod.pass(.seconds(1)) == [.signal(container: "main", .kill)])
        #expect(pod.ended(.signaled(9)) == [.cleanUp])
        #expect(pod.on(.cleaned) == [.deleteObject])
        #expect(pod.on(.vanished) == [.finish])
    }

    @Test("a deletion may be hurried, never slowed down")
    func hurriedDeletion() {
        let original = PodMachineFixture.pod()
        var pod = PodMachineFixture(original)
        _ = pod.prepare()
        _ = pod.started()
        var deleted = original
        deleted.metadata.deletionTimestamp = pod.now.rfc3339()
        deleted.metadata.deletionGracePeriodSeconds = 30
        _ = pod.on(.updated(deleted))
        deleted.metadata.deletionGracePeriodSeconds = 1
        _ = pod.on(.updated(deleted))
        #expect(pod.pass(.seconds(1)) == [.signal(container: "main", .kill)])
    }

    @Test("an object that vanished takes its processes along at once")
    func vanished() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.prepare()
        _ = pod.started()
        #expect(pod.on(.vanished) == [.signal(container: "main", .kill)])
        #expect(pod.ended(.signaled(9)) == [.cleanUp])
        #expect(pod.on(.cleaned) == [.finish])
    }

    @Test("a process that starts while its pod ends is ended as soon as it is known")
    func startDuringStop() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.prepare()
        #expect(pod.on(.vanished) == [])
        #expect(pod.started() == [.signal(container: "main", .kill)])
    }

    @Test("preparation that is under way is waited for before the pod is cleaned up")
    func stopDuringPreparation() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.on(.tick)
        #expect(pod.on(.vanished) == [])
        #expect(pod.on(.prepared) == [.cleanUp])
    }

    @Test("a drained node ends its processes and leaves pod and directories for its next life")
    func drain() {
        var pod = PodMachineFixture(PodMachineFixture.pod(restartPolicy: "OnFailure"))
        _ = pod.prepare()
        _ = pod.started()
        #expect(pod.on(.drain) == [.signal(container: "main", .terminate)])
        #expect(pod.ended(.exited(0)) == [.finish])
        let status = pod.status
        #expect(status.phase == "Running")
        #expect(status.containerStatuses.first?.state?.waiting?.reason == "NodeStopped")

        var stored = PodMachineFixture.pod(restartPolicy: "OnFailure")
        stored.status = status
        var next = PodMachineFixture(stored)
        #expect(next.prepare() == [.start(container: "main", attempt: 1)])
    }

    @Test(
        "what ran when the node died counts as lost, and starts again with its count",
        arguments: [
            ("Always", [PodMachine.Action.start(container: "main", attempt: 4)]),
            ("OnFailure", [.start(container: "main", attempt: 4)]), ("Never", []),
        ])
    func lostContainer(_ policy: String, _ expected: [PodMachine.Action]) {
        var stored = PodMachineFixture.pod(restartPolicy: policy)
        stored.status = PodStatus(
            containerStatuses: [
                ContainerStatus(
                    name: "main", image: "", imageID: "", ready: true, restartCount: 3, containerID: "process://7-1",
                    state: ContainerState(running: ContainerStateRunning(startedAt: "2026-01-01T00:00:00Z")))
            ],
            phase: "Running")
        var pod = PodMachineFixture(stored)
        #expect(pod.prepare() == expected)
        let found = pod.status.containerStatuses.first
        let end = found?.lastState?.terminated ?? found?.state?.terminated
        #expect(end?.reason == "ContainerStatusUnknown")
        #expect(end?.exitCode == 137)
        if policy == "Never" { #expect(pod.status.phase == "Failed") }
    }

    @Test("a pod that was over stays over, and its status as it is")
    func wasOver() {
        var stored = PodMachineFixture.pod(restartPolicy: "Never")
        stored.status = PodStatus(phase: "Succeeded")
        var pod = PodMachineFixture(stored)
        #expect(pod.on(.tick) == [])
        #expect(pod.machine.status(now: pod.now) == nil)
        stored.metadata.deletionTimestamp = pod.now.rfc3339()
        #expect(pod.on(.updated(stored)) == [.cleanUp])
    }

    @Test("a pod beyond its active deadline is ended and has failed")
    func activeDeadline() {
        var spec = PodMachineFixture.pod()
        spec.spec?.activeDeadlineSeconds = 60
        var pod = PodMachineFixture(spec)
        _ = pod.prepare()
        _ = pod.started()
        #expect(pod.pass(.seconds(60)) == [.signal(container: "main", .terminate)])
        #expect(pod.ended(.signaled(15)) == [])
        #expect(pod.status.phase == "Failed")
        #expect(pod.status.reason == "DeadlineExceeded")
    }

    @Test("a container that cannot be configured waits with the reason, and is tried again as the same run")
    func notConfigured() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.prepare()
        #expect(
            pod.on(
                .notConfigured(
                    container: "main", attempt: 0, reason: "CreateContainerConfigError",
                    message: "secret \"s\" not found")) == [])
        let waiting = pod.status.containerStatuses.first?.state?.waiting
        #expect(waiting?.reason == "CreateContainerConfigError")
        #expect(waiting?.message == "secret \"s\" not found")
        #expect(pod.status.phase == "Pending")
        #expect(pod.pass(.milliseconds(500)) == [.start(container: "main", attempt: 0)])
    }

    @Test("answers about a run that is over change nothing")
    func staleAnswers() {
        var pod = PodMachineFixture(PodMachineFixture.pod())
        _ = pod.prepare()
        _ = pod.started()
        _ = pod.ended(.exited(1))
        _ = pod.started("main", 1)
        #expect(pod.ended(.exited(1), "main", 0) == [])
        #expect(pod.isReady)
    }

    @Test("a sidecar runs beside the others and ends with them")
    func sidecar() {
        var side = PodMachineFixture.container("side")
        side.restartPolicy = "Always"
        var pod = PodMachineFixture(PodMachineFixture.pod(initContainers: [side], restartPolicy: "Never"))
        #expect(pod.prepare() == [.start(container: "side", attempt: 0)])
        #expect(pod.started("side") == [.start(container: "main", attempt: 0)])
        _ = pod.started()
        #expect(pod.ended(.exited(0)) == [.signal(container: "side", .terminate)])
        _ = pod.ended(.signaled(15), "side")
        #expect(pod.status.phase == "Succeeded")
    }
}

import ClawBase
import ClawModels
import Testing

@testable import ClawCluster

@Suite("Probes")
struct ProbeTests {
    private static let check = TCPSocketAction(port: 80)

    private func started(_ container: Container) -> PodMachineFixture {
        var pod = PodMachineFixture(PodMachineFixture.pod([container]))
        _ = pod.prepare()
        return pod
    }

    private func probe(_ kind: ProbeKind, _ attempt: Int = 0) -> PodMachine.Action {
        .probe(container: "main", attempt: attempt, kind)
    }

    private func answer(_ kind: ProbeKind, _ isSuccess: Bool) -> PodMachine.Event {
        .probed(container: "main", attempt: 0, kind, failure: isSuccess ? nil : "no")
    }

    @Test("readiness is tried at once and every 100 ms, for ten seconds, then by its period")
    func eagerReadiness() {
        var pod = started(
            PodMachineFixture.container("main", readiness: Probe(periodSeconds: 10, tcpSocket: Self.check)))
        #expect(pod.started() == [probe(.readiness)])
        #expect(!pod.isReady)
        for _ in 0..<100 {
            #expect(pod.on(answer(.readiness, false)) == [])
            #expect(pod.pass(.milliseconds(99)) == [])
            #expect(pod.pass(.milliseconds(1)) == [probe(.readiness)])
        }
        #expect(pod.on(answer(.readiness, false)) == [])
        #expect(pod.pass(.milliseconds(9_999)) == [])
        #expect(pod.pass(.milliseconds(1)) == [probe(.readiness)])
        #expect(pod.on(answer(.readiness, true)) == [])
        #expect(pod.isReady)
    }

    @Test("a ready container is unready only after the threshold, and ready again at the first success")
    func readinessThreshold() {
        var pod = started(
            PodMachineFixture.container(
                "main", readiness: Probe(failureThreshold: 2, periodSeconds: 1, tcpSocket: Self.check)))
        _ = pod.started()
        _ = pod.on(answer(.readiness, true))
        _ = pod.pass(.seconds(1))
        _ = pod.on(answer(.readiness, false))
        #expect(pod.isReady)
        _ = pod.pass(.seconds(1))
        _ = pod.on(answer(.readiness, false))
        #expect(!pod.isReady)
    }

    @Test("a liveness probe waits for its delay, counts failures, and has the container restarted")
    func liveness() {
        var pod = started(
            PodMachineFixture.container(
                "main",
                liveness: Probe(failureThreshold: 2, initialDelaySeconds: 3, periodSeconds: 5, tcpSocket: Self.check)))
        #expect(pod.started() == [])
        #expect(pod.pass(.seconds(3)) == [probe(.liveness)])
        #expect(pod.on(answer(.liveness, false)) == [])
        #expect(pod.pass(.seconds(5)) == [probe(.liveness)])
        #expect(pod.on(answer(.liveness, false)) == [.signal(container: "main", .terminate)])
        #expect(pod.ended(.signaled(15)) == [.start(container: "main", attempt: 1)])
    }

    @Test("nothing else is probed before the startup probe has succeeded")
    func startup() {
        var pod = started(
            PodMachineFixture.container(
                "main", readiness: Probe(tcpSocket: Self.check), liveness: Probe(tcpSocket: Self.check),
                startup: Probe(failureThreshold: 2, periodSeconds: 4, tcpSocket: Self.check)))
        #expect(pod.started() == [probe(.startup)])
        #expect(pod.on(answer(.startup, false)) == [])
        #expect(pod.pass(.milliseconds(100)) == [probe(.startup)])
        #expect(pod.on(answer(.startup, true)) == [probe(.readiness), probe(.liveness)])
        #expect(pod.status.containerStatuses.first?.started == true)
        #expect(!pod.isReady)
    }

    @Test("hurried attempts count towards the startup threshold once a period only")
    func startupThreshold() {
        var pod = started(
            PodMachineFixture.container(
                "main", startup: Probe(failureThreshold: 2, periodSeconds: 4, tcpSocket: Self.check)))
        _ = pod.started()
        for _ in 0..<79 {
            #expect(pod.on(answer(.startup, false)) == [])
            #expect(pod.pass(.milliseconds(100)) == [probe(.startup)])
        }
        #expect(pod.on(answer(.startup, false)) == [])
        _ = pod.pass(.milliseconds(100))
        #expect(pod.on(answer(.startup, false)) == [.signal(container: "main", .terminate)])
    }
}

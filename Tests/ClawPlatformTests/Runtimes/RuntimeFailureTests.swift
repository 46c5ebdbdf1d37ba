import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("Runtimes that do not come up")
struct RuntimeFailureTests {
    private func crashing(_ restarts: Int) -> RuntimeObservation {
        Fixture.observed { pod in
            Fixture.running(&pod)
            (pod.restarts, pod.waiting) = (restarts, "CrashLoopBackOff")
        }
    }

    @Test("a refused runtime runs no pod and is taken up when its template appears")
    func refused() {
        let runtime = Fixture.runtime(template: "later")
        let step = Fixture.next(runtime, Fixture.observed(pod: Fixture.ready))
        #expect(step.phase == .refused)
        #expect(step.actions == [.stopPod])
        #expect(step.error?.code == .unknownTemplate)
        let refused = runtime.decided(Fixture.observed())
        var context = Fixture.context
        context.templates.append(ClawConfiguration.Template(name: "later", command: ["later"]))
        let taken = Fixture.next(refused, Fixture.observed(), context)
        #expect(taken.phase == .creating)
        #expect(taken.actions == [.startPod])
    }

    @Test("the deadline counts from the wish and ends the start; what is left of a pod goes")
    func deadline() {
        let starting = Fixture.observed(pod: Fixture.running)
        let runtime = Fixture.runtime().decided(starting)
        let before = Fixture.next(runtime, starting, at: Fixture.start + .seconds(299))
        #expect(before.phase == .starting)
        #expect(before.lookAgainAt == Fixture.start + .seconds(300))
        let after = Fixture.next(runtime, starting, at: Fixture.start + .seconds(300))
        #expect(after.phase == .failed)
        #expect(after.error?.code == .startDeadline)
        #expect(after.actions == [.stopPod])
        // A pod that is on its way out, or not there, is a missed deadline too.
        for stuck in [Fixture.observed { $0.isBeingDeleted = true }, Fixture.observed()] {
            let step = Fixture.next(runtime, stuck, at: Fixture.start + .seconds(300))
            #expect(step.phase == .failed)
            #expect(step.actions.isEmpty)
        }
    }

    @Test("readiness ends the count; its loss begins another")
    func newCount() {
        let (ready, lost) = (Fixture.observed(pod: Fixture.ready), Fixture.observed(pod: Fixture.running))
        var runtime = Fixture.runtime().decided(lost)
        runtime = runtime.decided(ready, at: Fixture.start + .seconds(200))
        runtime = runtime.decided(lost, at: Fixture.start + .seconds(1000))
        #expect(runtime.status.phase == .recovering)
        #expect(Fixture.next(runtime, lost, at: Fixture.start + .seconds(1299)).phase == .recovering)
        #expect(Fixture.next(runtime, lost, at: Fixture.start + .seconds(1300)).phase == .failed)
    }

    @Test("a new wish begins another count, even on the way")
    func wishOnTheWay() {
        let starting = Fixture.observed(pod: Fixture.running)
        var runtime = Fixture.runtime().decided(starting)
        runtime.annotations[Runtime.recoverAnnotation] = "2026-01-01T00:04:00.000000Z"
        runtime = runtime.decided(starting, at: Fixture.start + .seconds(240))
        #expect(Fixture.next(runtime, starting, at: Fixture.start + .seconds(301)).phase == .starting)
        #expect(Fixture.next(runtime, starting, at: Fixture.start + .seconds(540)).phase == .failed)
    }

    @Test("a crash loop is told at once and ends at the breaker")
    func crashLoop() {
        let step = Fixture.next(Fixture.runtime(.running, .starting), crashing(3))
        #expect(step.phase == .recovering)
        #expect(step.error?.code == .crashLoop)
        #expect(step.actions.isEmpty)
        let last = Fixture.next(Fixture.runtime(.running, .recovering), crashing(8))
        #expect(last.phase == .failed)
        #expect(last.error?.code == .crashLoop)
        #expect(last.actions == [.stopPod])
    }

    @Test(
        "how often it has ended is told as the pod says, never as no time at all",
        arguments: [
            (0, 1, "has ended;"), (1, 2, "has ended 2 times in a row;"), (7, 8, "has ended 8 times in a row;"),
            // A node that does not tell of the last end.
            (0, 0, "has ended;"),
        ])
    func endings(restarts: Int, endings: Int, words: String) {
        let observed = Fixture.observed { pod in
            (pod.isScheduled, pod.hasContainers, pod.waiting) = (true, true, "CrashLoopBackOff")
            (pod.restarts, pod.endings) = (restarts, endings)
        }
        let error = Fixture.next(Fixture.runtime(.running, .starting), observed).error
        #expect(error?.message.contains("The program \(words)") == true, "\(error?.message ?? "")")
    }

    @Test("what ended before it was last ready is not told again")
    func endingsSinceReady() {
        let ready = Fixture.observed { pod in
            Fixture.ready(&pod)
            (pod.restarts, pod.endings) = (4, 4)
        }
        let runtime = Fixture.runtime().decided(ready)
        func message(_ restarts: Int) -> String? {
            let observed = Fixture.observed { pod in
                (pod.isScheduled, pod.hasContainers, pod.waiting) = (true, true, "CrashLoopBackOff")
                (pod.restarts, pod.endings) = (restarts, restarts + 1)
            }
            return Fixture.next(runtime, observed).error?.message
        }
        #expect(message(4)?.contains("The program has ended;") == true)
        #expect(message(6)?.contains("has ended 3 times in a row") == true)
    }

    @Test("a container has ended once more than it was restarted while it waits, and not while it runs")
    func counted() {
        func endings(_ state: ContainerState, last: ContainerState? = nil) -> Int {
            var container = ContainerStatus(name: "runtime", image: "", imageID: "", ready: false, restartCount: 2)
            (container.state, container.lastState) = (state, last)
            var pod = Pod(metadata: ObjectMeta(name: "ada", namespace: "demo"))
            pod.status = PodStatus(containerStatuses: [container])
            return KubernetesRuntimeDriver.observe(pod, RuntimeCellID(Fixture.runtime())).endings
        }
        let over = ContainerState(terminated: ContainerStateTerminated(exitCode: 1))
        let waiting = ContainerState(waiting: ContainerStateWaiting(reason: "CrashLoopBackOff"))
        #expect(endings(waiting, last: over) == 3)
        #expect(endings(over) == 3)
        #expect(endings(ContainerState(running: ContainerStateRunning()), last: over) == 2)
        #expect(endings(waiting) == 2)
    }

    @Test("restarts before the last readiness do not count towards a crash loop")
    func oldRestarts() {
        let ready = Fixture.observed { pod in
            Fixture.ready(&pod)
            pod.restarts = 20
        }
        let runtime = Fixture.runtime().decided(ready)
        #expect(runtime.status.restarts == 20)
        #expect(Fixture.next(runtime, crashing(21)).phase == .recovering)
        #expect(Fixture.next(runtime.decided(crashing(21)), crashing(27)).phase == .recovering)
        #expect(Fixture.next(runtime.decided(crashing(21)), crashing(28)).phase == .failed)
        // Another pod counts from nothing.
        #expect(Fixture.next(runtime.decided(Fixture.observed()), crashing(8)).phase == .failed)
    }

    @Test("what failed stays failed until somebody asks: by a new generation, recover or restart")
    func staysFailed() {
        let failed = Fixture.runtime(.running, .recovering).decided(crashing(8))
        #expect(failed.status.phase == .failed)
        let gone = Fixture.observed()
        for seconds in [1, 1000, 100_000] as [Int64] {
            let step = Fixture.next(failed, gone, at: Fixture.start + .seconds(seconds))
            #expect(step.phase == .failed)
            #expect(step.actions.isEmpty)
            #expect(step.error?.code == .crashLoop)
            #expect(step.lookAgainAt == nil)
        }
        // A pod that is back by somebody else's hand does not stay.
        #expect(Fixture.next(failed, Fixture.observed(pod: Fixture.ready)).actions == [.stopPod])
        var edited = failed
        edited.metadata.generation = 2
        var recover = failed
        recover.annotations[Runtime.recoverAnnotation] = "2026-01-01T00:00:00.000001Z"
        var restart = failed
        restart.annotations[Runtime.restartAnnotation] = "2026-01-01T00:00:00.000001Z"
        for wish in [edited, recover, restart] {
            let step = Fixture.next(wish, gone, at: Fixture.start + .seconds(1000))
            #expect(step.phase == .creating)
            #expect(step.actions == [.startPod])
            #expect(step.error == nil)
        }
        var stopped = failed
        stopped.spec.desiredState = .stopped
        stopped.metadata.generation = 2
        #expect(Fixture.next(stopped, gone).phase == .stopped)
    }

    @Test(
        "a pod's reasons become errors with a code",
        arguments: [
            ("Unschedulable", FindingCode.unschedulable, RuntimePhase.pending),
            ("ErrImagePull", .containerStart, .creating), ("CreateContainerError", .containerStart, .creating),
        ])
    func reasons(waiting: String, code: FindingCode, phase: RuntimePhase) {
        let observed = Fixture.observed { pod in
            if waiting != "Unschedulable" { Fixture.running(&pod) }
            (pod.waiting, pod.message) = (waiting, "0/1 nodes are available")
        }
        let step = Fixture.next(Fixture.runtime(.running, .creating), observed)
        #expect(step.phase == phase)
        #expect(step.error?.code == code)
        #expect(step.error?.message.contains("0/1 nodes are available") == true)
        // The last reason is told when the deadline ends it.
        let runtime = Fixture.runtime().decided(observed)
        let last = Fixture.next(runtime, observed, at: Fixture.start + .seconds(300))
        #expect(last.error?.code == .startDeadline)
        #expect(last.error?.message.contains("0/1 nodes are available") == true)
    }
}

import ClawBase
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What is done next for a runtime")
struct RuntimeNextTests {
    // MARK: the way up

    @Test("nothing there: key and volume first, then the pod")
    func first() {
        let step = Fixture.next(Fixture.runtime(), RuntimeObservation())
        #expect(step.actions == [.ensureIdentity, .ensureVolume, .startPod])
        #expect(step.phase == .creating)
        #expect(step.lookAgainAt == Fixture.start + .seconds(300))
    }

    @Test("what is missing is made anew, also beside a ready pod")
    func missing() {
        var observed = Fixture.observed(pod: Fixture.ready)
        observed.grant = nil
        observed.volume = nil
        let step = Fixture.next(Fixture.runtime(.running, .ready), observed)
        #expect(step.actions == [.ensureIdentity, .ensureVolume])
        #expect(step.phase == .ready)
    }

    @Test(
        "a first start passes through Pending, Scheduled, Creating, Starting to Ready",
        arguments: [
            (false, false, nil, false, RuntimePhase.pending), (true, false, nil, false, .scheduled),
            (true, true, "ContainerCreating", false, .creating), (true, true, "PodInitializing", false, .creating),
            (true, true, nil, false, .starting), (true, true, nil, true, .ready),
        ] as [(Bool, Bool, String?, Bool, RuntimePhase)])
    func way(isScheduled: Bool, hasContainers: Bool, waiting: String?, isReady: Bool, phase: RuntimePhase) {
        let observed = Fixture.observed { pod in
            (pod.isScheduled, pod.hasContainers, pod.waiting, pod.isReady) = (isScheduled, hasContainers, waiting, isReady)
        }
        let step = Fixture.next(Fixture.runtime(.running, .creating), observed)
        #expect(step.phase == phase)
        #expect(step.actions.isEmpty)
        #expect(step.error == nil)
    }

    @Test(
        "where a runtime comes from names its way: waking from sleep, recovering from readiness",
        arguments: [
            (RuntimePhase.suspended, RuntimePhase.waking), (.suspending, .waking), (.waking, .waking),
            (.ready, .recovering), (.recovering, .recovering), (.stopped, .creating), (.stopping, .creating),
            (.refused, .creating), (.pending, .creating), (.starting, .creating),
        ])
    func ways(from: RuntimePhase, phase: RuntimePhase) {
        let runtime = Fixture.runtime(.running, from)
        let absent = Fixture.next(runtime, Fixture.observed())
        #expect(absent.phase == phase)
        #expect(absent.actions == [.startPod])
        let leaving = Fixture.next(runtime, Fixture.observed { $0.isBeingDeleted = true })
        #expect(leaving.phase == phase)
        #expect(leaving.actions.isEmpty)
        // Waking and recovering last until readiness.
        let starting = Fixture.next(runtime, Fixture.observed(pod: Fixture.running))
        #expect(starting.phase == (phase == .creating ? .starting : phase))
    }

    @Test("a pod that ended for good is replaced")
    func ended() {
        let step = Fixture.next(Fixture.runtime(.running, .ready), Fixture.observed { $0.hasEnded = true })
        #expect(step.actions == [.stopPod])
        #expect(step.phase == .recovering)
    }

    @Test("a pod for other settings is replaced; what somebody asked for is no recovery")
    func otherHash() {
        let observed = Fixture.observed { pod in
            Fixture.ready(&pod)
            pod.cellHash = "other"
        }
        let settings = Fixture.next(Fixture.runtime(.running, .ready), observed)
        #expect(settings.actions == [.stopPod])
        #expect(settings.phase == .recovering)
        var edited = Fixture.runtime(.running, .ready)
        edited.metadata.generation = 2
        #expect(Fixture.next(edited, observed).phase == .creating)
        #expect(Fixture.next(edited, observed).actions == [.stopPod])
    }

    @Test("a wish to restart replaces the pod, a wish to recover leaves a ready one alone")
    func requests() {
        let observed = Fixture.observed(pod: Fixture.ready)
        var restart = Fixture.runtime(.running, .ready)
        restart.annotations[Runtime.restartAnnotation] = "2026-01-01T00:00:00.000001Z"
        #expect(Fixture.next(restart, observed).actions == [.stopPod])
        #expect(Fixture.next(restart, observed).phase == .creating)
        var recover = Fixture.runtime(.running, .ready)
        recover.annotations[Runtime.recoverAnnotation] = "2026-01-01T00:00:00.000001Z"
        #expect(Fixture.next(recover, observed) == RuntimeStep(phase: .ready))
    }

    @Test("a key that may do other things than wanted is brought up to date")
    func grants() {
        var observed = Fixture.observed(pod: Fixture.ready)
        observed.grant?.models = ["echo", "gpt"]
        let step = Fixture.next(Fixture.runtime(.running, .ready) , observed)
        #expect(step.actions == [.ensureIdentity])
        #expect(step.phase == .ready)
    }

    @Test("a pod that lacks its configuration has its secret looked for anew")
    func lostSecret() {
        let observed = Fixture.observed { pod in
            Fixture.running(&pod)
            pod.waiting = "CreateContainerConfigError"
        }
        let step = Fixture.next(Fixture.runtime(.running, .creating), observed)
        #expect(step.actions == [.ensureIdentity])
        #expect(step.error?.code == .containerStart)
    }

    // MARK: the volume

    @Test("the claim has no owner that would take it along, whatever its retention")
    func owner() {
        var observed = Fixture.observed(pod: Fixture.ready)
        observed.volume?.owner = .runtime
        let wipe = Fixture.runtime(.running, .ready) { $0["volume"] = ["retention": "Wipe"] }
        for runtime in [wipe, Fixture.runtime(.running, .ready)] {
            #expect(Fixture.next(runtime, observed).actions == [.ensureVolume])
        }
    }

    @Test("no pod is started on a volume that is leaving")
    func leavingVolume() {
        var observed = Fixture.observed()
        observed.volume?.isBeingDeleted = true
        #expect(Fixture.next(Fixture.runtime(), observed).actions.isEmpty)
        observed.volume = .init(user: "ada", owner: .predecessor)
        #expect(Fixture.next(Fixture.runtime(), observed).actions.isEmpty)
        // A predecessor's is not refused, whoever it was: it is about to go.
        observed.volume = .init(user: "bob", owner: .predecessor)
        #expect(Fixture.next(Fixture.runtime(), observed).phase == .creating)
    }

    @Test("a kept volume goes back to its user only", arguments: ["bob", nil])
    func otherUsersVolume(user: String?) {
        var observed = Fixture.observed()
        observed.volume?.user = user
        let step = Fixture.next(Fixture.runtime(), observed)
        #expect(step.phase == .refused)
        #expect(step.error?.code == .volumeTaken)
        #expect(step.actions.isEmpty)
        #expect(step.lookAgainAt != nil)
    }

    // MARK: others' pods

    @Test("a pod in the way is never touched", arguments: [RuntimeObservation.Owner.other, .nobody])
    func foreignPod(owner: RuntimeObservation.Owner) {
        let observed = Fixture.observed { pod in
            Fixture.ready(&pod)
            pod.owner = owner
        }
        let step = Fixture.next(Fixture.runtime(), observed)
        #expect(step.phase == .refused)
        #expect(step.error?.code == .nameTaken)
        #expect(step.actions.isEmpty)
        #expect(Fixture.next(Fixture.runtime(.stopped), observed) == RuntimeStep(phase: .stopped))
    }

    @Test("the pod of an earlier runtime of the name is waited for")
    func predecessor() {
        let observed = Fixture.observed { pod in
            Fixture.ready(&pod)
            pod.owner = .predecessor
        }
        let step = Fixture.next(Fixture.runtime(), observed)
        #expect(step.phase == .creating)
        #expect(step.actions.isEmpty)
    }

    // MARK: the way down

    @Test(
        "stop and suspend end the pod once, and are done when it is gone",
        arguments: [
            (RuntimeSpec.DesiredState.stopped, RuntimePhase.stopping, RuntimePhase.stopped),
            (.suspended, .suspending, .suspended),
        ])
    func down(desired: RuntimeSpec.DesiredState, going: RuntimePhase, gone: RuntimePhase) {
        let runtime = Fixture.runtime(desired, .ready)
        let first = Fixture.next(runtime, Fixture.observed(pod: Fixture.ready))
        #expect(first.phase == going)
        #expect(first.actions == [.stopPod])
        #expect(first.lookAgainAt == Fixture.start + .seconds(120))
        let later = Fixture.next(runtime, Fixture.observed { $0.isBeingDeleted = true })
        #expect(later.phase == going)
        #expect(later.actions.isEmpty)
        #expect(Fixture.next(runtime, Fixture.observed()) == RuntimeStep(phase: gone))
        // Nothing is made for a runtime at rest.
        #expect(Fixture.next(runtime, RuntimeObservation()) == RuntimeStep(phase: gone))
    }

    @Test("a pod that will not go makes the runtime Failed, without force; when it goes after all, the wish is met")
    func stuck() {
        let leaving = Fixture.observed { $0.isBeingDeleted = true }
        let stopping = Fixture.runtime(.stopped, .ready).decided(leaving)
        #expect(Fixture.next(stopping, leaving, at: Fixture.start + .seconds(119)).phase == .stopping)
        let step = Fixture.next(stopping, leaving, at: Fixture.start + .seconds(120))
        #expect(step.phase == .failed)
        #expect(step.error?.code == .stopDeadline)
        #expect(step.actions.isEmpty)
        let failed = stopping.after(step, leaving, at: Fixture.start + .seconds(120))
        #expect(Fixture.next(failed, leaving, at: Fixture.start + .seconds(121)).phase == .failed)
        #expect(Fixture.next(failed, Fixture.observed()).phase == .stopped)
    }

    @Test("a runtime that is being deleted loses its pod, whatever it is wanted to be")
    func deleted() {
        var runtime = Fixture.runtime(.running, .ready)
        runtime.metadata.deletionTimestamp = "2026-01-01T00:00:00Z"
        #expect(Fixture.next(runtime, Fixture.observed(pod: Fixture.ready)) == RuntimeStep(actions: [.stopPod], phase: .deleting))
        #expect(Fixture.next(runtime, Fixture.observed()) == RuntimeStep(phase: .deleting))
        let wiped = RuntimeKind.next(
            runtime, Fixture.cell(runtime), Fixture.observed(), RuntimeDeadlines(), wipes: true, now: Fixture.start)
        #expect(wiped == RuntimeStep(actions: [.wipeVolume], phase: .deleting))
    }
}

import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("What is decided about checkpoints")
struct CheckpointDecisionTests {
    private static let now = Fixture.start

    private static func pod(node: String? = "n1") -> Pod {
        Pod(
            metadata: ObjectMeta(name: "ada", namespace: "demo", uid: "p1"),
            spec: PodSpec(containers: [Container(name: "main"), Container(name: "side")], nodeName: node))
    }

    private static func checkpoint(_ phase: CheckpointPhase? = nil, _ change: (inout Checkpoint) -> Void = { _ in })
        -> Checkpoint
    {
        var checkpoint = Checkpoint(
            metadata: ObjectMeta(name: "c", namespace: "demo", uid: "c1"), spec: CheckpointSpec(pod: "ada"))
        checkpoint.status.phase = phase
        change(&checkpoint)
        return checkpoint
    }

    @Test("it is of the first container of a pod that runs, unless another is named")
    func begin() {
        guard case .begin(let order, let uid) = CheckpointStep.next(Self.checkpoint(), pod: Self.pod(), now: Self.now)
        else {
            Issue.record("it does not begin")
            return
        }
        #expect((order.id, order.node, order.namespace, order.pod) == ("c1", "n1", "demo", "ada"))
        #expect(order.container == "main")
        #expect(uid == "p1")
        let other = Self.checkpoint { $0.spec.container = "side" }
        guard case .begin(let second, _) = CheckpointStep.next(other, pod: Self.pod(), now: Self.now) else {
            Issue.record("it does not begin")
            return
        }
        #expect(second.container == "side")
    }

    @Test("without a running pod or such a container there is nothing to keep")
    func nothing() {
        let cases = [
            (Self.checkpoint(), nil), (Self.checkpoint(), Self.pod(node: nil)),
            (Self.checkpoint { $0.spec.container = "none" }, Self.pod()),
        ]
        for (checkpoint, pod) in cases {
            guard case .fail(let finding) = CheckpointStep.next(checkpoint, pod: pod, now: Self.now) else {
                Issue.record("it does not fail")
                continue
            }
            #expect(finding.code.rawValue == "E_CHECKPOINT_SOURCE")
        }
    }

    @Test("what was begun is ordered again, by the same name, until its node had time enough")
    func again() {
        let begun = Self.checkpoint(.running) { checkpoint in
            (checkpoint.status.node, checkpoint.status.container) = ("n1", "main")
            checkpoint.status.startedAt = Self.now.rfc3339()
        }
        guard case .order(let order) = CheckpointStep.next(begun, pod: nil, now: Self.now + .seconds(119)) else {
            Issue.record("it is not ordered")
            return
        }
        #expect(order.id == "c1")
        guard case .fail(let finding) = CheckpointStep.next(begun, pod: nil, now: Self.now + .seconds(120)) else {
            Issue.record("it does not end")
            return
        }
        #expect(finding.code == .deadline)
    }

    @Test("what is stored stays until its time is over")
    func expiry() {
        let stored = Self.checkpoint(.stored) { checkpoint in
            checkpoint.spec.ttlSeconds = 60
            checkpoint.status.completedAt = Self.now.rfc3339()
        }
        let end = Self.now + .seconds(60)
        #expect(CheckpointStep.next(stored, pod: nil, now: Self.now) == .rest(until: end))
        #expect(CheckpointStep.next(stored, pod: nil, now: end) == .expire)
        #expect(CheckpointStep.next(Self.checkpoint(.stored), pod: nil, now: end) == .rest(until: nil))
        #expect(CheckpointStep.next(Self.checkpoint(.failed), pod: Self.pod(), now: end) == .rest(until: nil))
    }

    // MARK: schedules

    private static func schedule(_ text: String, keep: Int = 2, last: Timestamp? = nil) -> CheckpointSchedule {
        var schedule = CheckpointSchedule(
            metadata: ObjectMeta(name: "s", namespace: "demo", creationTimestamp: now.rfc3339(), uid: "s1"),
            spec: CheckpointScheduleSpec(schedule: text, checkpoint: CheckpointSpec(runtime: "ada"), keep: keep))
        schedule.status.lastScheduledAt = last?.rfc3339()
        return schedule
    }

    private static func made(_ phases: [CheckpointPhase?]) -> [Checkpoint] {
        phases.enumerated().map { index, phase in
            Self.checkpoint(phase) {
                $0.metadata.name = "c\(index)"
                $0.metadata.creationTimestamp = (now + .seconds(index)).rfc3339()
            }
        }
    }

    @Test("a schedule that was missed for a day is due once, and then at its next time")
    func missed() throws {
        let schedule = Self.schedule("@every 1h")
        let early = try CheckpointPlan(schedule, made: [], now: Self.now + .seconds(1800))
        #expect(early.due == nil)
        let late = try CheckpointPlan(schedule, made: [], now: Self.now + .seconds(86_400))
        #expect(late.due == Self.now + .seconds(86_400))
        let after = try CheckpointPlan(
            Self.schedule("0 * * * *", last: Self.now), made: [], now: Self.now + .seconds(10))
        #expect(after.due == nil)
        #expect(after.next == Self.now + .seconds(3600))
    }

    @Test("the newest stored ones stay; failed ones stay until a later one is stored")
    func retention() {
        #expect(CheckpointPlan.surplus(Self.made([.stored, .stored, .stored]), keep: 2) == ["c0"])
        #expect(CheckpointPlan.surplus(Self.made([.stored, .failed]), keep: 2) == [])
        #expect(CheckpointPlan.surplus(Self.made([.failed, .stored, .running, nil]), keep: 1) == ["c0"])
        #expect(
            CheckpointPlan.surplus(Self.made([.stored, .expired, .stored, .stored]), keep: 1) == ["c2", "c1", "c0"])
    }

    @Test("a text that is no schedule is told, and one at rest does nothing")
    func bad() throws {
        #expect(throws: Finding.self) { try CheckpointPlan(Self.schedule("often"), made: [], now: Self.now) }
        var resting = Self.schedule("@every 1s")
        resting.spec.isSuspended = true
        let plan = try CheckpointPlan(resting, made: [], now: Self.now + .seconds(100))
        #expect(plan.due == nil && plan.next == nil)
    }

    // MARK: runtimes

    private static func sleeper(_ desired: RuntimeSpec.DesiredState, _ phase: RuntimePhase) -> Runtime {
        Fixture.runtime(desired, phase) { $0["checkpoint"] = ["on": ["Suspend"]] }
    }

    private static func readyPod(_ pod: inout RuntimeObservation.Pod) {
        Fixture.ready(&pod)
        pod.uid = "p1"
    }

    private static func kept(_ phase: CheckpointPhase?, of uid: String = "p1") -> KeptRuntime {
        var kept = KeptRuntime(name: "ada")
        (kept.phase, kept.podUID, kept.method) = (phase, uid, .process)
        return kept
    }

    @Test("before a runtime sleeps it is kept; its pod goes when that is decided, however")
    func keep() {
        let runtime = Self.sleeper(.suspended, .ready)
        var observed = Fixture.observed(pod: Self.readyPod)
        let ordered = Fixture.next(runtime, observed)
        #expect(ordered.actions == [.keepPod])
        #expect(ordered.phase == .suspending)
        for phase in [CheckpointPhase?.none, .running] {
            observed.kept = Self.kept(phase)
            #expect(Fixture.next(runtime, observed).actions == [])
        }
        for phase in [CheckpointPhase.stored, .failed] {
            observed.kept = Self.kept(phase)
            #expect(Fixture.next(runtime, observed).actions == [.stopPod])
        }
        // What was kept of an earlier pod is nothing of this one.
        observed.kept = Self.kept(.stored, of: "p0")
        #expect(Fixture.next(runtime, observed).actions == [.keepPod])
    }

    @Test("a checkpoint that takes too long keeps no runtime from its rest")
    func tooLong() {
        var observed = Fixture.observed(pod: Self.readyPod)
        observed.kept = Self.kept(.running)
        let going = Self.sleeper(.suspended, .ready).decided(observed)
        #expect(going.status.phase == .suspending)
        #expect(Fixture.next(going, observed, at: Fixture.start + .seconds(59)).actions == [])
        let late = Fixture.next(going, observed, at: Fixture.start + .seconds(60))
        #expect(late.actions == [.stopPod])
        #expect(late.phase == .suspending)
    }

    @Test("nothing is kept that is not ready, nor at a stop, nor without the wish")
    func nothingKept() {
        let starting = Fixture.observed(pod: Fixture.running)
        #expect(Fixture.next(Self.sleeper(.suspended, .ready), starting).actions == [.stopPod])
        let ready = Fixture.observed(pod: Self.readyPod)
        #expect(Fixture.next(Self.sleeper(.stopped, .ready), ready).actions == [.stopPod])
        #expect(Fixture.next(Fixture.runtime(.suspended, .ready), ready).actions == [.stopPod])
    }

    @Test("what was kept goes when the runtime is back, or when it is stopped")
    func release() {
        var observed = Fixture.observed(pod: Self.readyPod)
        observed.kept = Self.kept(.stored, of: "p0")
        #expect(Fixture.next(Self.sleeper(.running, .waking), observed).actions == [.releaseKept])
        observed.pod = nil
        #expect(Fixture.next(Self.sleeper(.suspended, .suspended), observed).actions == [])
        #expect(Fixture.next(Self.sleeper(.stopped, .suspended), observed).actions == [.releaseKept])
    }

    @Test("the status says what was kept, and how the runtime really came back")
    func status() {
        var observed = Fixture.observed(pod: nil)
        observed.kept = Self.kept(.stored)
        let asleep = Self.sleeper(.suspended, .suspending).decided(observed)
        #expect(asleep.status.kept?.method == .process)
        observed = Fixture.observed { pod in
            Self.readyPod(&pod)
            pod.restored = PodRestore(method: .cold, checkpoint: "a", code: "E_CHECKPOINT_BUSY", message: "in use")
        }
        let awake = Self.sleeper(.running, .waking).decided(observed)
        #expect(awake.status.kept == nil)
        #expect(awake.status.restored?.method == .cold)
        #expect(awake.status.restored?.code == "E_CHECKPOINT_BUSY")
    }

    @Test("a program goes on from what was kept, unless its secrets have become others meanwhile")
    func secrets() throws {
        let driver = KubernetesRuntimeDriver(
            caches: SharedCaches(KubernetesClient(ScriptedTransport { _ in Response(status: .notFound) })))
        func isRestored(keptWith old: String?, wanted new: String?, _ rotation: EnvironmentSpec.Rotation = .restart) throws
            -> Bool
        {
            var cell = try RuntimeCell(Fixture.runtime(), Fixture.context)
            (cell.sourced, cell.rotation) = (["TOKEN"], rotation)
            cell.delivery = .success(EnvironmentDelivery(digest: new))
            let kept = Self.checkpoint(.stored) {
                $0.status.location = "n1:/a.tar"
                $0.annotations[RuntimeCell.environmentAnnotation] = old
            }
            return driver.pod(cell, from: kept).annotations[PodRestore.requestAnnotation] != nil
        }
        #expect(try isRestored(keptWith: "a", wanted: "a"))
        #expect(try !isRestored(keptWith: "a", wanted: "b"))
        // It reads its files anew.
        #expect(try isRestored(keptWith: "a", wanted: "b", .reload))
    }
}

import ClawBase
import ClawModels
import Testing

@testable import ClawCluster

@Suite("Pods on simulated nodes")
struct SimulationTests {
    /// The simulation of one pod on one node, its clock moved by the test.
    struct Fixture {
        var simulation: Simulation
        var pod: Pod
        var now = Timestamp(seconds: 1_767_225_600)
        var status = PodStatus()
        var writes = 0
        var isDeleted = false
        let limit: Int

        init(_ behavior: PodBehavior, readiness: Probe? = nil, restartPolicy: String = "Always", limit: Int = 256) {
            let container = Container(name: "main", readinessProbe: readiness)
            pod = Pod(
                metadata: ObjectMeta(name: "web", namespace: "demo", uid: "u1"),
                spec: PodSpec(containers: [container], nodeName: "n-1", restartPolicy: restartPolicy))
            simulation = Simulation(nodes: ["n-1"], policy: PodMachine.Policy()) { _ in behavior }
            self.limit = limit
            take(simulation.see(pod, now: now))
        }

        private mutating func take(_ new: [SimulatedPod.Write]) {
            for write in new {
                switch write {
                case .status(_, let status): self.status = status
                case .delete: isDeleted = true
                }
                writes += 1
            }
        }

        mutating func pass(_ duration: Duration) {
            let end = now + duration
            while let due = simulation.nextDue, due <= end {
                now = max(now, due)
                take(simulation.advance(to: now, limit: limit))
            }
            now = end
            take(simulation.advance(to: now, limit: limit))
        }

        mutating func delete(grace: Int) {
            pod.metadata.deletionTimestamp = now.rfc3339()
            pod.metadata.deletionGracePeriodSeconds = grace
            take(simulation.see(pod, now: now))
        }

        var main: ContainerStatus? { status.containerStatuses.first }
        var isReady: Bool { status.conditions.contains { $0.type == "Ready" && $0.status == "True" } }
    }

    @Test("pulling, starting and getting ready take their time")
    func life() {
        var fixture = Fixture(
            PodBehavior(imagePull: .seconds(20), start: .seconds(2), readyAfter: .seconds(5)),
            readiness: Probe(periodSeconds: 1))
        fixture.pass(.seconds(21))
        #expect(fixture.status.phase == "Pending")
        #expect(fixture.main?.state?.waiting?.reason == "ContainerCreating")
        fixture.pass(.seconds(2))
        #expect(fixture.status.phase == "Running")
        #expect(!fixture.isReady)
        fixture.pass(.seconds(6))
        #expect(fixture.isReady)
        #expect(fixture.status.podIP?.hasPrefix("10.") == true)
    }

    @Test("at rest nothing is due and nothing is written")
    func rest() {
        var fixture = Fixture(PodBehavior())
        fixture.pass(.seconds(1))
        #expect(fixture.isReady)
        let writes = fixture.writes
        fixture.pass(.seconds(86_400))
        #expect(fixture.writes == writes)
        #expect(fixture.simulation.nextDue == nil)
    }

    @Test("crashes back off as on a kubelet: at once, then after 10, 20, 40, 80, 160 and each 300 seconds")
    func crashLoop() {
        var fixture = Fixture(PodBehavior(life: .crashes(exitCode: 3)))
        fixture.pass(.seconds(5))
        #expect(fixture.main?.state?.waiting?.reason == "CrashLoopBackOff")
        #expect(fixture.main?.lastState?.terminated?.exitCode == 3)
        var restarts: [Int] = []
        var passed = 5
        for moment in [9, 11, 31, 71, 151, 311, 611, 911] {
            fixture.pass(.seconds(moment - passed))
            passed = moment
            restarts.append(fixture.main?.restartCount ?? 0)
        }
        #expect(restarts == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("killed once for its memory, it lives on")
    func outOfMemory() {
        var fixture = Fixture(PodBehavior(life: .outOfMemory(after: .seconds(60), times: 1)))
        fixture.pass(.seconds(61))
        #expect(fixture.main?.lastState?.terminated?.reason == "OOMKilled")
        fixture.pass(.seconds(3600))
        #expect(fixture.main?.restartCount == 1)
        #expect(fixture.isReady)
    }

    @Test("a pod that does not restart succeeds, or fails with its code")
    func completion() {
        for (code, phase) in [(0, "Succeeded"), (7, "Failed")] {
            var fixture = Fixture(
                PodBehavior(life: .ends(after: .seconds(30), exitCode: code)), restartPolicy: "Never")
            fixture.pass(.seconds(29))
            #expect(fixture.status.phase == "Running")
            fixture.pass(.seconds(2))
            #expect(fixture.status.phase == phase)
            #expect(fixture.main?.state?.terminated?.exitCode == code)
        }
    }

    @Test("an image that cannot be pulled keeps the pod waiting")
    func pull() {
        var fixture = Fixture(PodBehavior(failsToPull: true))
        fixture.pass(.seconds(3600))
        #expect(fixture.status.phase == "Pending")
        #expect(fixture.main?.state?.waiting?.reason == "ErrImagePull")
    }

    @Test("readiness that flaps comes and goes with the probe")
    func flapping() {
        var fixture = Fixture(
            PodBehavior(flapping: .init(readyFor: .seconds(60), unreadyFor: .seconds(60))),
            readiness: Probe(failureThreshold: 1, periodSeconds: 1))
        var seen: [Bool] = []
        for _ in 0..<4 {
            fixture.pass(.seconds(30))
            seen.append(fixture.isReady)
            fixture.pass(.seconds(30))
        }
        #expect(seen == [true, false, true, false])
    }

    @Test("a deleted pod ends in its own time, and is killed when its grace period is over")
    func deletion() {
        for (termination, seconds, code) in [(Duration.seconds(4), 4, 0), (.seconds(600), 10, 137)] {
            var fixture = Fixture(PodBehavior(termination: termination))
            fixture.pass(.seconds(1))
            fixture.delete(grace: 10)
            fixture.pass(.seconds(seconds - 1))
            #expect(!fixture.isDeleted)
            fixture.pass(.seconds(2))
            #expect(fixture.isDeleted)
            #expect(fixture.main?.state?.terminated?.exitCode == code)
        }
    }

    @Test("how many events are taken at once makes no difference", arguments: 0..<40 as Range<UInt64>)
    func batches(seed: UInt64) {
        func history(limit: Int) -> [String] {
            var random = SplitMix64(seed: seed)
            func seconds(_ range: Range<Int>) -> Duration { .seconds(Int.random(in: range, using: &random)) }
            let lives: [PodBehavior.Life] = [
                .forever, .ends(after: seconds(0..<50)), .crashes(after: seconds(0..<20), times: 3),
                .outOfMemory(after: seconds(0..<100)),
            ]
            let behavior = PodBehavior(
                imagePull: seconds(0..<30), start: seconds(0..<5), readyAfter: seconds(0..<20),
                life: lives[Int.random(in: 0..<4, using: &random)], termination: seconds(0..<40))
            var fixture = Fixture(behavior, readiness: Probe(periodSeconds: 2), limit: limit)
            var history: [String] = []
            for _ in 0..<20 {
                fixture.pass(seconds(0..<60))
                history.append(fixture.status.description)
            }
            fixture.delete(grace: 20)
            fixture.pass(.seconds(60))
            return history + [fixture.status.description, "\(fixture.isDeleted)"]
        }
        let all = history(limit: .max)
        #expect(history(limit: 1) == all)
        #expect(history(limit: 3) == all)
        #expect(all.last == "true")
    }
}

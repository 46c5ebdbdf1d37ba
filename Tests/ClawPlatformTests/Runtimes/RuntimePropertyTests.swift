import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What always holds of runtimes")
struct RuntimePropertyTests {
    private static let underWay: Set<RuntimePhase> = [
        .pending, .scheduled, .creating, .starting, .suspending, .waking, .recovering, .stopping,
    ]

    private func randomPod(_ numbers: inout SeededNumbers, _ hash: String) -> RuntimeObservation.Pod {
        var pod = RuntimeObservation.Pod(cellHash: .random(using: &numbers) ? hash : "other")
        if Int.random(in: 0..<4, using: &numbers) == 0 {
            pod.owner = [.runtime, .predecessor, .nobody, .other].randomElement(using: &numbers) ?? .runtime
        }
        pod.isScheduled = .random(using: &numbers)
        pod.hasContainers = .random(using: &numbers)
        pod.isReady = .random(using: &numbers)
        pod.hasEnded = Int.random(in: 0..<5, using: &numbers) == 0
        pod.isBeingDeleted = Int.random(in: 0..<5, using: &numbers) == 0
        pod.restarts = Int.random(in: 0..<12, using: &numbers)
        pod.waiting = [nil, "ContainerCreating", "CrashLoopBackOff", "Unschedulable", "ErrImagePull", "Strange at 10.9.8.7"]
            .randomElement(using: &numbers) ?? nil
        pod.message = [
            nil, "dial tcp 10.9.8.7:4000: refused", "http://10.9.8.7/ with sk-claw_secretsecretsecret", "fd00::9:8:7 gw_secretsecretsecret",
        ].randomElement(using: &numbers) ?? nil
        return pod
    }

    private func randomObservation(_ numbers: inout SeededNumbers, _ hash: String) -> RuntimeObservation {
        var observation = RuntimeObservation()
        if .random(using: &numbers) { observation.grant = .init(user: "ada", models: .random(using: &numbers) ? [] : ["gpt"]) }
        if .random(using: &numbers) {
            var volume = RuntimeObservation.Volume(
                user: Int.random(in: 0..<6, using: &numbers) == 0 ? "bob" : "ada",
                owner: [.runtime, .nobody, .nobody, .predecessor, .other].randomElement(using: &numbers) ?? .nobody)
            volume.isBeingDeleted = Int.random(in: 0..<6, using: &numbers) == 0
            observation.volume = volume
        }
        if .random(using: &numbers) { observation.pod = randomPod(&numbers, hash) }
        return observation
    }

    private func randomRuntime(_ numbers: inout SeededNumbers) -> Runtime {
        let desired = RuntimeSpec.DesiredState.allCases.randomElement(using: &numbers) ?? .running
        let phase = RuntimePhase.allCases.randomElement(using: &numbers)
        var runtime = Fixture.runtime(desired, .random(using: &numbers) ? phase : nil)
        runtime.metadata.generation = Int.random(in: 1...2, using: &numbers)
        return runtime
    }

    @Test("from any observation", arguments: 0..<10 as Range<UInt64>)
    func anyObservation(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<250 {
            let runtime = randomRuntime(&numbers)
            let observed = randomObservation(&numbers, try RuntimeCell(runtime, Fixture.context).hash)
            let step = Fixture.next(runtime, observed)
            if step.actions.contains(.startPod) {
                #expect(observed.pod == nil, "a second pod")
                #expect(runtime.spec.desiredState == .running)
            }
            if step.actions.contains(.stopPod) {
                #expect(observed.pod?.owner == .runtime, "somebody else's pod")
                #expect(observed.pod?.isBeingDeleted == false)
            }
            if step.phase == .ready {
                let pod = try #require(observed.pod)
                #expect(pod.isReady && !pod.isBeingDeleted && !pod.hasEnded && pod.owner == .runtime)
            }
            if Self.underWay.contains(step.phase) { #expect(step.lookAgainAt != nil, "no deadline for \(step.phase)") }
            let text = JSON.object(runtime.after(step, observed).status.document).description
            #expect(!text.contains("secretsecret"))
            #expect(!text.contains("10.9.8.7"))
            #expect(!text.contains("fd00"))
            #expect(!text.contains("10.1.2.3"), "the gateway's address")
        }
    }

    @Test("whatever pods do, no transitional phase outlasts its deadline", arguments: 0..<10 as Range<UInt64>)
    func deadlines(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var now = Fixture.start
        var runtime = Fixture.runtime()
        var world = RuntimeObservation()
        var since = now
        for _ in 0..<400 {
            let isWish = Int.random(in: 0..<40, using: &numbers) == 0
            if isWish {
                runtime.spec.desiredState = RuntimeSpec.DesiredState.allCases.randomElement(using: &numbers) ?? .running
                runtime.metadata.generation = (runtime.metadata.generation ?? 0) + 1
            }
            let hash = try RuntimeCell(runtime, Fixture.context).hash
            var step = Fixture.next(runtime, world, at: now)
            if step.mayClaim(world), Bool.random(using: &numbers) {
                #expect(world.pod == nil)
                var pod = RuntimeObservation.Pod(cellHash: hash)
                Fixture.ready(&pod)
                pod.pool = "warm"
                world.pod = pod
                world.volume = .init(user: nil, owner: .pool)
                step = Fixture.next(runtime, world, at: now)
                #expect(step.phase != .ready, "the volume is the pool's")
                #expect(step.actions.contains(.ensureVolume))
                #expect(!step.actions.contains(.startPod))
            }
            #expect(step.actions.contains(.stopSurplus) == (world.surplus > 0))
            let before = runtime.status.phase
            runtime = runtime.after(step, world, at: now)
            if isWish || !Self.underWay.contains(step.phase) || !(before.map(Self.underWay.contains) ?? false) { since = now }
            #expect(now - since <= .seconds(300), "\(step.phase) for \(now - since)")
            for action in step.actions {
                switch action {
                case .ensureIdentity: world.grant = .init(user: "ada", models: [])
                case .deliver, .snapshotVolume: break
                case .ensureVolume: world.volume = .init(user: "ada", owner: .nobody)
                case .startPod:
                    #expect(world.pod == nil)
                    world.pod = .init(cellHash: hash)
                case .stopSurplus: world.surplus = 0
                case .stopPod: world.pod?.isBeingDeleted = true
                case .fillVolume: world.volume?.isToBeFilled = false
                case .keepPod, .releaseKept, .reload, .keepForUpdate, .trimUpdates, .wipeVolume: break
                }
            }
            perturb(&world, &numbers)
            // At the latest when the machine wants to be asked again, mostly earlier.
            let next = step.lookAgainAt.map { $0 - now } ?? .seconds(60)
            now = now + min(max(next, .seconds(1)), .seconds(Int.random(in: 1...90, using: &numbers)))
        }
    }

    private func perturb(_ world: inout RuntimeObservation, _ numbers: inout SeededNumbers) {
        guard var pod = world.pod else { return }
        if Int.random(in: 0..<50, using: &numbers) == 0 { world.surplus = 1 }
        let luck = Int.random(in: 0..<10, using: &numbers)
        if pod.isBeingDeleted {
            world.pod?.lostNode = luck > 7 ? "lost" : nil
            if luck < 3 { world.pod = nil }
            return
        }
        pod.lostNode = luck == 2 ? "lost" : nil
        pod.isScheduled = pod.isScheduled || luck > 3
        pod.hasContainers = pod.isScheduled && luck > 4
        pod.isReady = pod.hasContainers && luck > 7
        pod.waiting = pod.hasContainers && !pod.isReady && luck == 5 ? "CrashLoopBackOff" : nil
        if pod.waiting != nil { pod.restarts += 1 }
        world.pod = luck == 9 && Bool.random(using: &numbers) ? nil : pod
    }
}

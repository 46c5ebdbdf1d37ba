import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

/// What every ``RuntimeDriver`` must do, whatever it runs runtimes by.
struct RuntimeDriverConformance: Sendable, CustomStringConvertible {
    let description: String
    let run: @Sendable (DriverWorld) async throws -> Void

    private init(_ description: String, _ run: @escaping @Sendable (DriverWorld) async throws -> Void) {
        (self.description, self.run) = (description, run)
    }

    static let checks = [
        RuntimeDriverConformance("of what was never started nothing is observed, and stopping it is nothing") { world in
            let runtime = try await world.declare()
            #expect(try await world.observe(runtime) == RuntimeObservation())
            try await world.perform([.stopPod, .releaseKept], runtime)
            #expect(try await world.pods(of: runtime).isEmpty)
        },
        RuntimeDriverConformance("a runtime is ready when its own program says so, and not before") { world in
            let runtime = try await world.declare()
            try await world.perform([.ensureIdentity, .ensureVolume, .startPod], runtime)
            let seen = try await world.reach(runtime, "its program runs") {
                $0.pod?.hasContainers == true && $0.pod?.waiting == nil && $0.grant != nil && $0.volume != nil
            }
            #expect(seen.pod?.isReady == false)
            #expect(seen.pod?.isScheduled == true)
            #expect(seen.pod?.owner == .runtime)
            #expect(seen.pod?.cellHash == (try world.cell(runtime).hash))
            #expect(seen.grant == .init(user: "ada", models: []))
            #expect(seen.volume?.owner == .nobody)
            #expect(seen.volume?.user == "ada")
            try await world.open(runtime)
            let ready = try await world.reach(runtime, "it is ready") { $0.pod?.isReady == true }
            #expect(ready.pod?.uid != nil)
            #expect(ready.pod?.hasEnded == false)
        },
        RuntimeDriverConformance("what is done again changes nothing and writes nothing") { world in
            let runtime = try await world.declare()
            try await world.start(runtime)
            let before = try await world.observe(runtime)
            let (writes, volume) = (world.writes, try await world.volume(of: runtime)?.uid)
            // Also where the cluster has filled in what nobody said: the volume's class.
            try await world.perform([.ensureIdentity, .ensureVolume, .startPod, .deliver], runtime)
            #expect(world.writes == writes)
            #expect(try await world.volume(of: runtime)?.uid == volume)
            #expect(try await world.observe(runtime) == before)
            #expect(try await world.pods(of: runtime).count == 1)
        },
        RuntimeDriverConformance("a stop ends the program and keeps key, grant and volume") { world in
            let runtime = try await world.declare()
            try await world.start(runtime)
            let first = try await world.observe(runtime)
            let volume = try await world.volume(of: runtime)?.uid
            let key = try await world.client.get(KubernetesSecret.self, "ada-runtime", in: "demo").data
            for _ in 1...2 { try await world.stop(runtime) }
            #expect(try await world.pods(of: runtime).isEmpty)
            let rest = try await world.observe(runtime)
            #expect(rest.grant == first.grant)
            #expect(rest.volume?.owner == .nobody)
            try await world.start(runtime)
            let second = try await world.observe(runtime)
            #expect(second.pod?.uid != first.pod?.uid)
            #expect(try await world.volume(of: runtime)?.uid == volume)
            #expect(try await world.client.get(KubernetesSecret.self, "ada-runtime", in: "demo").data == key)
        },
        RuntimeDriverConformance("what is wanted otherwise is told by its hash, and runs after a stop") { world in
            var runtime = try await world.declare()
            try await world.start(runtime)
            let old = try await world.observe(runtime).pod?.cellHash
            runtime.annotations[Runtime.restartAnnotation] = "2026-01-01T00:00:00Z"
            let wanted = try world.cell(runtime).hash
            #expect(old != wanted)
            // A start beside what runs is none.
            try await world.perform([.startPod], runtime)
            #expect(try await world.observe(runtime).pod?.cellHash == old)
            try await world.stop(runtime)
            try await world.start(runtime)
            let seen = try await world.observe(runtime).pod
            // With the volume that it has by now.
            let now = try world.cell(runtime).hash
            #expect(seen?.cellHash == now && now != old)
            #expect(try await world.pods(of: runtime).first?.annotations[RuntimeCell.hashAnnotation] == now)
        },
        RuntimeDriverConformance("a program that is lost is seen to be gone, and another takes its place") { world in
            let runtime = try await world.declare()
            try await world.start(runtime)
            let first = try #require(try await world.pods(of: runtime).first)
            try await world.client.delete(Pod.self, first.name, in: "demo", gracePeriodSeconds: 0)
            try await world.reach(runtime, "it is not the same") { $0.pod?.uid != first.uid }
            try await world.perform([.startPod], runtime)
            try await world.reach(runtime, "another runs") { $0.pod?.hasContainers == true && $0.pod?.waiting == nil }
            try await world.open(runtime)
            try await world.reach(runtime, "it is ready again") { $0.pod?.isReady == true }
            #expect(try await world.pods(of: runtime).count == 1)
        },
        RuntimeDriverConformance("an earlier runtime of the name ends nothing of its successor's") { world in
            let runtime = try await world.declare()
            try await world.start(runtime)
            var earlier = runtime
            earlier.metadata.uid = "an-earlier-one"
            let seen = try await world.observe(earlier)
            #expect(seen.pod?.owner == .predecessor)
            #expect(seen.grant == nil)
            try await world.perform([.stopPod, .keepPod, .releaseKept], earlier)
            let after = try await world.observe(runtime).pod
            #expect(after?.isReady == true)
            #expect(after?.isBeingDeleted == false)
        },
        RuntimeDriverConformance("a stranger's pod of the name is told and left alone") { world in
            let runtime = try await world.declare()
            var stranger = try world.cell(runtime).pod
            stranger.metadata.ownerReferences = []
            stranger.metadata.labels = ["app": "stranger"]
            let made = try await world.client.create(stranger)
            let seen = try await world.reach(runtime, "it is seen") { $0.pod != nil }
            #expect(seen.pod?.owner == .nobody)
            try await world.perform([.startPod, .stopPod], runtime)
            let still = try await world.client.get(Pod.self, "ada", in: "demo")
            #expect(still.uid == made.uid)
            #expect(!still.isBeingDeleted)
        },
        RuntimeDriverConformance("what was delivered to a program that runs is observed, and it runs on") { world in
            let runtime = try await world.declare()
            try await world.start(runtime)
            let pod = try await world.observe(runtime).pod
            var cell = try world.cell(runtime)
            cell.delivery = .success(EnvironmentDelivery(values: [:], digest: "another"))
            #expect(cell.hash == pod?.cellHash, "secrets are no part of the hash")
            try await world.driver.perform(.deliver, runtime.cellID, cell)
            let seen = try await world.reach(runtime, "it is delivered") { $0.pod?.environment == "another" }
            #expect(seen.pod?.uid == pod?.uid)
            try await eventually("its node hears of it") {
                try await world.pods(of: runtime).first?.annotations[RuntimeCell.environmentAnnotation] == "another"
            }
        },
        RuntimeDriverConformance("with the runtime goes all that is its own; the volume stays") { world in
            let runtime = try await world.declare()
            try await world.start(runtime)
            let volume = try await world.volume(of: runtime)?.uid
            _ = try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("pod, secret and grant are gone") {
                let pods = try await world.pods(of: runtime)
                let secret = try await world.client.find(KubernetesSecret.self, "ada-runtime", in: "demo")
                let grant = try await world.client.find(ModelGrantResource.self, "ada", in: "demo")
                return pods.isEmpty && secret == nil && grant == nil
            }
            #expect(try await world.volume(of: runtime)?.uid == volume)
        },
    ]
}

@Suite("Drivers of runtimes", .timeLimit(.minutes(10)))
struct RuntimeDriverTests {
    @Test("conforms", arguments: RuntimeDriverConformance.checks, DriverWorld.Kind.allCases)
    func conforms(check: RuntimeDriverConformance, kind: DriverWorld.Kind) async throws {
        try await withDriver(kind) { try await check.run($0) }
    }
}

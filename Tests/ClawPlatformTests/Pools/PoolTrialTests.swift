import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("Pools, put to the test", .timeLimit(.minutes(15)))
struct PoolTrialTests {
    private struct Broken: Error { var what: String }

    /// `demo/ada` and `demo/bob` come while two pods are warm; ada rests and comes back, bob leaves.
    /// - Returns: whether all that has come true, with nobody's pod or volume left over.
    private static func live(_ client: KubernetesClient) async throws -> Bool {
        let pods = try await client.list(Pod.self, in: "demo").items
        for (runtime, all) in Dictionary(grouping: pods, by: { $0.metadata.controllerReference?.uid ?? "" })
        where all.first.flatMap({ RuntimePodIndex.runtime(of: $0) }) != nil && all.count > 1 {
            throw Broken(what: "\(all.count) pods of runtime \(runtime)")
        }
        let pool = try await client.get(RuntimePool.self, "warm", in: "demo")
        let runtimes = try await client.list(Runtime.self, in: "demo").items
        let ada = runtimes.first { $0.name == "ada" }
        guard let ada else {
            guard pool.status.warm == 2 else { return false }
            for name in ["bob", "ada"] {
                _ = try await client.create(
                    Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: RuntimeSpec(user: name)))
            }
            return false
        }
        if runtimes.contains(where: { $0.name == "bob" && $0.status.phase == .ready && !$0.isBeingDeleted }) {
            _ = try await client.delete(Runtime.self, "bob", in: "demo", propagation: .background)
        }
        let isThere = ada.status.phase == .ready && !ada.hasNewWish
        if isThere, ada.annotations["rested"] == nil, ada.spec.desiredState == .running {
            try await edit(client, ["spec": ["desiredState": "Stopped"]])
        } else if ada.status.phase == .stopped, !ada.hasNewWish {
            try await edit(client, ["spec": ["desiredState": "Running"], "metadata": ["annotations": ["rested": "yes"]]])
        }
        guard isThere, ada.annotations["rested"] != nil, runtimes.count == 1, pool.status.warm == 2 else { return false }
        let claims = try await client.list(PersistentVolumeClaim.self, in: "demo").items
        // Two warm ones, and what ada and bob have written.
        guard pods.count == 3, claims.count == 4 else { return false }
        guard Set(claims.compactMap { $0.labels[RuntimeCell.userLabel] }) == ["ada", "bob"] else {
            throw Broken(what: "a volume is lost")
        }
        return true
    }

    private static func edit(_ client: KubernetesClient, _ change: JSON) async throws {
        _ = try await client.mergePatch(Runtime.self, "ada", in: "demo", change)
    }

    private func trial(until goal: @escaping @Sendable (KubernetesClient) async throws -> Bool) -> Trial {
        var trial = Trial("orchestrator") { subject in
            let caches = SharedCaches(subject.client, time: subject.time)
            let orchestrator = Orchestrator(caches: caches, time: subject.time, logger: silent)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await caches.run() }
                group.addTask { try await orchestrator.run() }
            }
        } given: { cluster in
            try await ClawGroup.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            try await PlatformSettings.publish(Fixture.context, in: cluster.client)
            _ = try await cluster.client.create(RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(size: 2)))
        } until: { cluster in
            try await goal(cluster.client)
        }
        trial.options.nodes = SimulatedNodes.Configuration(count: 2) { _ in PodBehavior(imagePull: .seconds(2)) }
        return trial
    }

    @Test("killed after any of its requests, it gives each runtime one pod and loses no volume")
    func crashes() async throws { try await trial(until: Self.live).survivesCrashes(limit: 20) }

    @Test("whatever goes wrong between it and the cluster, the same comes true")
    func converges() async throws { try await trial(until: Self.live).converges(seeds: 1...3) }

    @Test("begun anew beside a full pool, it writes nothing")
    func idempotent() async throws {
        try await trial { client in
            try await client.get(RuntimePool.self, "warm", in: "demo").status.warm == 2
        }.isIdempotent()
    }
}

import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

extension RuntimeWorld {
    func keepWarm(
        _ size: Int, template: String? = nil, update: RuntimePoolSpec.Update = .onReplenish
    ) async throws {
        var spec = RuntimePoolSpec(template: template, size: size)
        spec.update = update
        _ = try await client.create(RuntimePool(name: "warm", in: "demo", spec: spec))
        try await waitUntilWarm(size)
    }

    func waitUntilWarm(_ count: Int) async throws {
        try await eventually("\(count) pods are warm") {
            let pool = try await pool()
            return pool.status.warm == count && pool.status.starting == 0 && pool.status.observedGeneration > 0
                && pool.status.conditions.first?.status == "True"
        }
    }

    func pool() async throws -> RuntimePool { try await client.get(RuntimePool.self, "warm", in: "demo") }

    func pods() async throws -> [Pod] { try await client.list(Pod.self, in: "demo").items }

    func pods(of runtime: Runtime) async throws -> [Pod] {
        try await pods().filter { $0.metadata.controllerReference?.uid == runtime.uid }
    }

    func claimedPod() async throws -> Pod {
        var found: Pod?
        try await eventually("a pod is the runtime's") {
            found = try await pods().first { RuntimePodIndex.runtime(of: $0)?.name == "ada" }
            return found != nil
        }
        return try #require(found)
    }

    func bundle() async throws -> JSON? {
        try await secret()?.data[RuntimeBundle.key].flatMap { Base64.decode($0) }.map { try JSONParser.parse($0) }
    }

    /// What the orchestrator wrote: `PATCH /api/v1/…`.
    func writes() -> [String] {
        calls.exchanges.filter(\.isWrite).map(\.description)
    }
}

extension Runtime {
    func volumeOfItsPod(_ world: RuntimeWorld) async throws -> String? {
        try await world.pods(of: self).first.flatMap(PoolMember.volume)
    }
}

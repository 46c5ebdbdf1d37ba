import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import ServiceTesting
import Testing

@Suite("Runtimes that claim sandboxes of warm pools", .timeLimit(.minutes(10)))
struct SandboxPoolTests {
    /// A cluster with agent-sandbox and its extensions.
    private func withPools(
        pause: Duration = .zero, _ body: @escaping @Sendable (RuntimeWorld) async throws -> Void
    ) async throws {
        try await withRuntimes(orchestrates: false) { world in
            try await AgentSandboxes.install(in: world.client)
            try await AgentSandboxPools.install(in: world.client)
            let (sandboxes, pools) = (AgentSandboxes(world.client, pause: pause), AgentSandboxPools(world.client))
            try await whileRunning({ try await sandboxes.run() }) {
                try await whileRunning({ try await pools.run() }) {
                    try await world.orchestrating { try await body(world) }
                }
            }
        }
    }

    private static func keep(_ size: Int, _ world: RuntimeWorld) async throws {
        var spec = RuntimePoolSpec(size: size)
        spec.driver = .sandbox
        _ = try await world.client.create(RuntimePool(name: "warm", in: "demo", spec: spec))
        try await full(size, world)
    }

    private static func full(_ size: Int, _ world: RuntimeWorld) async throws {
        try await eventually("\(size) sandboxes are warm") {
            let pool = try await world.client.get(RuntimePool.self, "warm", in: "demo")
            return pool.status.warm == size && pool.status.conditions.first?.status == "True"
        }
    }

    private static func claim(_ world: RuntimeWorld) async throws -> SandboxClaim? {
        try await world.client.find(SandboxClaim.self, "ada", in: "demo")
    }

    private static func pod(_ world: RuntimeWorld, _ runtime: Runtime) async throws -> Pod? {
        try await world.client.list(Pod.self, in: "demo").items.first { Runtime.owner(of: $0)?.uid == runtime.uid }
    }

    private static func volume(_ pod: Pod?) -> String? { pod.flatMap { PoolMember.volume(of: $0) } }

    @Test("a runtime takes one over with its volume, knows its user, and another takes its place")
    func claimed() async throws {
        try await withPools { world in
            try await Self.keep(2, world)
            let warm = Set(try await world.client.list(Sandbox.self, in: "demo").items.map(\.name))
            let template = try await world.client.get(SandboxTemplate.self, "warm", in: "demo")
            #expect(template.document["spec"]?["networkPolicyManagement"] == "Unmanaged")
            try await world.start { $0["driver"] = "Sandbox" }
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == "warm")
            let claim = try #require(try await Self.claim(world))
            #expect(claim.metadata.controllerReference?.uid == runtime.uid)
            let pod = try #require(try await Self.pod(world, runtime))
            #expect(warm.contains(pod.name))
            #expect(try await world.pod() == nil)
            #expect(try await world.claim() == nil)
            let volume = try await world.client.get(
                PersistentVolumeClaim.self, "state-\(pod.name)", in: "demo")
            #expect(volume.labels[RuntimeCell.userLabel] == "ada")
            #expect(volume.metadata.ownerReferences.map(\.kind).sorted() == ["Namespace", "Sandbox"])
            #expect(try await world.keysAgree())
            let secret = try await world.secret()
            #expect(secret?.data[RuntimeBundle.key] != nil, "its program waits for what is its user's")
            try await Self.full(2, world)
            for kind in ["sandboxtemplates", "sandboxwarmpools", "sandboxclaims"] {
                let writes = world.calls.exchanges.filter { $0.isWrite && $0.path.contains(kind) }
                #expect(writes.count == 1, "\(writes)")
            }
        }
    }

    @Test(
        "it sleeps and wakes in the same sandbox; another program gets a sandbox of its own with the same volume",
        arguments: [
            .zero,
            // Nothing else changes any more when the sandbox says that its pod has gone.
            Duration.milliseconds(500),
        ])
    func life(pause: Duration) async throws {
        try await withPools(pause: pause) { world in
            try await Self.keep(1, world)
            try await world.start { $0["driver"] = "Sandbox" }
            let first = try #require(try await Self.pod(world, try await world.reach(.ready)))
            try await world.want(.suspended)
            try await world.reach(.suspended)
            #expect(try await world.client.find(Pod.self, first.name, in: "demo") == nil)
            try await world.want(.running)
            let second = try #require(try await Self.pod(world, try await world.reach(.ready)))
            #expect(second.name == first.name && second.uid != first.uid)
            try await world.edit(["spec": ["image": "another"]])
            try await eventually("it has a sandbox of its own") {
                let runtime = try await world.client.get(Runtime.self, "ada", in: "demo")
                let pod = try await Self.pod(world, runtime)
                return runtime.status.phase == .ready && !runtime.hasNewWish && pod?.name == "ada"
            }
            #expect(try await Self.claim(world) == nil)
            #expect(Self.volume(try await world.pod()) == Self.volume(first))
            try await eventually("nobody else has the volume") {
                try await world.client.get(
                    PersistentVolumeClaim.self, Self.volume(first) ?? "", in: "demo"
                ).metadata.controllerReference == nil
            }
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("it is gone") { try await world.client.find(Sandbox.self, "ada", in: "demo") == nil }
            #expect(try await world.client.get(PersistentVolumeClaim.self, Self.volume(first) ?? "", in: "demo").uid != nil)
        }
    }

    @Test("its volume outlives it, and what comes back to it starts cold and says why")
    func kept() async throws {
        try await withPools { world in
            try await Self.keep(1, world)
            try await world.start { $0["driver"] = "Sandbox" }
            let volume = try #require(Self.volume(try await Self.pod(world, try await world.reach(.ready))))
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("its claim and sandbox are gone") {
                let isThere = try await world.client.list(Sandbox.self, in: "demo").items
                    .contains { $0.metadata.controllerReference?.kind == "SandboxClaim" }
                return try await Self.claim(world) == nil && !isThere
            }
            try await eventually("it is gone") { try await world.client.find(Runtime.self, "ada", in: "demo") == nil }
            try await world.start { $0["driver"] = "Sandbox" }
            let again = try await world.reach(.ready)
            #expect(Self.volume(try await Self.pod(world, again)) == volume)
            #expect(again.status.pool == nil)
            #expect(again.condition("Provisioned")?.message.contains("volume") == true)
        }
    }

    @Test("what cannot be claimed starts cold, and is told why", arguments: ["empty", "image", "annotation"])
    func cold(why: String) async throws {
        try await withPools { world in
            try await Self.keep(why == "empty" ? 0 : 1, world)
            try await world.start { spec in
                spec["driver"] = "Sandbox"
                if why == "image" { spec["image"] = "another" }
                if why == "annotation" {
                    spec["env"] = [["name": "NODE", "valueFrom": ["fieldRef": ["fieldPath": "spec.nodeName"]]]]
                }
            }
            let ready = try await world.reach(.ready)
            #expect(ready.status.pool == nil)
            #expect(try await world.pod()?.metadata.controllerReference?.kind == "Sandbox")
            let message = ready.condition("Provisioned")?.message ?? ""
            let expected = ["empty": "pool 'warm'", "image": "No pool keeps", "annotation": "NODE"][why] ?? "?"
            #expect(message.contains(expected), "\(message)")
        }
    }

    @Test("a pool of sandboxes goes with all that nobody took; one that becomes a pool of pods is that")
    func changes() async throws {
        try await withPools { world in
            try await Self.keep(1, world)
            _ = try await world.client.mergePatch(RuntimePool.self, "warm", in: "demo", ["spec": ["driver": "Pod"]])
            try await eventually("its sandboxes are gone, and a pod is warm") {
                let pods = try await world.client.list(Pod.self, in: "demo").items
                return try await world.client.list(Sandbox.self, in: "demo").items.isEmpty
                    && pods.contains { $0.metadata.controllerReference?.kind == "RuntimePool" }
            }
            _ = try await world.client.mergePatch(RuntimePool.self, "warm", in: "demo", ["spec": ["driver": "Sandbox"]])
            try await Self.full(1, world)
            try await eventually("no pod is kept beside") {
                try await world.client.list(Pod.self, in: "demo").items
                    .allSatisfy { $0.metadata.controllerReference?.kind == "Sandbox" }
            }
            try await world.client.delete(RuntimePool.self, "warm", in: "demo", propagation: .background)
            try await eventually("nothing is left") {
                let left = try await world.client.list(Sandbox.self, in: "demo").items.count
                    + (try await world.client.list(SandboxTemplate.self, in: "demo").items.count)
                    + (try await world.client.list(Pod.self, in: "demo").items.count)
                return left == 0
            }
        }
    }

    @Test("a cluster without agent-sandbox's extensions says so of the pool, and runtimes start cold")
    func unserved() async throws {
        try await withRuntimes(orchestrates: false) { world in
            try await AgentSandboxes.install(in: world.client)
            let sandboxes = AgentSandboxes(world.client)
            try await whileRunning({ try await sandboxes.run() }) {
                try await world.orchestrating {
                    var spec = RuntimePoolSpec(size: 1)
                    spec.driver = .sandbox
                    _ = try await world.client.create(RuntimePool(name: "warm", in: "demo", spec: spec))
                    try await eventually("the pool says it") {
                        let ready = try await world.client.get(RuntimePool.self, "warm", in: "demo").status.conditions.first
                        return ready?.reason == "SandboxNotServed" && ready?.message.contains("extensions") == true
                    }
                    try await world.start { $0["driver"] = "Sandbox" }
                    try await world.reach(.ready)
                }
            }
        }
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import ServiceTesting
import Testing

@Suite("Runtimes as sandboxes, from wish to readiness", .timeLimit(.minutes(10)))
struct SandboxRuntimeTests {
    private func sandbox(_ world: RuntimeWorld) async throws -> Sandbox? {
        try await world.client.find(Sandbox.self, "ada", in: "demo")
    }

    /// A cluster with agent-sandbox.
    private func withSandboxes(_ body: @escaping @Sendable (RuntimeWorld) async throws -> Void) async throws {
        try await withRuntimes { world in
            try await AgentSandboxes.install(in: world.client)
            let sandboxes = AgentSandboxes(world.client)
            try await whileRunning({ try await sandboxes.run() }) { try await body(world) }
        }
    }

    @Test("a cluster that serves none says so, and runs them as soon as it does")
    func unserved() async throws {
        try await withRuntimes { world in
            try await world.start { $0["driver"] = "Sandbox" }
            let refused = try await world.reach(.refused)
            #expect(refused.status.lastError?.code == "E_SANDBOX_UNSERVED")
            #expect(refused.status.lastError?.message.contains("install agent-sandbox") == true)
            #expect(refused.condition("Admitted")?.reason == "SandboxNotServed")
            #expect(try await world.pod() == nil)
            try await AgentSandboxes.install(in: world.client)
            let sandboxes = AgentSandboxes(world.client)
            try await whileRunning({ try await sandboxes.run() }) {
                try await world.reach(.ready)
                #expect(try await world.pod()?.metadata.controllerReference?.kind == "Sandbox")
            }
        }
    }

    @Test("a cluster with an old agent-sandbox says which is needed")
    func old() async throws {
        try await withRuntimes(orchestrates: false) { world in
            try await AgentSandboxes.install(in: world.client, version: "v1alpha1")
            try await whileRunning({ try await world.orchestrate(over: world.calls) }) {
                try await world.start { $0["driver"] = "Sandbox" }
                let refused = try await world.reach(.refused)
                #expect(refused.status.lastError?.message.contains("0.5") == true)
            }
        }
    }

    @Test("suspended it keeps its sandbox without a pod; resumed it has another pod; its name in the DNS stays")
    func life() async throws {
        try await withSandboxes { world in
            try await world.start { $0["driver"] = "Sandbox" }
            let ready = try await world.reach(.ready)
            let first = try #require(try await world.pod())
            let made = try #require(try await sandbox(world))
            #expect(made.metadata.controllerReference?.uid == ready.uid)
            try await eventually("its service is known") {
                try await sandbox(world)?.document["status"]?["serviceFQDN"]?.string == "ada.demo.svc.cluster.local"
            }
            try await world.want(.suspended)
            try await world.reach(.suspended)
            #expect(try await world.pod() == nil)
            #expect(try await sandbox(world)?.operatingMode == .suspended)
            try await world.want(.running)
            try await world.reach(.ready)
            #expect(try await world.pod()?.uid != first.uid)
            #expect(try await sandbox(world)?.uid == made.uid)
            try await world.edit(["metadata": ["annotations": ["clawkit.dev/restart-at": "2026-01-01T00:00:00.2Z"]]])
            try await eventually("it has another pod") {
                let runtime = try await world.client.get(Runtime.self, "ada", in: "demo")
                guard runtime.status.phase == .ready, !runtime.hasNewWish else { return false }
                return try await world.pod()?.annotations[Runtime.restartAnnotation] == "2026-01-01T00:00:00.2Z"
            }
            #expect(try await sandbox(world)?.uid == made.uid)
        }
    }

    @Test("another driver is another pod, and nothing is left of the one before", arguments: [true, false])
    func change(toSandbox: Bool) async throws {
        try await withSandboxes { world in
            try await world.start { $0["driver"] = toSandbox ? "Pod" : "Sandbox" }
            try await world.reach(.ready)
            let volume = try await world.claim()?.uid
            try await world.edit(["spec": ["driver": toSandbox ? "Sandbox" : "Pod"]])
            try await eventually("it is ready with the other") {
                let runtime = try await world.client.get(Runtime.self, "ada", in: "demo")
                let kind = try await world.pod()?.metadata.controllerReference?.kind
                return runtime.status.phase == .ready && kind == (toSandbox ? "Sandbox" : "Runtime")
            }
            try await eventually("there is one sandbox or none") { (try await sandbox(world) != nil) == toSandbox }
            #expect(try await world.claim()?.uid == volume)
        }
    }

    @Test("the platform says by what runtimes run that do not say so themselves")
    func setting() async throws {
        try await withSandboxes { world in
            var context = Fixture.context
            context.driver = .sandbox
            try await PlatformSettings.publish(context, in: world.client)
            let map = try await world.client.get(ConfigMap.self, PlatformSettings.name, in: PlatformSettings.namespace)
            #expect(PlatformSettings.context(from: map)?.driver == .sandbox)
            try await world.start()
            try await eventually("it runs as a sandbox") {
                try await world.pod()?.metadata.controllerReference?.kind == "Sandbox"
            }
            try await world.reach(.ready)
        }
    }

    @Test("a stranger's pod of the name is in the way until somebody removes it")
    func stranger() async throws {
        try await withSandboxes { world in
            _ = try await world.client.create(
                Pod(
                    metadata: ObjectMeta(name: "ada", namespace: "demo"),
                    spec: PodSpec(containers: [Container(name: "c", image: "i")])))
            try await world.start { $0["driver"] = "Sandbox" }
            let refused = try await world.reach(.refused)
            #expect(refused.status.lastError?.code == "E_NAME_TAKEN")
            try await world.client.delete(Pod.self, "ada", in: "demo", gracePeriodSeconds: 0)
            try await world.reach(.ready)
        }
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("Runtimes in a cluster")
struct OrchestratorTests {
    @Test("start: a key, a grant for its hash, a volume, a pod; then Ready")
    func start() async throws {
        try await withRuntimes { world in
            try await world.start()
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.url == "https://claw.test/r/demo/ada/")
            #expect(try await world.keysAgree())
            #expect(try await world.claim()?.metadata.ownerReferences.isEmpty == true)
            #expect(try await world.grant()?.user == "ada")
            let secret = try #require(try await world.secret())
            let status = JSON.object(runtime.status.document).description
            for value in secret.data.values {
                let text = String(decoding: Base64.decode(value) ?? [], as: UTF8.self)
                #expect(!text.isEmpty && !status.contains(text) && !status.contains(value))
            }
        }
    }

    @Test("stop keeps the volume and the key; start again uses them")
    func stop() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let (claim, secret) = (try await world.claim()?.uid, try await world.secret()?.data)
            try await world.want(.stopped)
            try await world.reach(.stopped)
            #expect(try await world.pod() == nil)
            try await world.want(.running)
            try await world.reach(.ready)
            #expect(try await world.claim()?.uid == claim)
            #expect(try await world.secret()?.data == secret)
        }
    }

    @Test("suspend sleeps, resume wakes: Waking until Ready")
    func suspend() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            try await world.want(.suspended)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.condition("Suspended")?.status == "True")
            world.node.behave(.starting)
            try await world.want(.running)
            try await eventually("its program runs") {
                try await world.pod()?.status?.containerStatuses.isEmpty == false
            }
            try await world.reach(.waking)
            world.node.behave(.ready)
            try await world.reach(.ready)
        }
    }

    @Test("restart replaces the pod, recover of a ready runtime does not")
    func restart() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let first = try await world.pod()?.uid
            try await world.edit(["metadata": ["annotations": ["clawkit.dev/recover-at": "2026-01-01T00:00:00.1Z"]]])
            try await world.reach(.ready)
            #expect(try await world.pod()?.uid == first)
            try await world.edit(["metadata": ["annotations": ["clawkit.dev/restart-at": "2026-01-01T00:00:00.2Z"]]])
            try await world.reach(.ready)
            #expect(try await world.pod()?.uid != first)
        }
    }

    @Test("a crash loop fails, stays failed, and comes back when asked")
    func recover() async throws {
        try await withRuntimes { world in
            world.node.behave(.crashing(RuntimeDeadlines().restarts))
            try await world.start()
            let failed = try await world.reach(.failed)
            #expect(failed.status.lastError?.code == "E_CRASH_LOOP")
            try await eventually("its pod is gone") { try await world.pod() == nil }
            world.node.behave(.ready)
            try await world.edit(["metadata": ["labels": ["touched": "yes"]]])
            try await world.reach(.failed)
            #expect(try await world.pod() == nil)
            try await world.edit(["metadata": ["annotations": ["clawkit.dev/recover-at": "2026-01-01T00:00:00.1Z"]]])
            let back = try await world.reach(.ready)
            #expect(back.status.lastError == nil)
        }
    }

    @Test("a pod that somebody deletes is made anew; the volume stays the same")
    func deletedPod() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let first = try #require(try await world.pod()?.uid)
            let claim = try await world.claim()?.uid
            try await world.client.delete(Pod.self, "ada", in: "demo")
            try await eventually("another pod is there") { (try await world.pod()?.uid).map { $0 != first } ?? false }
            try await world.reach(.ready)
            #expect(try await world.claim()?.uid == claim)
        }
    }

    @Test("a lost secret is made anew, and the grant follows its key")
    func lostSecret() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let first = try await world.grant()?.keyHash
            try await world.client.delete(KubernetesSecret.self, "ada-runtime", in: "demo")
            try await world.client.delete(ModelGrantResource.self, "ada", in: "demo")
            try await eventually("a new key has its grant") { try await world.keysAgree() }
            #expect(try await world.grant()?.keyHash != first)
        }
    }

    @Test("new settings restart what depends on them")
    func settings() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let first = try await world.pod()?.uid
            var context = Fixture.context
            context.gatewayURL = "http://10.1.2.3:4001"
            try await PlatformSettings.publish(context, in: world.client)
            try await eventually("another pod has the new address") {
                guard let pod = try await world.pod(), pod.uid != first else { return false }
                return pod.spec?.containers.first?.env.contains { $0.value == "http://10.1.2.3:4001/v1" } ?? false
            }
            try await world.reach(.ready)
        }
    }

    @Test("a narrower choice of models narrows the grant at once")
    func narrowerGrant() async throws {
        try await withRuntimes { world in
            try await world.start { $0["models"] = ["echo", "gpt"] }
            try await world.reach(.ready)
            #expect(try await world.grant()?.models == ["echo", "gpt"])
            try await world.edit(["spec": ["models": ["echo"]]])
            try await eventually("the grant is narrower") { try await world.grant()?.models == ["echo"] }
            #expect(try await world.keysAgree())
        }
    }

    @Test("a refused template is taken up when it appears")
    func refused() async throws {
        try await withRuntimes { world in
            try await world.start(template: "later")
            let refused = try await world.reach(.refused)
            #expect(refused.status.lastError?.code == "E_TEMPLATE")
            #expect(try await world.pod() == nil)
            var context = Fixture.context
            context.templates.append(ClawConfiguration.Template(name: "later", command: ["later"]))
            try await PlatformSettings.publish(context, in: world.client)
            try await world.reach(.ready)
        }
    }

    @Test("without settings nothing is touched")
    func noSettings() async throws {
        try await withRuntimes { world in
            try await world.client.delete(ConfigMap.self, PlatformSettings.name, in: PlatformSettings.namespace)
            try await world.start()
            // Another controller's sign of life: by then the runtime has been seen too.
            _ = try await world.client.create(Project(name: "other", tenant: "acme"))
            try await eventually("the other project is there") { try await world.client.find(Namespace.self, "other") != nil }
            #expect(try await world.pod() == nil)
            try await PlatformSettings.publish(Fixture.context, in: world.client)
            try await world.reach(.ready)
        }
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Synchronization
import Testing

@Suite("How pods of pools get what is their users'")
struct PoolReceptionTests {
    @Test("a program that must know its user begins when its pod has one; until then something waits in its place")
    func waiting() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(RuntimeTemplate(
                name: "claw", in: "demo", spec: RuntimeTemplateSpec(document: ["profile": "OpenClaw"])))
            try await world.keepWarm(1, template: "claw")
            let warm = try #require(try await world.pods().first)
            #expect(warm.spec?.containers.first?.command.prefix(2) == ["sh", "-c"])
            #expect(warm.spec?.initContainers.isEmpty == true, "nothing is prepared for nobody")
            #expect(warm.labels["clawkit.dev/network"] == "own")
            let pools = try await world.client.get(NetworkPolicy.self, "warm-pool", in: "demo")
            #expect(pools.spec?.podSelector?.matchExpressions.first?.operator == "DoesNotExist")
            // From here on the node does not say that anything has ended.
            world.node.behave(.silent)
            try await world.start(template: "claw")
            #expect(try await world.claimedPod().uid == warm.uid)
            let conditions = try await world.claimedPod().status?.conditions ?? []
            #expect(conditions.contains { $0.type == "Ready" && $0.status == "True" }, "what waits is ready")
            try await world.reach(.starting)
            let own = try await world.client.get(NetworkPolicy.self, "ada-runtime", in: "demo")
            #expect(own.spec?.podSelector?.matchLabels == ["clawkit.dev/runtime": "ada"])
            #expect(own.spec?.egress == pools.spec?.egress && own.spec?.ingress == pools.spec?.ingress)
            let bundle = try #require(try await world.bundle())
            #expect(bundle["files"]?["openclaw.json"]?.string?.contains("trusted-proxy") == true)
            world.node.behave(.ready)
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == "warm")
            #expect(runtime.status.restarts == 0, "the waiting was nothing that failed")
            #expect(try await world.pods(of: runtime).map(\.uid) == [warm.uid])
        }
    }

    @Test("another network policy of the template reaches warm pods, and those that were given out, in place")
    func network() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(RuntimeTemplate(
                name: "mine", in: "demo",
                spec: RuntimeTemplateSpec(document: ["command": ["one"], "network": ["egress": "platform"]])))
            try await world.keepWarm(1, template: "mine")
            try await world.start(template: "mine")
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == "warm")
            let pod = try #require(try await world.pods(of: runtime).first)
            var next: Pod?
            try await eventually("another is warm") {
                next = try await world.pods().first { PoolMember($0)?.state == .warm }
                return next != nil
            }
            let warm = try #require(next)
            _ = try await world.client.mergePatch(
                RuntimeTemplate.self, "mine", in: "demo", ["spec": ["network": ["allow": ["10.1.0.0/16"]]]])
            for name in ["warm-pool", "ada-runtime"] {
                try await eventually("\(name) allows more") {
                    try await world.client.get(NetworkPolicy.self, name, in: "demo").spec?.egress.contains {
                        $0.to.contains { $0.ipBlock?.cidr == "10.1.0.0/16" }
                    } == true
                }
            }
            #expect(try await world.pods(of: runtime).map(\.uid) == [pod.uid])
            #expect(try await world.client.find(Pod.self, warm.name, in: "demo")?.uid == warm.uid)
            _ = try await world.client.mergePatch(
                RuntimeTemplate.self, "mine", in: "demo", ["spec": ["network": .null]])
            try await eventually("the pool's goes") {
                try await world.client.find(NetworkPolicy.self, "warm-pool", in: "demo") == nil
            }
        }
    }

    @Test("secrets that follow their sources are in the bundle by their revision, and the program is told")
    func reload() async throws {
        let told = TellTale()
        let network = ScriptedTransport { request in
            if request.method == .post { told.count.withLock { $0 += 1 } }
            return .text("")
        }
        try await withRuntimes(network: network) { world in
            _ = try await world.client.create(
                KubernetesSecret(metadata: ObjectMeta(name: "db", namespace: "demo"), stringData: ["password": "one"]))
            var set = EnvironmentSet(name: "project", in: "demo")
            set.spec.variables = [.init("PASSWORD", secret: "db", key: "password")]
            (set.spec.rotation, set.spec.refreshSeconds) = (.reload, 5)
            set.spec.reload = EnvironmentReload(path: "/reload")
            _ = try await world.client.create(set)
            try await world.keepWarm(1)
            try await world.start()
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == "warm")
            let pod = try #require(try await world.pods(of: runtime).first)
            let first = try #require(try await world.bundle())
            #expect(first["environment"]?["PASSWORD"] == "one")
            #expect(first["environment"]?["CLAW_ENVIRONMENT_DIR"] == nil, "there are no such files in a pod of a pool")
            #expect(first["revision"]?.string == pod.annotations[RuntimeCell.environmentAnnotation])
            let data: JSON = ["password": .string(Base64.encode(Array("two".utf8)))]
            _ = try await world.client.mergePatch(KubernetesSecret.self, "db", in: "demo", ["data": data])
            try await world.client.object(Runtime.self, "ada", in: "demo") { $0.status.reload?.outcome == .done }
            let second = try #require(try await world.bundle())
            #expect(second["environment"]?["PASSWORD"] == "two")
            #expect(second["revision"] != first["revision"])
            #expect(told.count.withLock { $0 } >= 1)
            #expect(try await world.pods(of: runtime).map(\.uid) == [pod.uid])
        }
    }
}

private final class TellTale: Sendable { let count = Mutex(0) }

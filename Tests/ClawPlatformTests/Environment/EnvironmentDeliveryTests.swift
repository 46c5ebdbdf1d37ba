import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import ServiceTesting
import Testing

@Suite("Secrets of environments on their way to pods")
struct EnvironmentDeliveryTests {
    private static func secret(_ name: String, _ data: [String: String], in namespace: String = "demo") -> KubernetesSecret {
        KubernetesSecret(
            metadata: ObjectMeta(name: name, namespace: namespace),
            data: data.mapValues { Base64.encode(Array($0.utf8)) }, type: "Opaque")
    }

    private static func set(
        _ name: String, in namespace: String = "demo", rotation: EnvironmentSpec.Rotation? = nil,
        _ variables: EnvironmentVariable...
    ) -> EnvironmentSet {
        var set = EnvironmentSet(name: name, in: namespace)
        set.spec.variables = variables
        set.spec.rotation = rotation
        set.spec.refreshSeconds = 5
        return set
    }

    private static func delivered(_ name: String, _ world: RuntimeWorld) async throws -> String? {
        try await world.secret()?.data[name].flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("values come through the runtime's Secret, and stand nowhere else")
    func delivery() async throws {
        try await withRuntimes { world in
            let client = world.client
            _ = try await client.create(Self.secret("shared", ["token": "tell-nobody-1"], in: PlatformSettings.namespace))
            _ = try await client.create(Self.secret("db", ["password": "tell-nobody-2"]))
            _ = try await client.create(
                Self.set(
                    "platform", in: PlatformSettings.namespace, .init("REGION", value: "eu"),
                    .init("SHARED", secret: "shared", key: "token")))
            _ = try await client.create(
                Self.set("project", .init("REGION", value: "us"), .init("DB_PASSWORD", secret: "db", key: "password")))
            _ = try await client.create(Self.set("user.ada", .init("GREETING", value: "hello")))
            try await world.start()
            let runtime = try await world.reach(.ready)
            let pod = try #require(try await world.pod())
            let env = try #require(pod.spec?.containers.first?.env)
            #expect(env.first { $0.name == "REGION" }?.value == "us")
            #expect(env.first { $0.name == "GREETING" }?.value == "hello")
            for (name, value) in [("SHARED", "tell-nobody-1"), ("DB_PASSWORD", "tell-nobody-2")] {
                let variable = try #require(env.first { $0.name == name })
                #expect(variable.value == nil)
                #expect(variable.valueFrom?.secretKeyRef?.name == "ada-runtime")
                #expect(try await Self.delivered(name, world) == value)
            }
            #expect(try await world.keysAgree())
            let events = try await client.list(Event.self, in: "demo").items.map { $0.document }
            for document in [runtime.document, pod.document] + events {
                let text = JSON.object(document).description
                for value in ["tell-nobody-1", "tell-nobody-2"] {
                    #expect(!text.contains(value) && !text.contains(Base64.encode(Array(value.utf8))))
                }
            }
        }
    }

    @Test("another value at its source replaces the pod, and nothing is written while nothing changes")
    func restart() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(Self.secret("db", ["password": "one"]))
            _ = try await world.client.create(Self.set("project", .init("PASSWORD", secret: "db", key: "password")))
            try await world.start()
            try await world.reach(.ready)
            let first = try #require(try await world.pod())
            let writes = world.calls.exchanges.count { $0.isWrite }
            let reads = world.calls.exchanges.count { $0.path.contains("/secrets/db") }
            try await eventually("the source is asked again") {
                world.calls.exchanges.count { $0.path.contains("/secrets/db") } > reads
            }
            #expect(world.calls.exchanges.count { $0.isWrite } == writes)
            _ = try await world.client.mergePatch(
                KubernetesSecret.self, "db", in: "demo", ["data": ["password": .string(Base64.encode(Array("two".utf8)))]])
            try await eventually("another pod is there") {
                (try await world.pod()).map { $0.uid != first.uid && !$0.isBeingDeleted } ?? false
            }
            try await world.reach(.ready)
            #expect(try await Self.delivered("PASSWORD", world) == "two")
            let second = try #require(try await world.pod())
            #expect(
                second.annotations[RuntimeCell.environmentAnnotation] != first.annotations[RuntimeCell.environmentAnnotation])
            #expect(second.annotations[RuntimeCell.hashAnnotation] == first.annotations[RuntimeCell.hashAnnotation])
        }
    }

    @Test("with Reload the pod stays: its Secret follows, and the pod is marked for its node")
    func reload() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(Self.secret("db", ["password": "one"]))
            _ = try await world.client.create(
                Self.set("project", rotation: .reload, .init("PASSWORD", secret: "db", key: "password")))
            try await world.start()
            try await world.reach(.ready)
            let first = try #require(try await world.pod())
            let mount = first.spec?.containers.first?.volumeMounts.first { $0.name == "environment" }
            #expect(mount?.mountPath == RuntimeCell.environmentDirectory)
            #expect(first.spec?.volumes.first { $0.name == "environment" }?.secret?.items.map(\.key) == ["PASSWORD"])
            _ = try await world.client.mergePatch(
                KubernetesSecret.self, "db", in: "demo", ["data": ["password": .string(Base64.encode(Array("two".utf8)))]])
            try await eventually("the new value is there") { try await Self.delivered("PASSWORD", world) == "two" }
            try await eventually("the pod is marked") {
                try await world.pod()?.annotations[RuntimeCell.environmentAnnotation]
                    != first.annotations[RuntimeCell.environmentAnnotation]
            }
            #expect(try await world.pod()?.uid == first.uid)
            #expect(try await world.keysAgree())
        }
    }

    @Test("of two orchestrators that know other values neither leaves a pod of which nobody knows what it has")
    func contended() async throws {
        try await withRuntimes(orchestrates: false) { world in
            let runtime = try await world.start()
            let caches = SharedCaches(world.client)
            let driver = KubernetesRuntimeDriver(caches: caches)
            try await whileRunning { try await caches.run() } _: {
                try await eventually("the caches have it") { caches.cache(Runtime.self)[ObjectKey(runtime)] != nil }
                func cell(_ value: String) throws -> RuntimeCell {
                    var cell = try RuntimeCell(runtime, Fixture.context)
                    cell.sourced = ["TOKEN"]
                    cell.delivery = .success(EnvironmentDelivery(values: ["TOKEN": Secret(value)], digest: "of \(value)"))
                    return cell
                }
                let (old, new) = (try cell("old"), try cell("new"))
                let id = RuntimeCellID(runtime)
                for action in [RuntimeAction.ensureIdentity, .ensureVolume, .deliver, .startPod] {
                    try await driver.perform(action, id, new)
                }
                let uid = try #require(try await world.pod()?.uid)
                // The same again is nothing new.
                for action in [RuntimeAction.deliver, .startPod] { try await driver.perform(action, id, new) }
                #expect(try await world.pod()?.uid == uid)
                // The other one has not seen that there is a pod.
                let other = KubernetesRuntimeDriver(caches: SharedCaches(world.client))
                for action in [RuntimeAction.deliver, .startPod] { try await other.perform(action, id, old) }
                try await eventually("the pod goes") { try await world.pod()?.uid != uid }
            }
        }
    }

    @Test("a secret that is not there is told, and the runtime starts as soon as it is")
    func missing() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(Self.set("project", .init("PASSWORD", secret: "db", key: "password")))
            try await world.start()
            try await eventually("it is told") {
                try await world.client.find(Runtime.self, "ada", in: "demo")?.status.lastError?.code == "E_SECRET_MISSING"
            }
            #expect(try await world.pod() == nil)
            _ = try await world.client.create(Self.secret("db", ["password": "one"]))
            try await world.reach(.ready)
            #expect(try await Self.delivered("PASSWORD", world) == "one")
        }
    }

    @Test("an orchestrator that finds its sources gone leaves what runs alone")
    func away() async throws {
        try await withRuntimes(orchestrates: false) { world in
            _ = try await world.client.create(Self.secret("db", ["password": "one"]))
            _ = try await world.client.create(Self.set("project", .init("PASSWORD", secret: "db", key: "password")))
            let first = Task { try await world.orchestrate(over: world.calls) }
            try await world.start()
            try await world.reach(.ready)
            let pod = try #require(try await world.pod()?.uid)
            first.cancel()
            _ = await first.result
            try await world.client.delete(KubernetesSecret.self, "db", in: "demo")
            let asked = world.calls.exchanges.count { $0.path.contains("/secrets/db") }
            let second = Task { try await world.orchestrate(over: world.calls) }
            defer { second.cancel() }
            try await eventually("it has asked twice") {
                world.calls.exchanges.count { $0.path.contains("/secrets/db") } > asked + 1
            }
            #expect(try await world.pod()?.uid == pod)
            #expect(try await world.client.find(Runtime.self, "ada", in: "demo")?.status.phase == .ready)
            #expect(try await Self.delivered("PASSWORD", world) == "one")
        }
    }

    @Test("a set says itself what of it does not count")
    func status() async throws {
        try await withRuntimes { world in
            _ = try await world.client.create(Self.set("project", .init("PORT", value: "1"), .init("A", value: "1")))
            _ = try await world.client.create(Self.set("platform", .init("A", value: "1")))
            func condition(_ name: String) async throws -> Condition? {
                try await world.client.find(EnvironmentSet.self, name, in: "demo")?.status.conditions.first
            }
            try await eventually("both are judged") {
                let both = [try await condition("project"), try await condition("platform")]
                return both.allSatisfy { $0 != nil }
            }
            let project = try #require(try await condition("project"))
            #expect(project.status == "False")
            #expect(project.reason == "ReservedVariable")
            #expect(project.message.contains("EnvironmentSet demo/project: PORT"))
            #expect(try await condition("platform")?.message.contains("clawkit-system") == true)
            // The rest of it counts.
            try await world.start()
            try await world.reach(.ready)
            let env = try #require(try await world.pod()?.spec?.containers.first?.env)
            #expect(env.filter { $0.name == "A" }.map(\.value) == ["1"])
            #expect(env.filter { $0.name == "PORT" }.map(\.value) == ["18789"])
        }
    }
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("What is looked at before a runtime is started")
struct RuntimePreflightTests {
    private static let path = "/api/v1/projects/demo/runtimes"

    /// Nothing was made: no runtime, and no operation.
    private func expectNothing(_ platform: TestPlatform, _ answer: Answer, _ code: String) async throws {
        #expect(answer.code == code, "\(answer.text)")
        #expect(answer.status == .unprocessableContent)
        #expect(try await platform.cluster.client.list(Runtime.self, in: "demo").items.isEmpty)
        #expect(try await platform.store.list(Operation.self).isEmpty)
    }

    private static func volume(_ name: String, of user: String) -> PersistentVolumeClaim {
        PersistentVolumeClaim(
            metadata: ObjectMeta(name: name, namespace: "demo", labels: ["clawkit.dev/user": user]),
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "1Gi"])))
    }

    @Test(
        "a project without room, somebody else's volume, a name that is taken: refused with a code, and nothing is made"
    )
    func refusals() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            let api = platform.cluster.client
            _ = try await api.create(Self.volume("one-state", of: "bob"))
            try await expectNothing(
                platform, await platform.call(.post, Self.path, ["name": "one"], as: ada), "E_VOLUME_TAKEN")
            _ = try await api.create(
                Pod(
                    metadata: ObjectMeta(name: "two", namespace: "demo"),
                    spec: PodSpec(containers: [Container(name: "c", image: "i")])))
            try await expectNothing(
                platform, await platform.call(.post, Self.path, ["name": "two"], as: ada), "E_NAME_TAKEN")
            var quota = ResourceQuota(metadata: ObjectMeta(name: "q", namespace: "demo"))
            quota.spec = ResourceQuotaSpec(hard: ["pods": "1", "requests.storage": "1Gi"])
            _ = try await api.create(quota)
            try await eventually("the quota counts") {
                try await api.get(ResourceQuota.self, "q", in: "demo").status?.used["pods"] == "1"
            }
            let full = await platform.call(.post, Self.path, ["name": "three"], as: ada)
            try await expectNothing(platform, full, "E_QUOTA_PROJECT")
            #expect(full.json["details"]?["resource"] == "pods")
            #expect(full.json["details"]?["findings"] == "E_QUOTA_PROJECT, E_QUOTA_PROJECT")
            // What is kept of one's own is one's own.
            try await api.delete(ResourceQuota.self, "q", in: "demo")
            _ = try await api.create(Self.volume("mine-state", of: "ada"))
            #expect(await platform.call(.post, Self.path, ["name": "mine"], as: ada).status == .accepted)
        }
    }

    @Test("what has become impossible since refuses the next start, and never a stop")
    func since() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            let api = platform.cluster.client
            func publish(_ names: String...) async throws {
                let templates = names.map { ClawConfiguration.Template(name: $0, command: ["agent"]) }
                try await PlatformSettings.publish(
                    RuntimeContext(templates: templates, models: [], gatewayURL: "http://g", publicURL: "http://p"),
                    in: api)
            }
            try await publish("default", "large")
            let created = await platform.call(.post, Self.path, ["name": "bot", "template": "large"], as: ada)
            #expect(try await platform.end(of: created)["state"] == "succeeded")
            try await publish("default")
            #expect(await platform.call(.post, "\(Self.path)/bot/restart", as: ada).code == "E_TEMPLATE")
            #expect(try await api.get(Runtime.self, "bot", in: "demo").annotations[Runtime.restartAnnotation] == nil)
            let stopped = await platform.call(.post, "\(Self.path)/bot/stop", as: ada)
            #expect(try await platform.end(of: stopped)["state"] == "succeeded")
        }
    }

    @Test("a warning does not refuse: it stands in the operation; once there is a node, none is given")
    func warnings() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            let first = try await platform.end(of: await platform.call(.post, Self.path, ["name": "one"], as: ada))
            #expect(first["state"] == "succeeded")
            #expect(first["findings"]?.array?.count == 1)
            #expect(first["findings"]?[0]?["code"] == "W_NO_NODE")
            let id = try #require(first["id"]?.string)
            #expect(
                await platform.call(.get, "/api/v1/operations/\(id)", as: ada).json["findings"] == first["findings"])
            var node = try await platform.cluster.client.create(Node(metadata: ObjectMeta(name: "n")))
            node.status = NodeStatus(conditions: [NodeCondition(type: "Ready", status: "True")])
            _ = try await platform.cluster.client.replaceStatus(node)
            let second = try await platform.end(of: await platform.call(.post, Self.path, ["name": "two"], as: ada))
            #expect(second["findings"] == nil, "\(second)")
        }
    }

    @Test("the same key gives the same operation, whatever has become of the room since")
    func idempotency() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            func create() async -> Answer {
                let headers: HTTPFields = [
                    .authorization: "Bearer \(ada.reveal())", HTTPField.Name("Idempotency-Key")!: "k",
                ]
                let body = JSON.object(["name": "bot"]).bytes()
                return await platform.send(
                    Request(.post, "http://claw.test\(Self.path)", headers: headers, body: .bytes(body)))
            }
            let first = await create()
            #expect(try await platform.end(of: first)["state"] == "succeeded")
            _ = try await platform.cluster.client.create(Self.volume("bot-state", of: "bob"))
            #expect(await create().json["operation"]?["id"] == first.json["operation"]?["id"])
        }
    }
}

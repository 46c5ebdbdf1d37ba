import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("What is said over HTTP of runtimes' rest")
struct RuntimeRestTests {
    private static let path = "/api/v1/projects/demo/runtimes"

    @Test("a new runtime takes it along, and one that is there changes it at once; null takes it back")
    func said() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            let made = await platform.call(
                .post, Self.path,
                [
                    "idle": ["afterSeconds": 600, "signals": ["Requests", "Connections"]], "wake": ["holdSeconds": 0],
                    "checkpoint": ["on": ["Stop"], "beforeUpdate": ["method": .null]],
                ], as: ada)
            _ = try await platform.end(of: made)
            let client = platform.cluster.client
            let spec = try await client.get(Runtime.self, "ada", in: "demo").spec
            #expect(spec.idle?.afterSeconds == 600 && spec.idle?.signals == [.requests, .connections])
            #expect(spec.wake.holdSeconds == 0 && spec.checkpoint?.rests == [.stop])
            #expect(spec.checkpoint?.beforeUpdate?.method == nil && spec.checkpoint?.beforeUpdate?.keep == 3)

            let one = "\(Self.path)/ada"
            let changed = await platform.call(
                .patch, one, ["idle": ["afterSeconds": .null, "sleepAt": "0 22 * * *"], "wake": .null], as: ada)
            #expect(changed.status == .ok, "\(changed.text)")
            #expect(changed.json["idle"]?["sleepAt"] == "0 22 * * *" && changed.json["idle"]?["afterSeconds"] == nil)
            #expect(changed.json["wake"] == nil && changed.json["checkpoint"]?["on"] == ["Stop"])
            let after = try await client.get(Runtime.self, "ada", in: "demo").spec
            #expect(after.idle?.signals == [.requests, .connections] && after.wake.holdSeconds == 15)
        }
    }

    @Test("what makes no sense is refused by its place, and others' runtimes are left alone")
    func refused() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "developer"), ("bob", "developer"), ("olga", "owner")])
            let made = await platform.call(.post, Self.path, [:], as: tokens["ada"])
            _ = try await platform.end(of: made)
            let one = "\(Self.path)/ada"
            for (body, code, field) in [
                (["idle": ["after": 5]], "E_BAD_REQUEST", "idle.after"), (["idle": 5], "E_BAD_REQUEST", "idle"),
                (["checkpoint": ["beforeUpdate": ["how": "Volume"]]], "E_BAD_REQUEST", "checkpoint.beforeUpdate.how"),
                (["user": "bob"], "E_BAD_REQUEST", "user"), (["idle": ["afterSeconds": 0]], "E_INVALID", "spec.idle.afterSeconds"),
                (["idle": ["sleepAt": "soon"]], "E_SCHEDULE", "spec.idle.sleepAt"),
            ] as [(JSON, String, String)] {
                let answer = await platform.call(.patch, one, body, as: tokens["ada"])
                #expect(answer.code == code && answer.json["field"]?.string == field, "\(body): \(answer.text)")
            }
            #expect(await platform.call(.patch, one, ["idle": [:]], as: tokens["bob"]).code == "E_NOT_OWNER")
            #expect(await platform.call(.patch, one, ["idle": [:]], as: tokens["olga"]).status == .ok)
            let bad = await platform.call(.post, Self.path, ["name": "b", "idle": ["afterSeconds": 0]], as: tokens["ada"])
            #expect(bad.code == "E_INVALID", "\(bad.text)")
        }
    }

    @Test("what holds is shown, and which of it the template says")
    func shown() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            _ = try await platform.end(of: await platform.call(.post, Self.path, ["wake": ["onRequest": false]], as: ada))
            var runtime = try await platform.cluster.client.get(Runtime.self, "ada", in: "demo")
            runtime.status.defaults = RuntimeDefaults(document: ["idle": ["afterSeconds": 900]])
            _ = try await platform.cluster.client.replaceStatus(runtime)
            let shown = await platform.call(.get, "\(Self.path)/ada", as: ada).json
            #expect(shown["idle"]?["afterSeconds"] == 900 && shown["wake"]?["onRequest"] == false)
            #expect(shown["fromTemplate"] == ["idle"])
        }
    }
}

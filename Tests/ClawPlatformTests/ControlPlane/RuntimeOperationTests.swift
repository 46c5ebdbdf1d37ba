import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Operations on runtimes")
struct RuntimeOperationTests {
    private static let path = "/api/v1/projects/demo/runtimes"

    @Test("create, stop, start, suspend, resume, restart, recover and delete each end well")
    func lifecycle() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            let created = await platform.call(.post, Self.path, ["name": "bot"], as: ada)
            let end = try await platform.end(of: created)
            #expect(end["state"] == "succeeded")
            #expect(end["action"] == "create")
            #expect(end["target"] == "runtime/demo/bot")
            #expect(end["actor"] == "ada")
            #expect(end["steps"]?.array?.map { $0["name"] } == ["declare", "reconcile"])
            #expect(end["steps"]?.array?.allSatisfy { $0["state"] == "succeeded" } == true)
            #expect(end["result"]?["phase"] == "Ready")
            #expect(end["parameters"] == nil)
            for (verb, phase) in [
                ("stop", "Stopped"), ("start", "Ready"), ("suspend", "Suspended"), ("resume", "Ready"),
                ("restart", "Ready"), ("recover", "Ready"),
            ] {
                let answer = await platform.call(.post, "\(Self.path)/bot/\(verb)", as: ada)
                #expect(answer.status == .accepted)
                let end = try await platform.end(of: answer)
                #expect(end["state"] == "succeeded", "\(verb): \(end)")
                #expect(end["result"]?["phase"]?.string == phase)
            }
            let gone = try await platform.end(of: await platform.call(.delete, "\(Self.path)/bot", as: ada))
            #expect(gone["state"] == "succeeded")
            #expect(await platform.call(.get, "\(Self.path)/bot", as: ada).status == .notFound)
        }
    }

    @Test("a failed runtime fails its operation with the runtime's error, and a start afterwards tries again")
    func failure() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            platform.runtimes.behave(.fail(code: "E_CRASH_LOOP", message: "The program ended 8 times."))
            let end = try await platform.end(of: await platform.call(.post, Self.path, [:], as: ada))
            #expect(end["state"] == "failed")
            #expect(end["error"] == ["code": "E_CRASH_LOOP", "message": "The program ended 8 times."])
            #expect(end["steps"]?[1]?["state"] == "failed")
            platform.runtimes.behave(.obey)
            let again = try await platform.end(of: await platform.call(.post, "\(Self.path)/ada/start", as: ada))
            #expect(again["state"] == "succeeded")
        }
    }

    @Test("while one operation is under way another is refused with its id, but a stop takes its place")
    func conflict() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            platform.runtimes.behave(.ignore)
            let created = await platform.call(.post, Self.path, [:], as: ada)
            let id = try #require(created.json["operation"]?["id"]?.string)
            let restart = await platform.call(.post, "\(Self.path)/ada/restart", as: ada)
            #expect(restart.status == .conflict)
            #expect(restart.code == "E_ACTION_CONFLICT")
            #expect(restart.json["details"]?["operation"]?.string == id)

            let stop = await platform.call(.post, "\(Self.path)/ada/stop", as: ada)
            #expect(stop.status == .accepted)
            #expect(try await platform.end(of: id)["state"] == "cancelled")
            // A stop under way is not pre-empted by a start, but by a deletion.
            #expect(await platform.call(.post, "\(Self.path)/ada/start", as: ada).status == .conflict)
            let delete = await platform.call(.delete, "\(Self.path)/ada", as: ada)
            #expect(try await platform.end(of: stop)["state"] == "cancelled")
            #expect(try await platform.end(of: delete)["state"] == "succeeded")
        }
    }

    @Test("the same idempotency key means the same operation")
    func idempotency() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            let made = await platform.call(.post, Self.path, [:], as: ada)
            _ = try await platform.end(of: made)
            let request = Request(
                .post, "http://claw.test\(Self.path)/ada/stop",
                headers: [
                    .authorization: "Bearer \(try #require(ada).reveal())", HTTPField.Name("Idempotency-Key")!: "k1",
                ])
            let first = await platform.send(request), second = await platform.send(request)
            #expect(second.status == .accepted)
            #expect(first.json["operation"]?["id"] == second.json["operation"]?["id"])
            _ = try await platform.end(of: first)
        }
    }

    @Test("a creation sent again under its key is not told that its own runtime exists")
    func idempotentCreation() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let request = Request(
                .post, "http://claw.test\(Self.path)",
                headers: [.authorization: "Bearer \(ada.reveal())", HTTPField.Name("Idempotency-Key")!: "k1"],
                body: .string("{}"))
            let first = await platform.send(request)
            _ = try await platform.end(of: first)
            let second = await platform.send(request)
            #expect(second.json["operation"]?["id"] == first.json["operation"]?["id"])
            #expect(second.json["operation"]?["state"] == "succeeded")
        }
    }

    @Test("an operation does not wait for ever: after its time it fails and says where the runtime stood")
    func deadline() async throws {
        let time = VirtualTime()
        try await withPlatform(time: time) { platform in
            let ada = try await platform.prepareDemo()["ada"]
            platform.runtimes.behave(.ignore)
            let created = await platform.call(.post, Self.path, [:], as: ada)
            time.advance(by: .seconds(901))
            // Any change makes the control plane look again.
            _ = try await platform.cluster.client.mergePatch(
                Runtime.self, "ada", in: "demo", ["metadata": ["annotations": ["touched": "yes"]]])
            let end = try await platform.end(of: created)
            #expect(end["state"] == "failed")
            #expect(end["error"]?["code"] == "E_DEADLINE")
        }
    }

    @Test("an operation that another process only wrote down is carried out at the next start")
    func resumedBeforeDeclaration() async throws {
        let store = MemoryPlatformStore()
        let now = SystemTime().now
        try await store.create(
            Operation(
                id: "0-1", actor: "ada", target: "runtime/demo/ada", action: "create", parameters: ["user": "ada"],
                steps: [.init(name: "declare"), .init(name: "reconcile")], createdAt: now))
        try await withPlatform(store: store, prepare: Self.namespace) { platform in
            let end = try await platform.end(of: "0-1")
            #expect(end["state"] == "succeeded")
            #expect(try await platform.cluster.client.get(Runtime.self, "ada", in: "demo").spec.user == "ada")
        }
    }

    @Test("an operation whose wish is in the cluster already is followed on at the next start, without doing it twice")
    func resumedAfterDeclaration() async throws {
        let store = MemoryPlatformStore()
        let now = SystemTime().now
        // The process ended between creating the object and noting it.
        try await store.create(
            Operation(
                id: "0-2", actor: "ada", target: "runtime/demo/ada", action: "create", parameters: ["user": "ada"],
                steps: [.init(name: "declare"), .init(name: "reconcile")], createdAt: now))
        let prepare: @Sendable (EmbeddedCluster) async throws -> Void = { cluster in
            try await Self.namespace(cluster)
            let metadata = ObjectMeta(name: "ada", namespace: "demo", annotations: ["clawkit.dev/operation": "0-2"])
            _ = try await cluster.client.create(Runtime(metadata: metadata, spec: RuntimeSpec(user: "ada")))
        }
        try await withPlatform(store: store, prepare: prepare) { platform in
            let end = try await platform.end(of: "0-2")
            #expect(end["state"] == "succeeded")
        }
    }

    @Test("a creation is not taken for done because somebody else made a runtime of that name")
    func notOurCreation() async throws {
        let store = MemoryPlatformStore()
        try await store.create(
            Operation(
                id: "0-3", actor: "ada", target: "runtime/demo/ada", action: "create", parameters: ["user": "ada"],
                steps: [.init(name: "declare"), .init(name: "reconcile")], createdAt: SystemTime().now))
        let prepare: @Sendable (EmbeddedCluster) async throws -> Void = { cluster in
            try await Self.namespace(cluster)
            let metadata = ObjectMeta(name: "ada", namespace: "demo")
            _ = try await cluster.client.create(Runtime(metadata: metadata, spec: RuntimeSpec(user: "bob")))
        }
        try await withPlatform(store: store, prepare: prepare) { platform in
            let end = try await platform.end(of: "0-3")
            #expect(end["error"]?["code"] == "E_EXISTS")
        }
    }

    @Test("operations are seen by their actor and the project's members, not by strangers")
    func visibility() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "viewer")])
            let eve = await platform.call(.post, "/api/v1/users", ["name": "eve"]).json["token"]?.string
            let made = await platform.call(.post, Self.path, [:], as: tokens["ada"])
            let id = try #require(made.json["operation"]?["id"]?.string)
            #expect(await platform.call(.get, "/api/v1/operations/\(id)", as: tokens["bob"]).status == .ok)
            #expect(
                await platform.call(.get, "/api/v1/operations/\(id)", as: eve.map { Secret($0) }).status == .notFound)
            #expect(await platform.call(.get, "/api/v1/operations/\(id)", as: nil).status == .unauthorized)
            #expect(await platform.call(.get, "/api/v1/operations/nothing").code == "E_NOT_FOUND")
        }
    }

    @Test("the event stream shows the present state at once and each change after it")
    func events() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo()["ada"]
            platform.runtimes.behave(.ignore)
            let created = await platform.call(.post, Self.path, [:], as: ada)
            let id = try #require(created.json["operation"]?["id"]?.string)
            let response = await platform.controlPlane.handler.respond(
                to: Request(
                    .get, "http://claw.test/api/v1/operations/\(id)/events",
                    headers: [.authorization: "Bearer \(platform.administrator.reveal())"]))
            #expect(response.headers[.contentType]?.hasPrefix("text/event-stream") == true)
            var states: [String] = []
            for try await event in response.body.serverSentEvents() {
                #expect(event.event == "operation")
                let operation = try JSONParser.parse(Array(event.data.utf8))
                states.append(operation["state"]?.string ?? "")
                if states.count == 1 { platform.runtimes.behave(.obey) }
            }
            #expect(states.first == "running")
            #expect(states.last == "succeeded")
        }
    }

    @Sendable private static func namespace(_ cluster: EmbeddedCluster) async throws {
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
    }
}

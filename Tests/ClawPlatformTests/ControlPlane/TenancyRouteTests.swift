import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Tenants, projects and users over HTTP")
struct TenancyRouteTests {
    @Test("tenant, project and user come to be, the user's token is shown once")
    func walk() async throws {
        try await withPlatform { platform in
            let tenant = await platform.call(.post, "/api/v1/tenants", ["name": "acme", "displayName": "Acme Ltd"])
            #expect(tenant.status == .created)
            #expect(tenant.json["displayName"] == "Acme Ltd")
            let project = await platform.call(.post, "/api/v1/projects", ["name": "demo", "tenant": "acme"])
            #expect(project.status == .created)
            #expect(project.json["phase"] == "Ready")
            let user = await platform.call(
                .post, "/api/v1/users", ["name": "ada", "project": "demo", "role": "owner"])
            #expect(user.status == .created)
            #expect(user.json["projects"] == [["project": "demo", "role": "owner"]])
            let token = try #require(user.json["token"]?.string)
            let me = await platform.call(.get, "/api/v1/me", as: Secret(token))
            #expect(me.json["user"] == "ada")
            #expect(me.json["roles"] == ["owner"])
            #expect(await platform.call(.get, "/api/v1/users/ada").json["token"] == nil)
            #expect(await platform.call(.get, "/api/v1/users").json["items"]?.array?.count == 2)
            #expect(
                await platform.call(.get, "/api/v1/projects/demo").json["members"] == [
                    ["user": "ada", "role": "owner"]
                ])
        }
    }

    @Test("a project's namespace is there when the project is, owned by it and marked as ours")
    func namespaceIsThere() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let namespace = try await platform.cluster.client.get(Namespace.self, "demo")
            let project = try await platform.cluster.client.get(Project.self, "demo")
            #expect(namespace.labels["app.kubernetes.io/managed-by"] == "clawkit")
            #expect(namespace.labels["clawkit.dev/tenant"] == "acme")
            #expect(namespace.metadata.isControlled(by: project))
            #expect(await platform.call(.delete, "/api/v1/projects/demo").status == .noContent)
            try await eventually("the namespace went with its project") {
                try await platform.cluster.client.find(Namespace.self, "demo") == nil
            }
        }
    }

    @Test(
        "bad wishes are refused with the code that says why",
        arguments: [
            ("/api/v1/tenants", "{\"name\":\"acme\"}", 409, "E_EXISTS"),
            ("/api/v1/tenants", "{\"name\":\"Acme Ltd\"}", 422, "E_NAME"),
            ("/api/v1/tenants", "{\"nam\":\"x\"}", 400, "E_BAD_REQUEST"),
            ("/api/v1/tenants", "name=x", 400, "E_BAD_REQUEST"),
            ("/api/v1/tenants", "[]", 400, "E_BAD_REQUEST"),
            ("/api/v1/tenants", "", 400, "E_BAD_REQUEST"),
            ("/api/v1/projects", "{\"name\":\"demo\",\"tenant\":\"acme\"}", 409, "E_EXISTS"),
            ("/api/v1/projects", "{\"name\":\"other\",\"tenant\":\"nobody\"}", 422, "E_INVALID"),
            ("/api/v1/projects", "{\"name\":\"kube-mine\",\"tenant\":\"acme\"}", 422, "E_NAME"),
            ("/api/v1/projects", "{\"name\":\"default\",\"tenant\":\"acme\"}", 422, "E_NAME"),
            ("/api/v1/projects", "{\"name\":\"foreign\",\"tenant\":\"acme\"}", 409, "E_EXISTS"),
            ("/api/v1/users", "{\"name\":\"bob\",\"project\":\"nowhere\",\"role\":\"owner\"}", 422, "E_INVALID"),
            ("/api/v1/users", "{\"name\":\"bob\",\"project\":\"demo\",\"role\":\"king\"}", 400, "E_BAD_REQUEST"),
            ("/api/v1/users", "{\"name\":\"bob\",\"role\":\"owner\"}", 400, "E_BAD_REQUEST"),
            ("/api/v1/users", "{\"name\":\"ada\"}", 409, "E_EXISTS"),
        ])
    func refused(path: String, body: String, status: Int, code: String) async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            _ = try await platform.cluster.client.create(Namespace(metadata: ObjectMeta(name: "foreign")))
            let answer = await platform.send(
                Request(
                    .post, "http://claw.test\(path)",
                    headers: [.authorization: "Bearer \(platform.administrator.reveal())"], body: .string(body)))
            #expect(answer.status.code == status, "\(answer.text)")
            #expect(answer.code == code)
            #expect(try await platform.store.get(User.self, "bob") == nil)
            #expect(
                try await platform.cluster.client.get(Namespace.self, "foreign").labels["clawkit.dev/project"] == nil)
        }
    }

    @Test("what is still needed is not deleted, and the finding names what needs it")
    func inUse() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            let runtime = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: tokens["bob"])
            _ = try await platform.end(of: runtime)
            let tenant = await platform.call(.delete, "/api/v1/tenants/acme")
            #expect(tenant.status == .conflict)
            #expect(tenant.json["details"]?["projects"] == "demo")
            let user = await platform.call(.delete, "/api/v1/users/bob")
            #expect(user.code == "E_IN_USE")
            #expect(user.json["details"]?["runtimes"] == "demo/bob")
            let members: JSON = ["members": [["user": "ada", "role": "owner"]]]
            #expect(await platform.call(.patch, "/api/v1/projects/demo", members, as: tokens["ada"]).code == "E_IN_USE")
            #expect(await platform.call(.delete, "/api/v1/users/admin").code == "E_IN_USE")
            #expect(await platform.call(.patch, "/api/v1/users/admin", ["disabled": true]).code == "E_IN_USE")
        }
    }

    @Test("a deleted user's token is void, and no project knows the user")
    func userDeleted() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            #expect(await platform.call(.get, "/api/v1/me", as: tokens["bob"]).status == .ok)
            #expect(await platform.call(.delete, "/api/v1/users/bob").status == .noContent)
            #expect(await platform.call(.get, "/api/v1/me", as: tokens["bob"]).status == .unauthorized)
            #expect(
                await platform.call(.get, "/api/v1/projects/demo").json["members"] == [
                    ["user": "ada", "role": "owner"]
                ])
        }
    }

    @Test("a new token makes the old one void")
    func renewed() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo()
            let answer = await platform.call(.post, "/api/v1/users/ada/tokens")
            let token = try #require(answer.json["token"]?.string)
            #expect(await platform.call(.get, "/api/v1/me", as: tokens["ada"]).status == .unauthorized)
            #expect(await platform.call(.get, "/api/v1/me", as: Secret(token)).status == .ok)
        }
    }

    @Test("only administrators manage; owners say who is a member; others see only their projects")
    func roles() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            _ = await platform.call(.post, "/api/v1/users", ["name": "eve"])
            _ = await platform.call(.post, "/api/v1/projects", ["name": "other", "tenant": "acme"])
            let ada = tokens["ada"], bob = tokens["bob"]
            #expect(await platform.call(.post, "/api/v1/tenants", ["name": "mine"], as: ada).code == "E_FORBIDDEN")
            #expect(await platform.call(.get, "/api/v1/users", as: ada).status == .forbidden)
            #expect(await platform.call(.get, "/api/v1/users/ada", as: ada).status == .ok)
            #expect(await platform.call(.get, "/api/v1/users/bob", as: ada).status == .forbidden)
            #expect(await platform.call(.get, "/api/v1/tenants", as: nil).status == .unauthorized)
            let seen = await platform.call(.get, "/api/v1/projects", as: bob).json["items"]?.array ?? []
            #expect(seen.map { $0["name"] } == ["demo"])
            // A project of others and one that is not there look alike.
            #expect(await platform.call(.get, "/api/v1/projects/other", as: bob).code == "E_FORBIDDEN")
            #expect(await platform.call(.get, "/api/v1/projects/nowhere", as: bob).code == "E_FORBIDDEN")
            #expect(await platform.call(.get, "/api/v1/projects/nowhere").code == "E_NOT_FOUND")

            let members: JSON = [
                "members": [
                    ["user": "ada", "role": "owner"], ["user": "bob", "role": "manager"],
                    ["user": "eve", "role": "viewer"],
                ]
            ]
            #expect(await platform.call(.patch, "/api/v1/projects/demo", members, as: bob).code == "E_FORBIDDEN")
            #expect(await platform.call(.patch, "/api/v1/projects/demo", members, as: ada).status == .ok)
            let unowned: JSON = ["members": [["user": "ada", "role": "viewer"]]]
            #expect(await platform.call(.patch, "/api/v1/projects/demo", unowned, as: ada).code == "E_INVALID")
            let unknown: JSON = ["members": [["user": "ada", "role": "owner"], ["user": "zoe", "role": "viewer"]]]
            #expect(await platform.call(.patch, "/api/v1/projects/demo", unknown, as: ada).code == "E_INVALID")
        }
    }

    @Test("each change and each refused one stands in the audit trail, without secrets")
    func audited() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo()
            _ = await platform.call(.delete, "/api/v1/tenants/acme")
            _ = await platform.call(.get, "/api/v1/tenants")
            let entries = try await platform.store.list(AuditEntry.self).map(\.record)
            #expect(
                entries.map(\.action)
                    == ["tenant.create", "project.create", "user.create", "project.member", "tenant.delete"])
            #expect(entries.map(\.outcome) == [.allowed, .allowed, .allowed, .allowed, .refused])
            #expect(entries.allSatisfy { $0.actor == "admin" })
            let text = entries.map { $0.json.description }.joined()
            let token = try #require(tokens["ada"])
            #expect(!text.contains(token.reveal()))
        }
    }

    @Test("the first administrator is made once")
    func bootstrap() async throws {
        let store = MemoryPlatformStore()
        let token = try #require(try await ControlPlane.bootstrapAdministrator(in: store))
        #expect(try await ControlPlane.bootstrapAdministrator(in: store) == nil)
        let renewed = try await ControlPlane.renewAdministratorToken(in: store)
        #expect(try await store.user(withToken: token) == nil)
        #expect(try await store.user(withToken: renewed)?.user.record.isAdministrator == true)
    }

    @Test("the audit trail tells of each membership what it was and what it became")
    func membershipAudit() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([("ada", "owner"), ("bob", "viewer")])
            let members: JSON = [["user": "ada", "role": "owner"], ["user": "bob", "role": "manager"]]
            let changed = await platform.call(.patch, "/api/v1/projects/demo", ["members": members])
            #expect(changed.status == .ok)
            #expect(await platform.call(.delete, "/api/v1/users/bob").status == .noContent)
            let trail = try await platform.store.list(AuditEntry.self, index: ("subject", "user/bob")).map(\.record)
            #expect(
                trail.map { [$0.action, $0.target] } == Array(repeating: ["project.member", "project/demo"], count: 3))
            #expect(trail.map { $0.details["before"] } == ["none", "viewer", "manager"])
            #expect(trail.map { $0.details["after"] } == ["viewer", "manager", "none"])
            #expect(trail.allSatisfy { $0.actor == "admin" && $0.outcome == .allowed })
            #expect(try await platform.store.list(AuditEntry.self, index: ("subject", "user/ada")).count == 1)
        }
    }
}

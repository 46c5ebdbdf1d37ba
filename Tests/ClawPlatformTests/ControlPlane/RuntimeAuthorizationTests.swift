import ClawBase
import ClawDocuments
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Who may do what with a runtime")
struct RuntimeAuthorizationTests {
    /// The runtime `demo/ada` is ada's. Who asks, what is answered to: reading it, restarting it, creating a second
    /// one for ada, and entering it through the proxy.
    @Test(
        "by role",
        arguments: [
            ("ada", 200, 202, 202, 200), ("max", 200, 202, 202, 200), ("olga", 200, 202, 202, 200),
            ("admin", 200, 202, 202, 200), ("dora", 200, 403, 403, 403), ("vera", 200, 403, 403, 403),
            ("stranger", 403, 403, 403, 403), ("nobody", 401, 401, 401, 401),
        ])
    func matrix(who: String, read: Int, restart: Int, create: Int, enter: Int) async throws {
        try await withPlatform { platform in
            var tokens = try await platform.prepareDemo([
                ("ada", "developer"), ("max", "manager"), ("olga", "owner"), ("dora", "developer"), ("vera", "viewer"),
            ])
            let stranger = await platform.call(.post, "/api/v1/users", ["name": "stranger"])
            tokens["stranger"] = stranger.json["token"]?.string.map { Secret($0) }
            tokens["admin"] = platform.administrator
            let made = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: tokens["ada"])
            #expect(made.status == .accepted)
            _ = try await platform.end(of: made)

            let one = "/api/v1/projects/demo/runtimes/ada"
            #expect(await platform.call(.get, one, as: tokens[who]).status.code == read)
            let restarted = await platform.call(.post, "\(one)/restart", as: tokens[who])
            #expect(restarted.status.code == restart, "\(restarted.text)")
            if restart == 202 { _ = try await platform.end(of: restarted) }
            let body: JSON = ["name": "second", "user": "ada"]
            let created = await platform.call(.post, "/api/v1/projects/demo/runtimes", body, as: tokens[who])
            #expect(created.status.code == create, "\(created.text)")
            #expect(await platform.call(.get, "/r/demo/ada/", as: tokens[who]).status.code == enter)
        }
    }

    @Test("a second user who acts on somebody's runtime is told that it is not theirs")
    func notOwner() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            let made = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: tokens["ada"])
            _ = try await platform.end(of: made)
            for verb in ["start", "stop", "suspend", "resume", "recover", "restart"] {
                let answer = await platform.call(.post, "/api/v1/projects/demo/runtimes/ada/\(verb)", as: tokens["bob"])
                #expect(answer.status == .forbidden)
                #expect(answer.code == "E_NOT_OWNER")
            }
            #expect(
                await platform.call(.delete, "/api/v1/projects/demo/runtimes/ada", as: tokens["bob"]).code
                    == "E_NOT_OWNER")
        }
    }

    @Test("a runtime is only for members, under a good name, once, of a known template")
    func creation() async throws {
        try await withPlatform(domain: "claw.test", templates: ["default"]) { platform in
            let tokens = try await platform.prepareDemo()
            let path = "/api/v1/projects/demo/runtimes"
            func code(_ body: JSON) async -> String? { await platform.call(.post, path, body, as: tokens["ada"]).code }
            #expect(await code(["user": "bob"]) == "E_INVALID")
            #expect(await code(["name": "Ada's"]) == "E_NAME")
            #expect(await code(["name": .string(String(repeating: "a", count: 60))]) == "E_NAME")
            #expect(await code(["template": "defalt"]) == "E_TEMPLATE")
            #expect(await code(["templat": "default"]) == "E_BAD_REQUEST")
            let made = await platform.call(.post, path, [:], as: tokens["ada"])
            #expect(made.json["runtime"]?["name"] == "ada")
            #expect(made.json["runtime"]?["url"] == "http://claw.test/r/demo/ada/")
            _ = try await platform.end(of: made)
            #expect(await code([:]) == "E_EXISTS")
            #expect(await platform.call(.get, "\(path)/bob", as: tokens["ada"]).code == "E_NOT_FOUND")
        }
    }
}

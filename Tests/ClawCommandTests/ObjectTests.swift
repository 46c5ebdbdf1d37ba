import ClawBase
import ClawDocuments
import HTTPTypes
import Testing

@testable import claw

@Suite("Tenants, projects and users")
struct ObjectTests {
    /// Echoes a created object, with a token for users, and answers anything else from a fixed list.
    private let bench = Bench { request in
        let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) }
        switch (request.method, String(request.path)) {
        case (.post, "/api/v1/users"):
            var user = body ?? .null
            user["token"] = "claw_user_token"
            return Answer.json(user, 201)
        case (.post, _): return Answer.json(body ?? .null, 201)
        case (.delete, _): return Response(status: .noContent)
        case (_, "/api/v1/projects"):
            let members: JSON = [["user": "ada", "role": "owner"], ["user": "bob", "role": "viewer"]]
            return Answer.json([
                "items": [
                    ["name": "demo", "tenant": "acme", "phase": "Active", "members": members],
                    ["name": "a-longer-name", "tenant": "b", "phase": "Active", "members": []],
                ]
            ])
        case (_, "/api/v1/projects/demo"):
            return Answer.json(["name": "demo", "tenant": "acme", "members": [["user": "ada", "role": "owner"]]])
        case (_, "/api/v1/me"):
            return Answer.json(["user": "ada", "roles": ["user"], "projects": [["name": "demo", "role": "owner"]]])
        case (_, "/api/v1/tenants"): return Answer.json(["items": []])
        default: return Answer.missing
        }
    }

    @Test("creating says what was made, or shows the object")
    func create() async {
        #expect(await bench.run("tenant", "create", "acme").out == "tenant acme created\n")
        #expect(
            await bench.run("project", "create", "demo", "--tenant", "acme").out
                == "project demo created in tenant acme\n")
        let json = await bench.run("project", "create", "demo", "--tenant", "acme", "--output", "json")
        #expect(json.json == ["name": "demo", "tenant": "acme"])
    }

    @Test("a new user's token stands alone on the last line, and in the JSON object")
    func userToken() async {
        let text = await bench.run("user", "create", "ada", "--project", "demo", "--role", "owner")
        #expect(text.lines.count == 2)
        #expect(text.lines.last == "claw_user_token")
        let json = await bench.run("user", "create", "ada", "--project", "demo", "--role", "owner", "-o", "json")
        #expect(json.json == ["name": "ada", "project": "demo", "role": "owner", "token": "claw_user_token"])
    }

    @Test("lists are aligned columns under a header")
    func list() async {
        #expect(
            await bench.run("project", "list").out == """
                NAME           TENANT  PHASE   MEMBERS
                demo           acme    Active  ada (owner), bob (viewer)
                a-longer-name  b       Active  -

                """)
    }

    @Test("an empty list leaves stdout empty as text, and is a document as JSON")
    func emptyList() async {
        let text = await bench.run("tenant", "list")
        #expect(text.out.isEmpty && text.error == "nothing there\n" && text.status == .ok)
        #expect(await bench.run("tenant", "list", "-o", "json").json == ["items": []])
    }

    @Test("one object is shown a member a line")
    func show() async {
        #expect(
            await bench.run("project", "show", "demo").out == """
                name     demo
                tenant   acme
                members  user=ada role=owner

                """)
        #expect(await bench.run("project", "show", "lab").status == .notFound)
    }

    @Test("who I am")
    func me() async {
        #expect(
            await bench.run("me").out == """
                user      ada
                roles     user
                projects  demo (owner)

                """)
    }

    @Test("a deletion without an answer is still a document for scripts")
    func delete() async {
        #expect(await bench.run("user", "delete", "ada").out == "user ada deleted\n")
        #expect(await bench.run("user", "delete", "ada", "-o", "json").json == ["name": "ada", "deleted": true])
        #expect(bench.exchanges.last == "DELETE /api/v1/users/ada")
    }

    @Test("names are encoded, so that none reaches another resource")
    func encoding() async {
        _ = await bench.run("tenant", "show", "a/../b?x")
        #expect(bench.exchanges == ["GET /api/v1/tenants/a%2F..%2Fb%3Fx"])
    }

    @Test("control characters from a server neither break a row nor steer the terminal")
    func controlCharacters() async {
        let bench = Bench { _ in Answer.json(["items": [["name": "a\u{1B}[31m\nb"]]]) }
        let outcome = await bench.run("tenant", "list")
        #expect(outcome.lines.count == 2)
        #expect(!outcome.out.contains("\u{1B}"))
    }
}

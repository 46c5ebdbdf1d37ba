import ClawBase
import ClawDocuments
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Invitations over HTTP")
struct InvitationRouteTests {
    @Test("an invitation makes one user, once, a member of its project; its token is shown once")
    func accept() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner")])
            let body: JSON = ["invitee": "bob@example.org", "project": "demo", "role": "viewer"]
            #expect(await platform.call(.post, "/api/v1/invitations", body, as: tokens["ada"]).code == "E_FORBIDDEN")
            let made = await platform.call(.post, "/api/v1/invitations", body)
            #expect(made.status == .created && made.headers[.cacheControl] == "no-store")
            let token = try #require(made.json["token"]?.string)
            let listed = await platform.call(.get, "/api/v1/invitations")
            #expect(listed.json["items"]?[0]?["invitee"]?.string == "bob@example.org" && !listed.text.contains(token))

            let path = "/api/v1/invitations/accept"
            #expect(await platform.call(.post, path, ["token": .string(token), "name": "ada"], as: nil).status == .conflict)
            let user = await platform.call(.post, path, ["token": .string(token), "name": "bob"], as: nil)
            #expect(user.status == .created)
            let login = Secret(try #require(user.json["token"]?.string))
            let me = await platform.call(.get, "/api/v1/me", as: login).json
            #expect(me["user"]?.string == "bob" && me["administrator"] == false)
            #expect(me["projects"]?[0]?["role"]?.string == "viewer")
            #expect(await platform.call(.post, path, ["token": .string(token), "name": "eve"], as: nil).status == .unauthorized)
            #expect(await platform.call(.get, "/api/v1/users/eve").status == .notFound)
            let project = await platform.call(.get, "/api/v1/projects/demo").text
            #expect(!project.contains("eve"))
        }
    }

    @Test("one that was taken back is worth nothing, and guessing becomes slow")
    func revoked() async throws {
        try await withPlatform { platform in
            let made = await platform.call(.post, "/api/v1/invitations", ["invitee": "x", "administrator": true])
            let (id, token) = (try #require(made.json["id"]?.string), try #require(made.json["token"]?.string))
            #expect(await platform.call(.delete, "/api/v1/invitations/\(id)").status == .noContent)
            #expect(await platform.call(.delete, "/api/v1/invitations/none").status == .notFound)
            var codes: [String?] = []
            for _ in 0..<8 {
                let body: JSON = ["token": .string(token), "name": "eve"]
                codes.append(await platform.call(.post, "/api/v1/invitations/accept", body, as: nil).code)
            }
            #expect(codes.first == "E_SESSION" && codes.last == "E_THROTTLED")
            for wrong: JSON in [
                [:], ["invitee": "x", "role": "viewer"], ["invitee": "x", "project": "none"], ["invitee": "x", "hours": 0],
            ] { #expect(await platform.call(.post, "/api/v1/invitations", wrong).status.kind == .clientError, "\(wrong)") }
        }
    }
}

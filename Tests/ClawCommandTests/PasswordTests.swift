import ClawBase
import ClawDocuments
import HTTPTypes
import Testing

@testable import claw

@Suite("Passwords")
struct PasswordTests {
    private static func bench() -> Bench {
        Bench { request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            switch (request.method, String(request.path)) {
            case (.put, "/api/v1/me/password"):
                return body == ["current": "the old password", "new": "the new password"]
                    ? Response(status: .noContent)
                    : Answer.finding("E_SESSION", "The password 'the new password' is wrong.", 401)
            case (.put, "/api/v1/users/ada/password"):
                var answer: JSONObject = ["user": "ada", "expiresAt": "2026-05-07T10:00:00Z"]
                if body["password"] == nil { answer["password"] = "abcd-efgh" }
                return Answer.json(.object(answer))
            case (.delete, "/api/v1/users/ada/password"): return Response(status: .noContent)
            default: return Answer.missing
            }
        }
    }

    @Test("one's own comes from the environment or files, and is never repeated")
    func change() async {
        var bench = Self.bench()
        #expect(await bench.run("password", "change").status == .usage)
        bench.environment["CLAW_NEW_PASSWORD"] = "the new password"
        let refused = await bench.run("password", "change")
        #expect(refused.status == .refused && !refused.error.contains("the new password"))
        bench.environment["CLAW_PASSWORD"] = "the old password"
        #expect(await bench.run("password", "change").out == "password changed\n")
        bench.environment = [:]
        bench.files = InMemorySecrets([
            .file(".claw/admin-token"): Secret(Bench.token), .file("old"): Secret("the old password"),
            .file("new"): Secret("the new password"),
        ])
        let files = await bench.run("password", "change", "--password-file", "old", "--new-password-file", "new")
        #expect(files.status == .ok)
        let missing = await bench.run("password", "change", "--new-password-file", "none")
        #expect(missing.status == .usage && missing.error.contains("--new-password-file"))
    }

    @Test("an administrator's temporary one stands alone on the last line, where it was made up")
    func reset() async {
        var bench = Self.bench()
        let made = await bench.run("password", "reset", "ada")
        #expect(
            made.lines == [
                "ada must change the password by 2026-05-07T10:00:00Z; it is, shown only this once:", "abcd-efgh",
            ])
        bench.files = InMemorySecrets([
            .file(".claw/admin-token"): Secret(Bench.token), .file("new"): Secret("the new password"),
        ])
        let given = await bench.run("password", "reset", "ada", "--password-file", "new", "-o", "json")
        #expect(given.json?["user"] == "ada" && given.json?["password"] == nil)
        #expect(await bench.run("password", "delete", "ada").status == .ok)
        #expect(await bench.run("password", "reset", "eve").status == .notFound)
    }
}

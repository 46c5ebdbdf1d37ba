import ClawBase
import ClawDocuments
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Signing in and out")
struct SessionRouteTests {
    private static func cookie(_ answer: Answer) -> String? {
        answer.headers[.setCookie]?.split(separator: ";").first.map { String($0) }
    }

    private static func form(_ platform: TestPlatform, _ fields: String, _ headers: HTTPFields = [:]) async -> Answer {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return await platform.send(Request(.post, "http://claw.test/login", headers: headers, body: .string(fields)))
    }

    @Test("a token becomes a cookie that scripts cannot read and other sites cannot use, and the cookie signs in")
    func session() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let answer = await platform.call(.post, "/api/v1/sessions", ["token": .string(ada.reveal())], as: nil)
            #expect(answer.status == .ok)
            #expect(answer.json["user"] == "ada")
            #expect(answer.json["expiresAt"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
            let set = try #require(answer.headers[.setCookie])
            #expect(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains("Secure"))
            let cookie = try #require(Self.cookie(answer))
            let me = await platform.send(Request(.get, "http://claw.test/api/v1/me", headers: [.cookie: cookie]))
            #expect(me.json["user"] == "ada")

            let out = await platform.send(
                Request(
                    .delete, "http://claw.test/api/v1/sessions?everywhere=true", headers: [.cookie: cookie]))
            #expect(out.status == .noContent)
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            let after = await platform.send(Request(.get, "http://claw.test/api/v1/me", headers: [.cookie: cookie]))
            #expect(after.code == "E_SESSION")
        }
    }

    @Test("over https the cookie never travels in clear")
    func secure() async throws {
        try await withPlatform(publicURL: "https://claw.test") { platform in
            let body: JSON = ["token": .string(platform.administrator.reveal())]
            let answer = await platform.call(.post, "/api/v1/sessions", body, as: nil)
            #expect(answer.headers[.setCookie]?.contains("; Secure") == true)
        }
    }

    @Test("a wrong token is refused, and guessing gets slow")
    func guessing() async throws {
        try await withPlatform { platform in
            for _ in 0..<6 {
                #expect(
                    await platform.call(.post, "/api/v1/sessions", ["token": "guess"], as: nil).status == .unauthorized)
            }
            let answer = await platform.call(.post, "/api/v1/sessions", ["token": "guess"], as: nil)
            #expect(answer.status == .tooManyRequests)
            #expect(answer.code == "E_THROTTLED")
            let page = await Self.form(platform, "token=guess")
            #expect(page.status == .tooManyRequests)
            #expect(page.headers[.retryAfter] != nil)
        }
    }

    @Test("a person signs in by the form and is taken back to where they wanted to go")
    func formFlow() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let html: HTTPFields = [.accept: "text/html"]
            let turned = await platform.send(Request(.get, "http://claw.test/r/demo/ada/?tab=2", headers: html))
            #expect(turned.status == .found)
            let location = try #require(turned.headers[.location])
            #expect(location == "/login?return=%2Fr%2Fdemo%2Fada%2F%3Ftab%3D2")
            let page = await platform.send(Request(.get, "http://claw.test\(location)", headers: html))
            #expect(page.text.contains("value=\"/r/demo/ada/?tab=2\""))
            #expect(page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)

            let wrong = await Self.form(platform, "token=nonsense&return=%2Fr%2Fdemo%2Fada%2F")
            #expect(wrong.status == .unauthorized)
            #expect(wrong.text.contains("role=\"alert\"") && wrong.text.contains("value=\"/r/demo/ada/\""))
            #expect(await Self.form(platform, "token=").status == .badRequest)

            let right = await Self.form(platform, "token=\(ada.reveal())&return=%2Fr%2Fdemo%2Fada%2F")
            #expect(right.status == .seeOther)
            #expect(right.headers[.location] == "/r/demo/ada/")
            let cookie = try #require(Self.cookie(right))
            let home = await platform.send(Request(.get, "http://claw.test/", headers: [.cookie: cookie]))
            #expect(home.text.contains("Runtimes of ada"))
            let again = await platform.send(
                Request(.get, "http://claw.test/login?return=/x", headers: [.cookie: cookie]))
            #expect(again.headers[.location] == "/x")
            let out = await platform.send(Request(.post, "http://claw.test/logout", headers: [.cookie: cookie]))
            #expect(out.headers[.location] == "/login")
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
        }
    }

    @Test(
        "nobody is sent to another site after signing in",
        arguments: [
            "https://evil.test/", "//evil.test", "/\\evil.test", "http://evil.test/r/demo/ada/", "javascript:alert(1)",
            "http://ada-demo.claw.test.evil.test/", "http://ada-demo.claw.test@evil.test/",
            "http://ada-demo.claw.test\\@evil/", "///evil.test", "/\t/evil.test", "\\\\evil.test", "https:evil.test",
            " //evil.test", "/\n/evil.test", "%2F%2Fevil.test", "http:///evil.test", "",
        ])
    func openRedirect(target: String) async throws {
        try await withPlatform(domain: "claw.test") { platform in
            let answer = await Self.form(
                platform, "token=\(platform.administrator.reveal())&return=\(Percent.encode(target))")
            #expect(answer.headers[.location] == "/")
        }
    }

    @Test("a runtime's own host is a good place to return to, and its visitors sign in at the control plane's")
    func runtimeHost() async throws {
        try await withPlatform(domain: "claw.test", publicURL: "http://claw.test") { platform in
            let turned = await platform.send(
                Request(
                    .get, "http://ada-demo.claw.test/chat", headers: [.accept: "text/html"]))
            let location = try #require(turned.headers[.location])
            #expect(location == "http://claw.test/login?return=http%3A%2F%2Fada-demo.claw.test%2Fchat")
            let answer = await Self.form(
                platform, "token=\(platform.administrator.reveal())&return=http%3A%2F%2Fada-demo.claw.test%2Fchat")
            #expect(answer.headers[.location] == "http://ada-demo.claw.test/chat")
            #expect(answer.headers[.setCookie]?.contains("Domain=claw.test") == true)
        }
    }

    @Test("another site's form signs nobody in or out")
    func crossSite() async throws {
        try await withPlatform { platform in
            let foreign: HTTPFields = [HTTPField.Name("Sec-Fetch-Site")!: "cross-site"]
            let answer = await Self.form(platform, "token=\(platform.administrator.reveal())", foreign)
            #expect(answer.headers[.setCookie] == nil)
            let out = await platform.send(Request(.post, "http://claw.test/logout", headers: foreign))
            #expect(out.headers[.setCookie] == nil)
        }
    }

    @Test("what a page shows from a request is never HTML")
    func escaping() async throws {
        try await withPlatform { platform in
            let page = await platform.send(
                Request(
                    .get, "http://claw.test/login?return=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
            #expect(!page.text.contains("<script"))
        }
    }
}

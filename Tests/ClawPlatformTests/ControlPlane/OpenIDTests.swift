import ClawBase
import ClawDocuments
@testable import ClawPlatform
import ClawResources
import Crypto
import HTTPTypes
import Testing

@Suite("Signing in with OpenID Connect")
struct OpenIDTests {
    private static func with(
        time: any TimeSource = SystemTime(), creates: Bool = true,
        _ body: @escaping @Sendable (TestPlatform, ScriptedProvider) async throws -> Void
    ) async throws {
        let provider = ScriptedProvider(time: time)
        let settings = try OpenIDProvider(
            name: DNSLabel("corp"), title: "Corp & Co", issuer: ScriptedProvider.issuer, clientID: "claw",
            clientSecret: Secret("hush"), createsUsers: creates, administrators: ["admins"],
            memberships: [
                .init(group: "team", project: "demo", role: .developer),
                .init(group: "leads", project: "demo", role: .owner),
            ])
        try await withPlatform(
            time: time, providers: [settings], program: { try await provider.respond(to: $0) }
        ) { try await body($0, provider) }
    }

    /// Sends the browser to the provider, has the person agree, and takes the browser back.
    private static func signIn(
        _ browser: inout Browser, _ provider: ScriptedProvider, as subject: String = "s-1",
        _ claims: JSONObject = ["preferred_username": "ada"], target: String = "/"
    ) async throws -> Answer {
        let sent = await browser.get("/login/oidc/corp?return=\(Percent.encode(target))")
        let (code, state) = try provider.agree(try #require(sent.headers[.location]), as: subject, claims)
        return await browser.get("/login/oidc/corp/callback?code=\(code)&state=\(Percent.encode(state))")
    }

    private static func expect(
        _ status: HTTPResponse.Status, _ browser: inout Browser, _ provider: ScriptedProvider,
        _ claims: JSONObject = ["preferred_username": "ada"], at place: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await signIn(&browser, provider, claims)
        #expect(answer.status == status, "\(answer.text)", sourceLocation: place)
    }

    @Test("a person becomes a user, with the rights of the groups, and comes back to where they wanted to go")
    func flow() async throws {
        try await Self.with { platform, provider in
            _ = try await platform.prepareDemo()
            var browser = Browser(platform)
            #expect(
                await browser.get("/login?return=/x").text.contains(
                    "href=\"/login/oidc/corp?return=%2Fx\">Sign in with Corp &amp; Co"))
            let claims: JSONObject = [
                "preferred_username": "Grace.Hopper@example.org", "name": "Grace",
                "groups": ["team", "admins", "other"],
            ]
            let answer = try await Self.signIn(&browser, provider, claims, target: "/x")
            #expect(answer.status == .seeOther && answer.headers[.location] == "/x", "\(answer.text)")
            #expect(await browser.user() == "grace-hopper")
            #expect(browser.cookies.keys.sorted() == ["claw_session"])
            let user = await platform.call(.get, "/api/v1/users/grace-hopper").json
            #expect(user["administrator"] == true && user["displayName"] == "Grace")
            #expect(user["projects"] == [["project": "demo", "role": "developer"]])
            #expect(try await platform.store.get(User.self, "grace-hopper")?.record.credentials.isEmpty == true)
        }
    }

    @Test("who comes back is who they were, whatever they are called now; groups that are left take their rights along")
    func again() async throws {
        try await Self.with { platform, provider in
            _ = try await platform.prepareDemo()
            var browser = Browser(platform)
            _ = try await Self.signIn(
                &browser, provider, ["preferred_username": "grace", "groups": ["leads", "team", "admins"]])
            #expect(await platform.call(.get, "/api/v1/users/grace").json["projects"]?[0]?["role"] == "owner")
            var other = Browser(platform)
            _ = try await Self.signIn(&other, provider, ["preferred_username": "eve", "groups": []])
            #expect(await other.user() == "grace")
            let user = await platform.call(.get, "/api/v1/users/grace").json
            #expect(user["administrator"] == false && user["projects"] == [])
            // At once in the session that was begun before as well.
            #expect(await browser.get("/api/v1/users").code == "E_FORBIDDEN")
        }
    }

    @Test("a name or an address is nobody's proof; an administrator links, and unlinking ends the sessions")
    func linking() async throws {
        try await Self.with { platform, provider in
            _ = try await platform.prepareDemo()
            var browser = Browser(platform)
            let claims: JSONObject = ["preferred_username": "ada", "email": "ada@claw.test", "email_verified": true]
            let refused = try await Self.signIn(&browser, provider, claims)
            #expect(refused.status == .conflict && refused.text.contains("s-1"))
            #expect(browser.cookies["claw_session"] == nil)
            let identity: JSON = ["issuer": .string(ScriptedProvider.issuer), "subject": "s-1"]
            let path = "/api/v1/users/ada/identities"
            #expect(await platform.call(.post, path, identity).status == .created)
            #expect(await platform.call(.post, "/api/v1/users/admin/identities", identity).status == .conflict)
            try await Self.expect(.seeOther, &browser, provider, claims)
            #expect(await browser.user() == "ada")
            #expect(await platform.call(.get, path).json["items"] == [identity])
            let query = "?issuer=\(Percent.encode(ScriptedProvider.issuer))&subject=s-1"
            #expect(await platform.call(.delete, path + query).status == .noContent)
            #expect(await platform.call(.delete, path + query).status == .notFound)
            #expect(await browser.user() == nil)
        }
    }

    @Test("a provider takes the platform from nobody who is the last to administer it")
    func lastAdministrator() async throws {
        try await Self.with { platform, provider in
            let identity: JSON = ["issuer": .string(ScriptedProvider.issuer), "subject": "s-1"]
            #expect(await platform.call(.post, "/api/v1/users/admin/identities", identity).status == .created)
            var browser = Browser(platform)
            try await Self.expect(.seeOther, &browser, provider)
            #expect(await platform.call(.get, "/api/v1/users/admin").json["administrator"] == true)
        }
    }

    @Test("where the provider may not make users, who is nobody is told how to become somebody")
    func unknown() async throws {
        try await Self.with(creates: false) { platform, provider in
            var browser = Browser(platform)
            let refused = try await Self.signIn(&browser, provider)
            #expect(refused.status == .forbidden && refused.text.contains("s-1"))
            #expect(browser.cookies["claw_session"] == nil)
            #expect(await platform.call(.get, "/api/v1/users/ada").status == .notFound)
        }
    }

    @Test("an answer is good for the browser that asked, once, in time, and from the provider that was asked")
    func binding() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await Self.with(time: time) { platform, provider in
            func begin() async throws -> (browser: Browser, callback: String) {
                var browser = Browser(platform)
                let sent = await browser.get("/login/oidc/corp")
                let (code, state) = try provider.agree(
                    try #require(sent.headers[.location]), as: "s-1", ["preferred_username": "grace"])
                return (browser, "/login/oidc/corp/callback?code=\(code)&state=\(Percent.encode(state))")
            }
            func outcome(_ browser: Browser, _ path: String) async -> HTTPResponse.Status {
                var browser = browser
                let answer = await browser.get(path)
                #expect(browser.cookies["claw_oidc"] == nil)
                #expect((browser.cookies["claw_session"] != nil) == (answer.status == .seeOther))
                return answer.status
            }
            let first = try await begin()
            // Somebody else's browser: with no attempt, and with one of its own.
            #expect(await outcome(Browser(platform), first.callback) == .unauthorized)
            let second = try await begin()
            #expect(await outcome(second.browser, first.callback) == .unauthorized)
            #expect(await outcome(first.browser, first.callback + "&iss=https%3A%2F%2Fevil.test") == .unauthorized)
            #expect(await outcome(first.browser, "/login/oidc/corp/callback?error=access_denied") == .unauthorized)
            #expect(await outcome(first.browser, first.callback + "&iss=https%3A%2F%2Fid.test") == .seeOther)
            // The code is spent.
            #expect(await outcome(first.browser, first.callback) == .unauthorized)
            let late = try await begin()
            time.advance(by: SignInAttempt.lifetime)
            #expect(await outcome(late.browser, late.callback) == .unauthorized)
            var forged = try await begin()
            forged.browser.cookies["claw_oidc"]?.value += "A"
            #expect(await outcome(forged.browser, forged.callback) == .unauthorized)
            #expect(await outcome(Browser(platform), "/login/oidc/none") == .notFound)
        }
    }

    enum Lie: String, CaseIterable {
        case none, sharedSecret, wrongAlgorithm, otherKey, unknownKey, issuer, audience, audiences, authorizedParty
        case expired, endless, future, nonce, noNonce, noSubject, longSubject

        func tell(_ state: inout ScriptedProvider.State, at now: Timestamp) {
            switch self {
            case .none: state.header["alg"] = "none"
            case .sharedSecret: state.header["alg"] = "HS256"
            case .wrongAlgorithm: state.header["alg"] = "RS256"
            case .otherKey: state.otherKey = P256.Signing.PrivateKey()
            case .unknownKey: state.header["kid"] = "unknown"
            case .issuer: state.lies["iss"] = "https://evil.test"
            case .audience: state.lies["aud"] = "somebody"
            case .audiences: state.lies["aud"] = ["claw", "somebody"]
            case .authorizedParty: state.lies["azp"] = "somebody"
            case .expired: state.lies["exp"] = .integer(now.seconds - 61)
            case .endless: state.lies["exp"] = .null
            case .future: state.lies["iat"] = .integer(now.seconds + 120)
            case .nonce: state.lies["nonce"] = "another"
            case .noNonce: state.lies["nonce"] = .null
            case .noSubject: state.lies["sub"] = .null
            case .longSubject: state.lies["sub"] = .string(String(repeating: "s", count: 256))
            }
        }
    }

    @Test(
        "no token that is not the provider's, for this client, this browser and now, signs anybody in",
        arguments: Lie.allCases)
    func lies(lie: Lie) async throws {
        try await Self.with { platform, provider in
            var browser = Browser(platform)
            provider.change { lie.tell(&$0, at: SystemTime().now) }
            let refused = try await Self.signIn(&browser, provider)
            #expect(refused.status == .unauthorized, "\(refused.text)")
            #expect(browser.cookies["claw_session"] == nil)
            provider.change { state in (state.header, state.lies, state.otherKey) = (["alg": "ES256"], [:], nil) }
            try await Self.expect(.seeOther, &browser, provider)
        }
    }

    @Test("a provider's new key is found, and unknown keys do not make it be asked all the time")
    func rotation() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await Self.with(time: time) { platform, provider in
            var browser = Browser(platform)
            try await Self.expect(.seeOther, &browser, provider)
            provider.change { ($0.key, $0.keyID) = (P256.Signing.PrivateKey(), "k2") }
            for _ in 0..<20 { try await Self.expect(.unauthorized, &browser, provider) }
            #expect(provider.keyReads == 1)
            time.advance(by: OpenIDConnection.readInterval)
            try await Self.expect(.seeOther, &browser, provider)
            #expect(provider.keyReads == 2)
            // Tokens that name no key: those that are known are tried, and read once more before giving up.
            provider.change { ($0.key, $0.namesKey) = (P256.Signing.PrivateKey(), false) }
            try await Self.expect(.unauthorized, &browser, provider)
            time.advance(by: OpenIDConnection.readInterval)
            try await Self.expect(.seeOther, &browser, provider)
            #expect(provider.keyReads == 3)
        }
    }

    @Test(
        "nobody is sent to another site afterwards",
        arguments: [
            "//evil.test", "/\\evil.test", "https://evil.test/", "/%2F%2Fevil.test/..//", "javascript:alert(1)",
        ])
    func openRedirect(target: String) async throws {
        try await Self.with { platform, provider in
            var browser = Browser(platform)
            let location = try await Self.signIn(&browser, provider, target: target).headers[.location] ?? ""
            #expect(location.hasPrefix("/") && !location.hasPrefix("//") && !location.contains("\\"), "\(location)")
        }
    }

    @Test("the attempt's cookie is for the way back only; over https it never travels in clear")
    func cookie() async throws {
        try await Self.with { platform, provider in
            let sent = await platform.send(Request(.get, "http://claw.test/login/oidc/corp"))
            let set = try #require(sent.headers[.setCookie])
            #expect(set.contains("; Path=/login/oidc; ") && set.contains("HttpOnly; SameSite=Lax"))
            #expect(!set.contains("Secure") && !set.contains("Domain"))
            let location = try #require(sent.headers[.location])
            let query = QueryParameters(parsing: location)
            for name in ["state", "nonce", "code_challenge"] { #expect(!set.contains(query[name] ?? "=")) }
        }
    }

    @Test("a provider that is away, or speaks for another, signs nobody in, and says nothing of codes or secrets")
    func broken() async throws {
        try await Self.with { platform, provider in
            var browser = Browser(platform)
            provider.change { $0.isAway = true }
            let away = await browser.get("/login/oidc/corp")
            #expect(away.status == .badGateway && away.text.contains("role=\"alert\"") && !away.text.contains("hush"))
            provider.change { state in (state.isAway, state.discovery) = (false, ["issuer": "https://evil.test"]) }
            #expect(await browser.get("/login/oidc/corp").status == .badGateway)
            provider.change { $0.discovery = ["token_endpoint": "http://id.test/token"] }
            #expect(await browser.get("/login/oidc/corp").status == .badGateway)
            provider.change { $0.discovery = [:] }
            try await Self.expect(.seeOther, &browser, provider)
        }
    }

    @Test(
        "codes and secrets go over https, or to this machine",
        arguments: [
            ("https://id.example.org", true), ("http://127.0.0.1:9400", true), ("http://[::1]:9400/x", true),
            ("http://localhost/", true), ("http://id.example.org", false), ("http://127.0.0.1.evil.test", false),
            ("http://localhost@evil.test", false), ("ftp://id.test", false), ("https://", false),
            ("https://a b", false),
        ])
    func addresses(url: String, isSafe: Bool) { #expect(OpenIDAddress.isSafe(url) == isSafe) }
}

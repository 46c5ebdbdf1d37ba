import ClawBase
import ClawDocuments
@testable import ClawPlatform
import HTTPTypes
import Testing

@Suite("Signing in with a password")
struct PasswordRouteTests {
    private static let password = "correct horse battery"

    private static func signIn(
        _ platform: TestPlatform, _ user: String = "ada", _ password: String = password, new: String? = nil,
        cookie: String? = nil
    ) async -> Answer {
        var body: JSONObject = ["user": .string(user), "password": .string(password)]
        if let new { body["newPassword"] = .string(new) }
        var headers: HTTPFields = [:]
        headers[.cookie] = cookie
        return await platform.send(
            Request(
                .post, "http://claw.test/api/v1/sessions", headers: headers, body: .bytes(JSON.object(body).bytes())))
    }

    private static func cookie(_ answer: Answer) -> String? {
        answer.headers[.setCookie]?.split(separator: ";").first.map { String($0) }
    }

    private static func me(_ platform: TestPlatform, _ cookie: String?) async -> String? {
        var headers: HTTPFields = [:]
        headers[.cookie] = cookie
        return await platform.send(Request(.get, "http://claw.test/api/v1/me", headers: headers)).json["user"]?.string
    }

    /// With a user `ada` who has set a password.
    private static func prepared(_ platform: TestPlatform) async throws -> Secret<String> {
        let ada = try #require(try await platform.prepareDemo()["ada"])
        let set = await platform.call(.put, "/api/v1/me/password", ["new": .string(password)], as: ada)
        #expect(set.status == .noContent, "\(set.text)")
        return ada
    }

    @Test("one's own password, once set with the token, signs in; a wrong one does not")
    func own() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            let answer = await Self.signIn(platform)
            #expect(answer.status == .ok && answer.json["user"] == "ada")
            #expect(answer.headers[.setCookie]?.contains("HttpOnly") == true)
            #expect(await Self.me(platform, Self.cookie(answer)) == "ada")
            #expect(await platform.call(.get, "/api/v1/users/ada").json["password"] == "set")
            let wrong = await Self.signIn(platform, "ada", "correct horse batterz")
            let (unknown, none) = (await Self.signIn(platform, "eve"), await Self.signIn(platform, "admin"))
            for refused in [wrong, unknown, none, await Self.signIn(platform, "Ada Lovelace!")] {
                #expect(refused.status == .unauthorized && refused.headers[.setCookie] == nil)
                #expect(refused.text == wrong.text)
            }
        }
    }

    @Test("a password that an administrator sets must be changed at the first sign-in, and ends all sessions")
    func forcedChange() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            let old = Self.cookie(await Self.signIn(platform))
            let reset = await platform.call(.put, "/api/v1/users/ada/password", [:])
            let temporary = try #require(reset.json["password"]?.string)
            #expect(reset.status == .ok && reset.headers[.cacheControl] == "no-store")
            #expect(await Self.me(platform, old) == nil)
            #expect(await Self.signIn(platform).code == "E_SESSION")
            let refused = await Self.signIn(platform, "ada", temporary)
            #expect(refused.status == .forbidden && refused.code == "E_PASSWORD_CHANGE")
            #expect(refused.headers[.setCookie] == nil)
            #expect(await Self.signIn(platform, "ada", temporary, new: temporary).code == "E_PASSWORD")
            #expect(await Self.signIn(platform, "ada", temporary, new: "short").code == "E_PASSWORD")
            let changed = await Self.signIn(platform, "ada", temporary, new: "another horse battery")
            #expect(await Self.me(platform, Self.cookie(changed)) == "ada")
            #expect(await Self.signIn(platform, "ada", temporary).code == "E_SESSION")
            #expect(await Self.signIn(platform, "ada", "another horse battery").status == .ok)
        }
    }

    @Test("a temporary password runs out; one that is taken away signs in nobody")
    func runsOut() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withPlatform(time: time) { platform in
            _ = try await Self.prepared(platform)
            let reset = await platform.call(.put, "/api/v1/users/ada/password", ["password": "chosen by the admin"])
            #expect(reset.status == .ok && reset.json["password"] == nil)
            #expect(await Self.signIn(platform, "ada", "chosen by the admin").code == "E_PASSWORD_CHANGE")
            time.advance(by: Passwords.temporaryLifetime)
            #expect(await Self.signIn(platform, "ada", "chosen by the admin").code == "E_SESSION")
            #expect(await platform.call(.delete, "/api/v1/users/ada/password").status == .noContent)
            #expect(await platform.call(.get, "/api/v1/users/ada").json["password"] == "none")
            #expect(await platform.call(.put, "/api/v1/users/none/password", [:]).status == .notFound)
        }
    }

    @Test("changing one's password needs the present one, ends the other sessions, and goes on with a new one")
    func change() async throws {
        try await withPlatform { platform in
            let token = try await Self.prepared(platform)
            let (here, there) = (Self.cookie(await Self.signIn(platform)), Self.cookie(await Self.signIn(platform)))
            func change(_ current: String?) async -> Answer {
                var body: JSONObject = ["new": "another horse battery"]
                if let current { body["current"] = .string(current) }
                return await platform.send(
                    Request(
                        .put, "http://claw.test/api/v1/me/password", headers: [.cookie: here ?? ""],
                        body: .bytes(JSON.object(body).bytes())))
            }
            #expect(await change(nil).status == .badRequest)
            #expect(await change("wrong horse battery").code == "E_SESSION")
            #expect(await platform.call(.put, "/api/v1/me/password", ["new": "x"], as: token).status == .badRequest)
            let changed = await change(Self.password)
            #expect(changed.status == .noContent)
            for ended in [here, there] { #expect(await Self.me(platform, ended) == nil) }
            #expect(await Self.me(platform, Self.cookie(changed)) == "ada")
            #expect(await Self.signIn(platform).code == "E_SESSION")
        }
    }

    @Test("an open browser alone does not set the first password")
    func first() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let session = await platform.call(.post, "/api/v1/sessions", ["token": .string(ada.reveal())], as: nil)
            let set = await platform.send(
                Request(
                    .put, "http://claw.test/api/v1/me/password", headers: [.cookie: Self.cookie(session) ?? ""],
                    body: .string(#"{"new": "correct horse battery"}"#)))
            #expect(set.code == "E_FORBIDDEN")
        }
    }

    @Test("guessing locks the user out for a while, from everywhere, and one's own success does not help with others")
    func lockOut() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withPlatform(time: time) { platform in
            _ = try await Self.prepared(platform)
            func attempt(_ user: String, _ password: String, from peer: String) async -> Answer {
                let body: JSON = ["user": .string(user), "password": .string(password)]
                return await platform.send(
                    Request(
                        .post, "http://claw.test/api/v1/sessions", body: .bytes(body.bytes()), peer: "\(peer):1"))
            }
            for number in 0..<6 {
                #expect(await attempt("ada", "guess \(number)", from: "192.0.2.\(number)").code == "E_SESSION")
            }
            let locked = await attempt("ada", Self.password, from: "192.0.2.9")
            #expect(locked.code == "E_THROTTLED" && locked.json["details"]?["retryAfter"] == "1")
            time.advance(by: .seconds(1))
            #expect(await attempt("ada", Self.password, from: "192.0.2.9").status == .ok)
            // The same peer, many users.
            for number in 0..<31 {
                #expect(await attempt("u\(number)", "guess", from: "192.0.2.77").code == "E_SESSION")
                time.advance(by: .milliseconds(1))
            }
            #expect(await attempt("ada", Self.password, from: "192.0.2.77").code == "E_THROTTLED")
            #expect(await attempt("ada", Self.password, from: "192.0.2.78").status == .ok)
        }
    }

    @Test(
        "people behind a proxy are told apart by what a proxy says that knows the platform's key, and by nobody else's word"
    )
    func proxied() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withPlatform(time: time, proxyKey: Secret("proxy-secret")) { platform in
            _ = try await Self.prepared(platform)
            let shown = try #require(HTTPField.Name("X-Claw-Proxy-Key"))
            let forwarded = try #require(HTTPField.Name("X-Forwarded-For"))
            func attempt(_ user: String, _ password: String, key: String, _ addresses: String) async -> String? {
                let body: JSON = ["user": .string(user), "password": .string(password)]
                return await platform.send(
                    Request(
                        .post, "http://claw.test/api/v1/sessions", headers: [shown: key, forwarded: addresses],
                        body: .bytes(body.bytes()), peer: "10.0.0.1:80")
                ).code
            }
            for number in 0..<31 {
                // What a client puts in front of its own address changes nothing.
                let addresses = "192.0.2.\(number), 198.51.100.7"
                #expect(await attempt("u\(number)", "guess", key: "proxy-secret", addresses) == "E_SESSION")
            }
            #expect(await attempt("ada", Self.password, key: "proxy-secret", "198.51.100.7") == "E_THROTTLED")
            #expect(await attempt("ada", Self.password, key: "proxy-secret", "198.51.100.8") == nil)
            for number in 0..<31 {
                #expect(await attempt("v\(number)", "guess", key: "wrong", "203.0.113.\(number)") == "E_SESSION")
            }
            #expect(await attempt("ada", Self.password, key: "wrong", "203.0.113.99") == "E_THROTTLED")
        }
    }

    @Test("many guesses at once are as slow as one after the other")
    func atOnce() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            let codes = await withTaskGroup(of: String?.self) { group in
                for number in 0..<40 { group.addTask { await Self.signIn(platform, "ada", "guess \(number)").code } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == "E_SESSION" } <= 7)
            #expect(codes.contains("E_THROTTLED"))
        }
    }

    @Test("a session that was planted before signing in is neither taken over nor left alive")
    func fixation() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            let planted = Self.cookie(await Self.signIn(platform))
            let answer = await Self.signIn(platform, cookie: planted)
            let own = Self.cookie(answer)
            #expect(own != nil && own != planted)
            #expect(await Self.me(platform, own) == "ada")
            #expect(await Self.me(platform, planted) == nil)
            let made = await Self.signIn(platform, cookie: "claw_session=v2.made.up.value")
            #expect(await Self.me(platform, Self.cookie(made)) == "ada")
            #expect(Self.cookie(made)?.contains("made.up") == false)
        }
    }

    @Test("who is invited can bring a password along, and a disabled user's opens nothing")
    func invited() async throws {
        try await withPlatform { platform in
            let made = await platform.call(.post, "/api/v1/invitations", ["invitee": "grace"])
            let token = try #require(made.json["token"])
            let path = "/api/v1/invitations/accept"
            let weak: JSON = ["token": token, "name": "grace", "password": "short"]
            #expect(await platform.call(.post, path, weak, as: nil).code == "E_PASSWORD")
            let good: JSON = ["token": token, "name": "grace", "password": .string(Self.password)]
            #expect(await platform.call(.post, path, good, as: nil).status == .created)
            #expect(await Self.signIn(platform, "grace").status == .ok)
            _ = await platform.call(.patch, "/api/v1/users/grace", ["disabled": true])
            #expect(await Self.signIn(platform, "grace").code == "E_SESSION")
        }
    }

    @Test("a hash at another cost is made anew when its user signs in")
    func refresh() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            let cheap = PasswordCost(logRounds: 2, blockSize: 1, parallelism: 1)
            let hash = try PasswordHash(of: Secret(Self.password), cost: cheap).text
            try await platform.store.modify(User.self, "ada") { $0.password?.hash = hash }
            #expect(await Self.signIn(platform).status == .ok)
            let now = try #require(try await platform.store.get(User.self, "ada")?.record.password?.hash)
            #expect(now.hasPrefix("$scrypt$ln=4,"))
            #expect(await Self.signIn(platform).status == .ok)
        }
    }

    @Test("no password stands in an answer, a page or the audit trail")
    func secrecy() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            let typed = "hunter2 hunter2 hunter2"
            var texts = [
                await Self.signIn(platform, "ada", typed).text, await Self.signIn(platform, typed, typed).text,
                await platform.call(.put, "/api/v1/users/ada/password", ["password": .string(typed)]).text,
            ]
            texts.append(await Self.signIn(platform, "ada", typed).text)
            let form = await platform.send(
                Request(.post, "http://claw.test/login", body: .string("user=ada&password=\(Percent.encode(typed))")))
            #expect(form.status == .forbidden && form.text.contains("newPassword"))
            texts += [form.text, "\(try await platform.store.list(AuditEntry.self).map(\.record))"]
            for text in texts { #expect(!text.contains("hunter2")) }
        }
    }

    @Test("the form takes user and password, and asks for another where the password must be changed")
    func form() async throws {
        try await withPlatform { platform in
            _ = try await Self.prepared(platform)
            func submit(_ fields: String) async -> Answer {
                await platform.send(Request(.post, "http://claw.test/login", body: .string(fields)))
            }
            let password = Percent.encode(Self.password)
            let right = await submit("user=ada&password=\(password)&return=%2Fx")
            #expect(right.status == .seeOther && right.headers[.location] == "/x")
            #expect(await submit("user=ada&password=wrong&return=%2Fx").text.contains("User or password is wrong"))
            #expect(await submit("user=ada&password=").status == .badRequest)
            let reset = await platform.call(.put, "/api/v1/users/ada/password", [:])
            let temporary = try #require(reset.json["password"]?.string)
            let page = await submit("user=ada&password=\(temporary)&return=%2Fx")
            #expect(page.text.contains("value=\"/x\"") && page.text.contains("value=\"ada\""))
            let changed = await submit("user=ada&password=\(temporary)&newPassword=\(password)&return=%2Fx")
            #expect(changed.status == .seeOther && changed.headers[.location] == "/x")
        }
    }
}

import ClawBase
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Identifying a request's sender")
struct StoreAuthenticatorTests {
    let store = MemoryPlatformStore()
    let time = VirtualTime()
    let signer = SessionSigner(keys: .generate())
    let authenticator: StoreAuthenticator

    init() async throws {
        authenticator = StoreAuthenticator(store: store, signer: signer, time: time)
        try await store.create(
            User(
                name: "ada",
                credentials: [
                    .init(hash: Token.hash("good"), label: "a", createdAt: time.now),
                    .init(
                        hash: Token.hash("short"), label: "b", createdAt: time.now, expiresAt: time.now + .seconds(60)),
                ], createdAt: time.now))
        try await store.create(User(name: "root", createdAt: time.now, isAdministrator: true))
    }

    private func identify(
        bearer: String? = nil, cookie: Secret<String>? = nil, _ method: HTTPRequest.Method = .get,
        _ more: HTTPFields = [:]
    ) async throws -> Identity {
        var headers = more
        headers[.authorization] = bearer.map { "Bearer \($0)" }
        headers[.cookie] = cookie.map { "claw_session=\($0.reveal())" }
        return try await authenticator.identify(Request(method, "http://claw.test/", headers: headers))
    }

    private func cookie(_ user: String, epoch: Int = 0) async throws -> Secret<String> {
        try await store.signIn(user, epoch: epoch, signer, at: time.now).cookie
    }

    @Test("a bearer token or a session's cookie tells who it is; a token goes first")
    func known() async throws {
        #expect(try await identify(bearer: "good").principal?.user == "ada")
        #expect(try await identify(bearer: "good").principal?.proof == .token)
        #expect(try await identify(cookie: try await cookie("root")).principal?.isAdministrator == true)
        #expect(try await identify(bearer: "good", cookie: try await cookie("root")).principal?.user == "ada")
        #expect(try await identify(bearer: "wrong", cookie: try await cookie("root")).principal == nil)
    }

    @Test("nothing, an unknown or an expired token, an unknown user's or a signed-out session is nobody")
    func unknown() async throws {
        func reason(_ identity: Identity) -> String? {
            if case .anonymous(let finding) = identity { finding.message } else { nil }
        }
        #expect(reason(try await identify())?.contains("Nobody is signed in") == true)
        #expect(reason(try await identify(bearer: "wrong"))?.contains("not known") == true)
        #expect(reason(try await identify(cookie: try await cookie("eve")))?.contains("not valid") == true)
        #expect(reason(try await identify(cookie: Secret("v2.x.y.z")))?.contains("not valid") == true)
        #expect(try await identify(bearer: "short").principal != nil)
        let session = try await cookie("ada")
        time.advance(by: .seconds(61))
        #expect(reason(try await identify(bearer: "short"))?.contains("expired") == true)
        #expect(try await identify(cookie: session).principal != nil)
        try await store.modify(User.self, "ada") { $0.sessionEpoch += 1 }
        #expect(try await identify(cookie: session).principal == nil)
        #expect(try await identify(cookie: try await cookie("ada", epoch: 1)).principal != nil)
        try await store.modify(User.self, "ada") { $0.isDisabled = true }
        #expect(reason(try await identify(cookie: try await cookie("ada", epoch: 1)))?.contains("disabled") == true)
        #expect(reason(try await identify(bearer: "good"))?.contains("disabled") == true)
    }

    @Test("one session can be ended and the others stay; all end with the user's epoch")
    func ending() async throws {
        let (first, id) = try await store.signIn("ada", signer, at: time.now)
        let second = try await cookie("ada")
        #expect(try await identify(cookie: first).principal?.session == id)
        try await store.endSession(id, at: time.now)
        #expect(try await identify(cookie: first).principal == nil)
        #expect(try await identify(cookie: second).principal != nil)
        try await store.endSessions(of: "ada", at: time.now)
        #expect(try await identify(cookie: second).principal == nil)
        // Well signed, but the platform knows nothing of it.
        let unknown = Session(
            id: "none", user: "root", issuedAt: time.now, expiresAt: time.now + .seconds(600), epoch: 0)
        #expect(try await identify(cookie: signer.sign(unknown)).principal == nil)
        let taken = Session(id: id, user: "root", issuedAt: time.now, expiresAt: time.now + .seconds(600), epoch: 0)
        #expect(try await identify(cookie: signer.sign(taken)).principal == nil)
    }

    @Test("a session's last use is noted every five minutes")
    func lastSeen() async throws {
        let (session, id) = try await store.signIn("ada", signer, at: time.now)
        let start = time.now
        for _ in 0..<4 {
            time.advance(by: .seconds(100))
            #expect(try await identify(cookie: session).principal != nil)
        }
        #expect(try await store.get(SessionRecord.self, id)?.record.lastSeenAt == start + .seconds(300))
    }

    @Test("a session of somebody who gave the name up is not the next bearer's")
    func reusedName() async throws {
        let session = try await cookie("ada")
        time.advance(by: .seconds(10))
        try await store.delete(User.self, "ada")
        #expect(try await identify(cookie: session).principal == nil)
        try await store.create(User(name: "ada", createdAt: time.now))
        #expect(try await identify(cookie: session).principal == nil)
    }

    @Test("another site's page cannot write with a browser's session; reads and bearer tokens are not affected")
    func crossSite() async throws {
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        let session = try await cookie("ada")
        #expect(try await identify(cookie: session, .post, [site: "cross-site"]).principal == nil)
        #expect(try await identify(cookie: session, .post, [site: "same-site"]).principal == nil)
        #expect(try await identify(cookie: session, .post, [site: "same-origin"]).principal != nil)
        #expect(try await identify(cookie: session, .get, [site: "cross-site"]).principal != nil)
        #expect(try await identify(cookie: session, .post, [.origin: "https://evil.test"]).principal == nil)
        #expect(try await identify(cookie: session, .post, [.origin: "http://claw.test"]).principal != nil)
        #expect(try await identify(cookie: session, .post).principal != nil)
        #expect(try await identify(bearer: "good", .post, [site: "cross-site"]).principal != nil)
    }
}

import ClawBase
import ClawResources
import HTTPTypes
import Synchronization
import Testing

@testable import ClawPlatform

@Suite("The forward-auth endpoint")
struct AccessCheckTests {
    let store = MemoryPlatformStore()
    let directory = MemoryAccessDirectory()
    let signer = SessionSigner(keys: .generate())
    let time = VirtualTime()
    let woken = Woken()
    let check: AccessCheck

    final class Woken: RuntimeVisits {
        private let list = Mutex<[String]>([])
        func wake(_ runtime: RuntimeReference) async { list.withLock { $0.append(runtime.description) } }
        var all: [String] { list.withLock { $0 } }
    }

    init() async throws {
        let woken = woken
        check = AccessCheck(
            authenticator: StoreAuthenticator(store: store, signer: signer, time: time), directory: directory,
            domain: "claw.test", time: time, visits: woken)
        for name in ["ada", "eve"] {
            try await store.create(
                User(
                    name: name,
                    credentials: [.init(hash: Token.hash("\(name)-token"), label: "x", createdAt: time.now)],
                    createdAt: time.now))
        }
        directory.set(RuntimeReference(project: "demo", runtime: "ada"), owner: "ada", .ready)
        directory.set(RuntimeReference(project: "b-c", runtime: "a"), owner: "ada", .asleep)
    }

    private func ask(
        _ uri: String, host: String = "claw.test", session: String? = nil, token: String? = nil,
        _ more: [(String, String)] = []
    ) async throws -> Response {
        var request = Request(.get, "http://127.0.0.1:8080/api/v1/access/check")
        var fields = [
            ("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", host),
            ("X-Forwarded-Uri", uri),
        ]
        if let session {
            let value = try await store.signIn(session, signer, at: time.now).cookie
            fields.append(("Cookie", "other=1; claw_session=\(value.reveal())"))
        }
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        for (name, value) in fields + more {
            request.headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        return await check.respond(to: request)
    }

    @Test("lets the owner pass, by cookie or token, by path or host, and says who it is")
    func owner() async throws {
        for response in [
            try await ask("/r/demo/ada/x", session: "ada"), try await ask("/r/demo/ada/x", token: "ada-token"),
            try await ask("/x", host: "ada-demo.claw.test", session: "ada"),
        ] {
            #expect(response.status == .ok)
            #expect(response.headers[IdentityHeaders.user] == "ada")
            #expect(response.headers[IdentityHeaders.runtime] == "demo/ada")
        }
    }

    @Test("a proxy that shows its key is told what the runtime gets in place of cookies and tokens; nobody else is")
    func proxies() async throws {
        let trusting = AccessCheck(
            authenticator: StoreAuthenticator(store: store, signer: signer, time: time), directory: directory,
            domain: "claw.test", proxies: TrustedProxies(key: Secret("proxy_1")) { Secret("token of \($0)") }, time: time)
        let cookie = try await store.signIn("ada", signer, at: time.now).cookie.reveal()
        func ask(_ key: String?, _ check: AccessCheck, cookies: [String]) async -> Response {
            var request = Request(.get, "http://127.0.0.1/api/v1/access/check")
            request.headers[HTTPField.Name("X-Forwarded-Host")!] = "ada-demo.claw.test"
            request.headers[values: .cookie] = cookies
            request.headers[TrustedProxies.header] = key
            return await check.respond(to: request)
        }
        let token = HTTPField.Name("X-OpenClaw-Token")!
        let told = await ask("proxy_1", trusting, cookies: ["a=1; claw_session=\(cookie)", "b=2"])
        #expect(told.status == .ok)
        #expect(told.headers[token] == "token of demo/ada")
        #expect(told.headers[values: .cookie] == ["a=1; b=2"])
        let bare = await ask("proxy_1", trusting, cookies: ["claw_session=\(cookie)"])
        #expect(bare.headers[.cookie] == nil && bare.headers[token] != nil)
        for (key, check) in [("proxy_2", trusting), ("", trusting), (nil, trusting), ("proxy_1", check)] {
            let untold = await ask(key, check, cookies: ["a=1; claw_session=\(cookie)"])
            #expect(untold.status == .ok)
            #expect(untold.headers[token] == nil && untold.headers[.cookie] == nil)
        }
        let stranger = await ask("proxy_1", trusting, cookies: ["a=1"])
        #expect(stranger.status == .unauthorized && stranger.headers[token] == nil)
    }

    @Test("nginx hears of nothing but 2xx, 401 and 403, and where to sign in; by X-Original-URL")
    func nginx() async throws {
        let cookie = try await store.signIn("ada", signer, at: time.now).cookie.reveal()
        func ask(_ url: String, cookie: String? = nil, accept: String = "*/*") async -> Response {
            var request = Request(.get, "http://127.0.0.1/api/v1/access/nginx")
            request.headers[HTTPField.Name("X-Original-URL")!] = url
            request.headers[HTTPField.Name("X-Original-Method")!] = "GET"
            request.headers[.accept] = accept
            request.headers[.cookie] = cookie.map { "claw_session=\($0)" }
            return await check.nginxResponse(to: request)
        }
        let own = await ask("https://ada-demo.claw.test/x?y=1", cookie: cookie)
        #expect(own.status == .ok && own.headers[IdentityHeaders.user] == "ada")
        #expect(await ask("https://ada-demo.claw.test/x").status == .unauthorized)
        let page = await ask("https://claw.test/r/demo/ada/x?y=1", accept: "text/html")
        #expect(page.status == .unauthorized)
        #expect(page.headers[.location] == "/sign-in?return=%2Fr%2Fdemo%2Fada%2Fx%3Fy%3D1")
        #expect(await ask("https://claw.test/elsewhere", cookie: cookie).status == .forbidden)
    }

    @Test("Envoy asks with the client's own request behind a prefix; without the platform's key it is not Envoy")
    func envoy() async throws {
        let trusting = AccessCheck(
            authenticator: StoreAuthenticator(store: store, signer: signer, time: time), directory: directory,
            domain: "claw.test", proxies: TrustedProxies(key: Secret("proxy_1")) { _ in Secret("t") }, time: time)
        let cookie = try await store.signIn("ada", signer, at: time.now).cookie.reveal()
        func ask(_ path: String, key: String? = "proxy_1", cookies: String? = nil) async -> Response? {
            var request = Request(.post, "http://ada-demo.claw.test\(path)")
            request.headers[TrustedProxies.header] = key
            request.headers[.cookie] = cookies
            return await trusting.envoyResponse(to: request)
        }
        let own = try #require(await ask("/api/v1/access/envoy/x?y=1", cookies: "claw_session=\(cookie)"))
        #expect(own.status == .ok && own.headers[IdentityHeaders.user] == "ada")
        let remove = try #require(own.headers[HTTPField.Name("X-Envoy-Auth-Headers-To-Remove")!])
        #expect(remove == "cookie,authorization")
        let more = try #require(await ask("/api/v1/access/envoy/", cookies: "a=1; claw_session=\(cookie)"))
        #expect(more.headers[HTTPField.Name("X-Envoy-Auth-Headers-To-Remove")!] == "authorization")
        #expect(more.headers[.cookie] == "a=1")
        #expect(await ask("/api/v1/access/envoy/x")?.status == .unauthorized)
        for (path, key) in [
            ("/api/v1/access/envoy/x", nil), ("/api/v1/access/envoy/x", "proxy_2"), ("/api/v1/access/envoyx", "proxy_1"),
            ("/x", "proxy_1"),
        ] {
            #expect(await ask(path, key: key, cookies: "claw_session=\(cookie)") == nil, "\(path)")
        }
    }

    @Test(
        "a WebSocket that another origin's page opens is nobody's; with a bearer token, or from the own page, it passes",
        arguments: [
            (["Origin": "https://evil.example"], 401), (["Origin": "https://bob-demo.claw.test"], 401),
            (["Origin": "null"], 401), (["Sec-Fetch-Site": "same-site"], 401), (["Sec-Fetch-Site": "cross-site"], 401),
            (["Sec-Fetch-Site": "same-origin", "Origin": "https://ada-demo.claw.test"], 200), ([:], 200),
            (["Origin": "https://ada-demo.claw.test"], 200),
        ])
    func sockets(headers: [String: String], status: Int) async throws {
        let more = headers.map { ($0.key, $0.value) } + [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
        let answer = try await ask("/x", host: "ada-demo.claw.test", session: "ada", more)
        #expect(answer.status.code == status)
        let bearer = try await ask("/x", host: "ada-demo.claw.test", token: "ada-token", more)
        #expect(bearer.status == .ok)
        // Browsers cannot show a sign-in form in a WebSocket.
        let page = try await ask("/x", host: "ada-demo.claw.test", more + [("Accept", "text/html")])
        #expect(page.status == .unauthorized)
    }

    @Test("stops another user, a visitor, and a session that was ended")
    func others() async throws {
        #expect(try await ask("/r/demo/ada/x", session: "eve").status == .forbidden)
        #expect(try await ask("/r/demo/ada/x", token: "eve-token").status == .forbidden)
        #expect(try await ask("/r/demo/ada/x").status == .unauthorized)
        let page = try await ask("/r/demo/ada/x", [("Accept", "text/html")])
        #expect(page.status == .found)
        #expect(page.headers[.location] == "/sign-in?return=%2Fr%2Fdemo%2Fada%2Fx")
        try await store.modify(User.self, "ada") { $0.sessionEpoch += 1 }
        #expect(try await ask("/r/demo/ada/x", session: "ada").status == .unauthorized)
    }

    @Test("believes the identity of its own check only, not the client's headers")
    func spoofing() async throws {
        let response = try await ask(
            "/r/demo/ada/x", session: "eve", [("X-Claw-User", "ada"), ("X-Forwarded-User", "ada")])
        #expect(response.status == .forbidden)
        let own = try await ask("/r/demo/ada/x", session: "ada", [("X-Claw-User", "root")])
        #expect(own.headers[values: IdentityHeaders.user] == ["ada"])
    }

    @Test("takes the host from the forwarded request, not from its own")
    func forwardedHost() async throws {
        // Gap 1 of ClawLoops: the check's own Host header names the auth server.
        #expect(
            try await ask("/x", host: "eve-demo.claw.test", session: "ada", [("Host", "ada-demo.claw.test")]).status
                == .forbidden)
    }

    @Test("wakes what sleeps, once allowed, and finds the runtime whose name can be split in two ways")
    func wake() async throws {
        let response = try await ask("/", host: "a-b-c.claw.test", session: "ada")
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == "2")
        #expect(woken.all == ["b-c/a"])
        #expect(try await ask("/", host: "a-b-c.claw.test", session: "eve").status == .forbidden)
        #expect(woken.all == ["b-c/a"])
    }

    @Test("a runtime whose host is another's too hides nobody's: each gets to their own")
    func sharedHost() async throws {
        directory.set(RuntimeReference(project: "c", runtime: "a-b"), owner: "eve", .ready)
        directory.set(RuntimeReference(project: "b-c", runtime: "a"), owner: "ada", .ready)
        let own = try await ask("/", host: "a-b-c.claw.test", session: "eve")
        #expect(own.status == .ok && own.headers[IdentityHeaders.runtime] == "c/a-b")
        let others = try await ask("/", host: "a-b-c.claw.test", session: "ada")
        #expect(others.status == .ok && others.headers[IdentityHeaders.runtime] == "b-c/a")
    }

    @Test("gives a proxy a request with the gate's identity only, and without the platform's secrets")
    func admission() async throws {
        let value = try await store.signIn("ada", signer, at: time.now).cookie.reveal()
        let spoofed = try #require(HTTPField.Name("X-Claw-Scopes"))
        for credential in [[.cookie: "a=1; claw_session=\(value)"], [.authorization: "Bearer ada-token"]]
            as [HTTPFields]
        {
            var request = Request(
                .post, "http://claw.test/r/demo/ada/chat?x=1", headers: credential, body: .string("hi"))
            request.headers[spoofed] = "all"
            request.headers[IdentityHeaders.user] = "root"
            guard case .forward(let forwarded, let runtime) = await check.admit(request) else {
                Issue.record("the owner was not let in")
                return
            }
            #expect(runtime.description == "demo/ada")
            #expect(forwarded.head.path == "/r/demo/ada/chat?x=1")
            #expect(forwarded.headers[values: IdentityHeaders.user] == ["ada"])
            #expect(forwarded.headers[spoofed] == nil)
            #expect(forwarded.headers[.authorization] == nil)
            #expect(forwarded.headers[.cookie] == (credential[.cookie] == nil ? nil : "a=1"))
            #expect(forwarded.body.immediateBytes == Array("hi".utf8))
        }
        guard case .answer(let response) = await check.admit(Request(.get, "http://claw.test/r/demo/ada/")) else {
            Issue.record("a visitor was let in")
            return
        }
        #expect(response.status == .unauthorized)
    }

    @Test("lets nobody pass where users cannot be looked up")
    func failing() async throws {
        struct Broken: Authenticator {
            func identify(_ request: Request) async throws -> Identity { throw Finding(.storage, "The disk is gone.") }
        }
        let check = AccessCheck(authenticator: Broken(), directory: directory)
        #expect(await check.respond(to: Request(.get, "/api/v1/access/check")).status == .serviceUnavailable)
    }

    @Test("is true to roles")
    func roles() async throws {
        directory.set("eve", in: "demo", .developer)
        #expect(try await ask("/r/demo/ada/x", session: "eve").status == .forbidden)
        directory.set("eve", in: "demo", .manager)
        #expect(try await ask("/r/demo/ada/x", session: "eve").status == .ok)
    }
}

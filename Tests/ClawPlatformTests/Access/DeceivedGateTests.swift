import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Testing

@testable import ClawPlatform

/// What visitors try who own a runtime, and want another's.
@Suite("A gate that is to be deceived")
struct DeceivedGateTests {
    private static let original = HTTPField.Name("X-Original-URL")!
    private static let host = HTTPField.Name("X-Forwarded-Host")!
    private static let uri = HTTPField.Name("X-Forwarded-Uri")!

    /// ada has `ada` in `eu-shop`, eve has `ada-eu` in `shop`: both could be meant by `ada-eu-shop.claw.test`.
    private func ask(
        _ target: String, of user: String = "eve", nginx: Bool = false, _ headers: [HTTPField.Name: String]
    ) async throws -> Int {
        let (store, time) = (MemoryPlatformStore(), VirtualTime())
        let directory = MemoryAccessDirectory()
        directory.set(RuntimeReference(project: "eu-shop", runtime: "ada"), owner: "ada", .ready)
        directory.set(RuntimeReference(project: "shop", runtime: "ada-eu"), owner: "eve", .ready)
        try await store.create(
            User(
                name: user, credentials: [.init(hash: Token.hash("token"), label: "x", createdAt: time.now)],
                createdAt: time.now))
        let check = AccessCheck(
            authenticator: StoreAuthenticator(store: store, signer: nil, time: time), directory: directory,
            domain: "claw.test", time: time)
        var request = Request(.get, "http://127.0.0.1/api/v1/access/\(target)")
        request.headers[.authorization] = "Bearer token"
        for (name, value) in headers { request.headers[name] = value }
        return await (nginx ? check.nginxResponse(to: request) : check.respond(to: request)).status.code
    }

    @Test("behind Traefik nothing is believed that nginx would say, and behind nginx nothing that Traefik would")
    func otherProxies() async throws {
        let forwarded = [Self.host: "claw.test", Self.uri: "/r/eu-shop/ada/"]
        #expect(try await ask("check", forwarded) == 403)
        #expect(
            try await ask("check", forwarded.merging([Self.original: "http://claw.test/r/shop/ada-eu/"]) { $1 }) == 403)
        let own = [Self.host: "claw.test", Self.uri: "/r/shop/ada-eu/"]
        #expect(try await ask("check", own) == 200)
        #expect(
            try await ask(
                "nginx", nginx: true, own.merging([Self.original: "http://claw.test/r/eu-shop/ada/"]) { $1 }) == 403)
        #expect(try await ask("nginx", nginx: true, own) == 400)
    }

    @Test("a proxy's own host counts, and no other that a client names")
    func ownHost() async throws {
        for named in ["claw.test", "other.test", "shop.claw.test."] {
            #expect(
                try await ask("check?host=ada-shop.claw.test", [Self.host: named, Self.uri: "/r/shop/ada-eu/"]) == 403)
        }
        #expect(try await ask("check?host=ada-eu-shop.claw.test", [Self.host: "claw.test", Self.uri: "/"]) == 200)
        // The dot at the end is the same host.
        #expect(try await ask("check", [Self.host: "ada-eu-shop.claw.test.", Self.uri: "/r/eu-shop/ada/"]) == 200)
        #expect(try await ask("check", of: "bob", [Self.host: "ada-eu-shop.claw.test.", Self.uri: "/"]) == 403)
    }

    @Test("a socket that another site's page opens is nobody's, whatever credentials its address had")
    func foreignSocket() {
        var request = Request(.get, "https://ada-demo.claw.test/")
        request.headers[HTTPField.Name("Sec-WebSocket-Key")!] = "dGhlIHNhbXBsZSBub25jZQ=="
        request.headers[.origin] = "https://eve-demo.claw.test"
        #expect(CrossSite.isForeignSocket(request))
        request.headers[.authorization] = "Basic eDp5"
        #expect(CrossSite.isForeignSocket(request))
        request.headers[.authorization] = "Bearer x"
        #expect(!CrossSite.isForeignSocket(request), "a program that has a token")
    }

    @Test("of two session cookies that differ none counts: another host of the domain has set one")
    func tossedCookies() {
        func value(_ cookies: String) -> String? {
            SessionCookie.value(in: [.cookie: cookies])?.reveal()
        }
        #expect(value("claw_session=a; x=1") == "a")
        #expect(value("claw_session=a; claw_session=a") == "a")
        #expect(value("claw_session=b; claw_session=a") == nil)
    }

    @Test("a route below a path is not held against paths that others read otherwise; nor is one at a machine's name")
    func routes() async throws {
        try await withPlatform(domain: "apps.test") { platform in
            let token = try await platform.prepareDemo([("mia", "manager")])["mia"]
            let body: JSON = [
                "name": "open", "host": "open.demo.apps.test", "path": "/public", "service": "web", "port": 80,
                "access": "everybody",
            ]
            let made = await platform.call(.post, "/api/v1/projects/demo/routes", body, as: token)
            #expect(made.status == .created, "\(made.text)")
            try await eventually("the route is known") { platform.caches.cache(Route.self).get("open", in: "demo") != nil }
            func check(_ path: String) async -> Int {
                var request = Request(.get, "http://claw.test/api/v1/access/check?host=open.demo.apps.test")
                request.headers[Self.host] = "open.demo.apps.test"
                request.headers[Self.uri] = path
                return await platform.send(request).status.code
            }
            #expect(await check("/public/x") == 200)
            #expect(await check("/public/%2e%2e/admin") >= 400)
            #expect(await check("/public/../admin") >= 400)
            for host in ["localhost", "control-plane.clawkit-system", "10.0.0.7", "db.demo.svc", "x.cluster.local"] {
                var taken = body
                (taken["name"], taken["host"]) = ("taken", .string(host))
                let refused = await platform.call(.post, "/api/v1/projects/demo/routes", taken, as: token)
                #expect(refused.status.code >= 400, "\(host): \(refused.text)")
            }
            // Stored past the admission, it leads nowhere.
            _ = try await platform.cluster.client.create(
                Route(
                    metadata: ObjectMeta(name: "own", namespace: "demo"),
                    spec: RouteSpec(host: "claw.test", service: "web", port: 80, access: .everybody)))
            try await eventually("the route is known") { platform.caches.cache(Route.self).get("own", in: "demo") != nil }
            #expect(await platform.send(Request(.get, "http://claw.test/healthz")).json["ok"] == true)
        }
    }

    @Test("with a domain a runtime's pages run at its own host, and never beside the API")
    func ownOrigin() async throws {
        try await withPlatform(domain: "apps.test") { platform in
            let token = try await platform.prepareDemo([("ada", "owner")])["ada"]
            _ = try await platform.end(of: platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: token))
            let signedIn = await platform.call(
                .post, "/api/v1/sessions", ["token": .string(token?.reveal() ?? "")])
            let cookie = signedIn.headers[.setCookie]?.split(separator: ";").first.map(String.init)
            var request = Request(.get, "http://claw.test/r/demo/ada/page?x=1")
            request.headers[.cookie] = cookie
            let sent = await platform.send(request)
            #expect(sent.status == .temporaryRedirect)
            #expect(sent.headers[.location]?.contains("://ada-demo.apps.test") == true)
            #expect(sent.headers[.location]?.hasSuffix("/page?x=1") == true)
        }
    }
}

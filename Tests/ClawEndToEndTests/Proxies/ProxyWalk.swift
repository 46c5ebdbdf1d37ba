import ClawKit
import Foundation
import HTTPTypes
import Testing

/// What must hold whichever proxy stands in front of the platform.
enum ProxyWalk {
    /// - Parameter pageStatus: of what sends a browser on to sign in.
    static func run(_ site: FrontedPlatform, pageStatus: Int = 302) async throws {
        try await eventually("the proxy lets ada in") {
            let status = try? await site.status(site.url("ada", "/readyz"), cookie: site.ada)
            return status == 200 ? true : nil
        }
        try await everybodyToTheirOwn(site)
        try await signInAndBack(site, pageStatus)
        try await whatReachesTheRuntime(site)
        try await socket(site)
        try await revocation(site)
    }

    private static func everybodyToTheirOwn(_ site: FrontedPlatform) async throws {
        #expect(try await site.status(site.url("ada", "/conversation"), cookie: site.ada) == 200)
        #expect(try await site.status(site.url("bob", "/conversation"), cookie: site.bob) == 200)
        #expect(try await site.status(site.url("ada", "/conversation"), cookie: site.bob) == 403)
        #expect(try await site.status(site.url("bob", "/conversation"), cookie: site.ada) == 403)
        #expect(try await site.status(site.url("ada", "/conversation")) == 401)
        #expect(try await site.status(site.url("ada", "/conversation"), cookie: site.ada + "x") == 401)
        let bearer: HTTPFields = [.authorization: "Bearer \(site.adaToken)"]
        #expect(try await site.status(site.url("ada", "/conversation"), bearer) == 200)
        #expect(try await site.status(site.url("bob", "/conversation"), bearer) == 403)
    }

    /// A browser without a session is sent to the form, and from it back to the page it wanted.
    private static func signInAndBack(_ site: FrontedPlatform, _ pageStatus: Int) async throws {
        let wanted = site.url("ada", "/conversation?page=1")
        let away = try await site.get(wanted, asPage: true)
        #expect(away.status.code == pageStatus)
        let form = try #require(away.headers[.location])
        #expect(form == "\(site.home)/login?return=\(encoded(wanted))")
        let page = try await site.get(form, asPage: true)
        #expect(page.status == .ok)
        _ = try await page.body.collect(limit: 1 << 20)
        let signedIn = try await site.platform.network.send(
            Request(
                .post, "\(site.home)/login",
                headers: [.contentType: "application/x-www-form-urlencoded", .origin: site.home],
                body: .string("token=\(encoded(site.adaToken))&return=\(encoded(wanted))")))
        #expect(signedIn.status == .seeOther)
        #expect(signedIn.headers[.location] == wanted)
        let cookie = try #require(signedIn.headers[.setCookie])
        #expect(cookie.contains("Domain=\(FrontedPlatform.domain)"))
        let session = String(cookie.prefix { $0 != ";" })
        #expect(try await site.status(wanted, cookie: session) == 200)
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? ""
    }

    /// What clients say about who they are is dropped, what signs in stays with the platform, and the runtime gets its
    /// own token.
    private static func whatReachesTheRuntime(_ site: FrontedPlatform) async throws {
        let forged: HTTPFields = [
            IdentityHeaders.user: "root", IdentityHeaders.runtime: "demo/bob", name("X-OpenClaw-Token"): "forged",
            name("X-Claw-Proxy-Key"): "forged", name("X-Claw-Groups"): "admins", name("X-Forwarded-User"): "root",
            name("X-Auth-Request-Email"): "root@example.org", name("Remote-User"): "root",
            .authorization: "Bearer \(site.adaToken)", name("X-Plain"): "kept",
        ]
        let seen = try await site.seen("/a/b?q=1", cookie: "theme=dark; \(site.ada); lang=en", forged)
        #expect(seen["path"] == "/a/b?q=1" && seen["method"] == "GET")
        let headers = try #require(seen["headers"]?.object)
        #expect(headers["x-claw-user"] == "ada")
        #expect(headers["x-claw-runtime"] == "demo/mirror")
        #expect(headers["x-plain"] == "kept")
        #expect(headers["cookie"] == "theme=dark; lang=en")
        for gone in ["x-claw-proxy-key", "x-claw-groups", "x-forwarded-user", "x-auth-request-email", "remote-user"] {
            #expect((headers[gone]?.string ?? "").isEmpty, "\(gone)")
        }
        #expect((headers["authorization"]?.string ?? "").isEmpty)
        let secret = try await site.platform.kubernetes.get(KubernetesSecret.self, "mirror-runtime", in: "demo")
        let token = secret.data["OPENCLAW_GATEWAY_TOKEN"].flatMap { Base64.decode($0) } ?? []
        #expect(headers["x-openclaw-token"]?.string == String(decoding: token, as: UTF8.self))
        // Whoever has nothing but the platform's cookie shows the runtime no cookie at all.
        let bare = try await site.seen("/", cookie: site.ada)
        #expect((bare["headers"]?["cookie"]?.string ?? "").isEmpty)
    }

    static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text)! }

    private static func socket(_ site: FrontedPlatform) async throws {
        let request = Request.webSocket(site.url("mirror", "/socket"), headers: [.cookie: site.ada])
        let response = try await site.platform.network.send(request)
        let socket = try #require(try response.webSocket(for: request))
        try await socket.send(.text("hello"))
        #expect(try await socket.receive() == .text("hello"))
        try await socket.close()
        for (cookie, origin, status) in [
            (site.bob, nil, 403), (nil, nil, 401), (site.ada, "http://evil.example", 401),
            (site.ada, site.url("bob", ""), 401),
        ] {
            var request = Request.webSocket(site.url("mirror", "/socket"))
            request.headers[.cookie] = cookie
            request.headers[.origin] = origin
            let refused = try await site.platform.network.send(request)
            #expect(refused.status.code == status, "\(origin ?? "")")
        }
    }

    /// Signing out holds at once, for every request that comes after.
    private static func revocation(_ site: FrontedPlatform) async throws {
        var request = Request(.delete, "\(site.home)/api/v1/sessions", headers: [.cookie: site.ada])
        request.headers[.origin] = site.home
        let ended = try await site.platform.network.send(request)
        #expect(ended.status == .noContent)
        #expect(try await site.status(site.url("ada", "/conversation"), cookie: site.ada) == 401)
        #expect(try await site.status(site.url("bob", "/conversation"), cookie: site.bob) == 200)
    }
}

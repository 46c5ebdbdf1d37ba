import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

/// The decision about hosts of routes, over a real API and its caches.
@Suite("Access by routes")
struct RoutedAccessTests {
    private static func withRoutes(
        _ body: @escaping @Sendable (TestPlatform, [String: Secret<String>]) async throws -> Void
    ) async throws {
        try await withPlatform(domain: "apps.test") { platform in
            let users = [("ada", "developer"), ("bob", "developer"), ("mia", "manager"), ("vic", "viewer")]
            let tokens = try await platform.prepareDemo(users.map { (user: $0.0, role: $0.1) })
            let eve = await platform.call(.post, "/api/v1/users", ["name": "eve"])
            for user in ["ada", "bob"] {
                let made = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: tokens[user])
                #expect(try await platform.end(of: made)["state"] == "succeeded")
            }
            try await body(platform, tokens.merging(["eve": Secret(eve.json["token"]?.string ?? "")]) { $1 })
        }
    }

    private static func make(_ platform: TestPlatform, _ body: JSON) async throws {
        let made = await platform.call(.post, "/api/v1/projects/demo/routes", body)
        #expect(made.status == .created, "\(made.text)")
        try await eventually("the route is known") {
            platform.caches.cache(Route.self).get(body["name"]?.string ?? "", in: "demo") != nil
        }
    }

    private static func check(_ platform: TestPlatform, _ url: String, as token: Secret<String>?) async -> Answer {
        let parts = url.split(separator: "/", maxSplits: 1)
        var request = Request(.get, "http://claw.test/api/v1/access/check")
        request.headers[HTTPField.Name("X-Forwarded-Host")!] = String(parts[0])
        request.headers[HTTPField.Name("X-Forwarded-Uri")!] = "/" + (parts.count > 1 ? parts[1] : "")
        request.headers[.authorization] = token.map { "Bearer \($0.reveal())" }
        return await platform.send(request)
    }

    @Test("each audience lets in whom it names, and nobody else")
    func audiences() async throws {
        try await Self.withRoutes { platform, tokens in
            for access in RouteAudience.allCases {
                try await Self.make(
                    platform, [
                        "name": .string(access.rawValue.lowercased()),
                        "host": .string("\(access.rawValue.lowercased()).demo.apps.test"), "service": "web", "port": 80,
                        "access": .string(access.rawValue),
                    ])
            }
            let expected: [String: [RouteAudience: Int]] = [
                "mia": [.owner: 200, .project: 200, .signedIn: 200, .everybody: 200],
                "ada": [.owner: 403, .project: 200, .signedIn: 200, .everybody: 200],
                "vic": [.owner: 403, .project: 200, .signedIn: 200, .everybody: 200],
                "eve": [.owner: 403, .project: 403, .signedIn: 200, .everybody: 200],
                "": [.owner: 401, .project: 401, .signedIn: 401, .everybody: 200],
            ]
            for (user, statuses) in expected {
                for (access, status) in statuses {
                    let host = "\(access.rawValue.lowercased()).demo.apps.test"
                    let answer = await Self.check(platform, "\(host)/x", as: tokens[user])
                    #expect(answer.status.code == status, "\(user) by \(access)")
                    #expect((answer.headers[IdentityHeaders.user] == user) == (status == 200 && !user.isEmpty))
                    #expect(answer.headers[IdentityHeaders.runtime] == nil)
                }
            }
        }
    }

    @Test("a route to a runtime opens that runtime only, whatever its paths look like")
    func runtime() async throws {
        try await Self.withRoutes { platform, tokens in
            try await Self.make(platform, ["name": "ada", "host": "ada.demo.apps.test", "runtime": "ada"])
            for path in ["", "x", "r/demo/bob/", "r/demo/ada/"] {
                let own = await Self.check(platform, "ada.demo.apps.test/\(path)", as: tokens["ada"])
                #expect(own.status == .ok && own.headers[IdentityHeaders.runtime] == "demo/ada")
                #expect(await Self.check(platform, "ada.demo.apps.test/\(path)", as: tokens["bob"]).status == .forbidden)
            }
            // The control plane's own proxy serves it too, every path as the runtime's.
            var request = Request(.get, "http://ada.demo.apps.test/api/v1/me")
            request.headers[.authorization] = "Bearer \(tokens["ada"]?.reveal() ?? "")"
            try await eventually("the pod is in the cache") {
                platform.caches.cache(Pod.self).get("ada", in: "demo")?.status?.podIP != nil
            }
            #expect(await platform.send(request).text == "hello")
            #expect(platform.programs.requests.last?.head.path == "/api/v1/me")
        }
    }

    @Test("the longest path decides, by whole segments; a path that servers read differently is no route's")
    func paths() async throws {
        try await Self.withRoutes { platform, tokens in
            try await Self.make(
                platform, ["name": "all", "host": "web.demo.apps.test", "service": "web", "port": 80, "access": "everybody"])
            try await Self.make(
                platform, ["name": "desk", "host": "web.demo.apps.test", "path": "/desk", "service": "desk", "port": 80])
            for (path, status) in [
                ("", 200), ("desktop", 200), ("desk", 401), ("desk/x?y=1", 401), ("x/desk", 200),
            ] {
                #expect(await Self.check(platform, "web.demo.apps.test/\(path)", as: nil).status.code == status, "\(path)")
            }
            for path in ["x/../desk", "%2e%2e/desk", "x%2f..%2fdesk", "/desk", "./desk", "x/.."] {
                let answer = await Self.check(platform, "web.demo.apps.test/\(path)", as: tokens["mia"])
                #expect(answer.status == .notFound, "\(path)")
            }
            try await Self.make(
                platform, ["name": "part", "host": "part.demo.apps.test", "path": "/a", "service": "web", "port": 80])
            #expect(await Self.check(platform, "part.demo.apps.test/b", as: tokens["mia"]).status == .notFound)
        }
    }

    @Test("members see routes, managers make them; a taken host, another project's, and a wrong body are refused")
    func api() async throws {
        try await Self.withRoutes { platform, tokens in
            let body: JSON = ["name": "web", "host": "shop.example.org", "service": "web", "port": 80]
            let refused = await platform.call(.post, "/api/v1/projects/demo/routes", body, as: tokens["ada"])
            #expect(refused.code == "E_FORBIDDEN")
            let made = await platform.call(.post, "/api/v1/projects/demo/routes", body, as: tokens["mia"])
            #expect(made.status == .created && made.json["access"] == "owner" && made.json["phase"] == "Pending")
            #expect(await platform.call(.post, "/api/v1/projects/demo/routes", body, as: tokens["mia"]).status == .conflict)
            _ = await platform.call(.post, "/api/v1/projects", ["name": "other", "tenant": "acme"])
            try await eventually("the host is taken") {
                let other = await platform.call(.post, "/api/v1/projects/other/routes", body)
                return other.status == .conflict && other.code == "E_HOST_CONFLICT"
            }
            let listed = await platform.call(.get, "/api/v1/projects/demo/routes", as: tokens["vic"])
            #expect(listed.json["items"]?.array?.map { $0["host"]?.string } == ["shop.example.org"])
            #expect(await platform.call(.get, "/api/v1/projects/demo/routes", as: tokens["eve"]).code == "E_FORBIDDEN")
            for wrong: JSON in [
                ["name": "a", "host": "a.example.org"], ["name": "a", "host": "a.example.org", "service": "web"],
                ["name": "a", "host": "a.example.org", "runtime": "ada", "service": "web", "port": 1],
                ["name": "a", "host": "A.example.org", "runtime": "ada"],
                ["name": "a", "host": "a.example.org:80", "runtime": "ada"],
                ["name": "a", "host": "a.example.org", "runtime": "ada", "path": "/a/../b"],
                ["name": "a", "host": "a.example.org", "runtime": "ada", "path": "/`)"],
                ["name": "a", "host": "a.example.org", "runtime": "ada", "access": "friends"],
            ] {
                let answer = await platform.call(.post, "/api/v1/projects/demo/routes", wrong)
                #expect(answer.status.kind == .clientError, "\(wrong)")
            }
            let path = "/api/v1/projects/demo/routes/web"
            #expect(await platform.call(.delete, path, as: tokens["bob"]).code == "E_FORBIDDEN")
            #expect(await platform.call(.delete, path, as: tokens["mia"]).status == .noContent)
            #expect(await platform.call(.get, path).status == .notFound)
        }
    }
}

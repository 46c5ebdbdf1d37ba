import ClawBase
import ClawDocuments
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Health, metrics, the access check and the API's description")
struct SystemRouteTests {
    @Test("health and metrics need nobody signed in")
    func health() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            #expect(await platform.call(.get, "/healthz", as: nil).json["ok"] == true)
            #expect(await platform.call(.get, "/readyz", as: nil).json["status"] == "ready")
            let metrics = await platform.call(.get, "/metrics", as: nil).text
            #expect(
                metrics.contains("claw_http_requests_total{method=\"POST\",route=\"/api/v1/users\",status=\"201\"} 1"))
            #expect(metrics.contains("# TYPE claw_runtimes gauge"))
        }
    }

    @Test("a path that is not there, and a method that is not possible, are findings")
    func unknown() async throws {
        try await withPlatform { platform in
            #expect(await platform.call(.get, "/api/v1/nothing").code == "E_NO_ROUTE")
            let answer = await platform.call(.put, "/api/v1/tenants")
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "GET, HEAD, POST")
        }
    }

    @Test("the access check answers front proxies by runtime, user and state")
    func accessCheck() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            let made = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: tokens["ada"])
            _ = try await platform.end(of: made)
            func check(_ user: String?, _ extra: HTTPFields = [:]) async -> Answer {
                var headers = extra
                headers[.authorization] = user.flatMap { tokens[$0] }.map { "Bearer \($0.reveal())" }
                headers[HTTPField.Name("X-Forwarded-Uri")!] = "/r/demo/ada/"
                return await platform.send(Request(.get, "http://claw.test/api/v1/access/check", headers: headers))
            }
            let allowed = await check("ada")
            #expect(allowed.status == .ok)
            #expect(allowed.headers[IdentityHeaders.user] == "ada")
            #expect(allowed.headers[IdentityHeaders.runtime] == "demo/ada")
            #expect(await check("bob").status == .forbidden)
            #expect(await check(nil).status == .unauthorized)
            #expect(await check(nil, [.accept: "text/html"]).headers[.location] == "/login?return=%2Fr%2Fdemo%2Fada%2F")
        }
    }

    @Test("the OpenAPI document names every route, and each of its references leads somewhere")
    func openAPI() async throws {
        try await withPlatform { platform in
            let document = await platform.call(.get, "/openapi.json", as: nil).json
            #expect(document["openapi"] == "3.1.0")
            for (path, method) in [
                ("/api/v1/sessions", "post"), ("/api/v1/me", "get"), ("/api/v1/tenants/{tenant}", "delete"),
                ("/api/v1/projects/{project}/runtimes", "post"),
                ("/api/v1/projects/{project}/runtimes/{runtime}/recover", "post"),
                ("/api/v1/operations/{operation}/events", "get"), ("/readyz", "get"),
            ] {
                #expect(document["paths"]?[path]?[method]?["summary"]?.string != nil, "\(method) \(path)")
            }
            var ids: [String] = []
            for (_, item) in document["paths"]?.object ?? [:] {
                for (_, operation) in item.object ?? [:] { ids += [operation["operationId"]?.string].compactMap { $0 } }
            }
            #expect(Set(ids).count == ids.count)
            for reference in Self.references(document) {
                #expect(document.value(at: reference.dropFirst(2).split(separator: "/")) != nil, "\(reference)")
            }
        }
    }

    private static func references(_ json: JSON) -> Set<String> {
        switch json {
        case .object(let object):
            object.reduce(into: Set<String>()) { all, member in
                if member.name == "$ref", let text = member.value.string { all.insert(text) }
                all.formUnion(references(member.value))
            }
        case .array(let elements): elements.reduce(into: Set<String>()) { $0.formUnion(references($1)) }
        default: []
        }
    }
}

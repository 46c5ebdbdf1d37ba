import ClawBase
import ClawDocuments
import ClawLedger
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Usage, limits and model keys over HTTP")
struct UsageRouteTests {
    private static func spend(_ id: String, _ user: String, _ project: String, cents: Int64, at: Timestamp) -> UsageRow {
        UsageRow(
            id: id, at: at, subject: UsageSubject(tenant: "acme", project: project, user: user), item: "echo",
            deployment: "echo@here", tokens: UsageTokens(input: 10, output: 5),
            cost: NanoDollars(nanos: cents * 10_000_000))
    }

    @Test("sums are told apart by whoever is asked for, and rows are listed by page")
    func usage() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            // After the project was made: what was before is nothing to its members.
            let start = Timestamp(seconds: 4_102_488_000)
            try await platform.store.commit(
                [],
                usage: (0..<5).map {
                    Self.spend("r\($0)", $0 < 3 ? "ada" : "eve", $0 < 4 ? "demo" : "shop", cents: 15, at: start + .seconds($0))
                })
            let all = await platform.call(.get, "/api/v1/usage?by=user").json
            #expect(all["totals"]?["cost"]?.string == "0.75" && all["totals"]?["rows"]?.integer == 5)
            #expect(all["groups"]?.array?.compactMap { $0["value"]?.string } == ["ada", "eve"])
            #expect(all["groups"]?[0]?["tokens"]?["input"]?.integer == 30)
            let model = await platform.call(.get, "/api/v1/usage?by=model&project=demo&from=2100-01-01&until=2100-01-02")
            #expect(model.json["groups"]?[0]?["value"]?.string == "echo")
            #expect(model.json["totals"]?["cost"]?.string == "0.6")

            let first = await platform.call(.get, "/api/v1/usage/rows?limit=2").json
            #expect(first["items"]?.array?.compactMap { $0["id"]?.string } == ["r4", "r3"])
            let next = try #require(first["next"]?.string)
            let second = await platform.call(.get, "/api/v1/usage/rows?limit=2&before=\(next)").json
            #expect(second["items"]?.array?.compactMap { $0["id"]?.string } == ["r2", "r1"])
            #expect(second["items"]?[0]?["cost"]?.string == "0.15")

            // What is one's own, or one's project's, one may see; nothing else.
            #expect(await platform.call(.get, "/api/v1/usage?user=ada", as: tokens["ada"]).json["totals"]?["rows"] == 3)
            #expect(await platform.call(.get, "/api/v1/usage?project=demo", as: tokens["bob"]).json["totals"]?["rows"] == 4)
            for path in ["usage", "usage?user=ada", "usage?project=shop", "usage/rows?user=eve", "limits", "limits?holder=tenant/acme"] {
                #expect(await platform.call(.get, "/api/v1/\(path)", as: tokens["bob"]).code == "E_FORBIDDEN", "\(path)")
            }
            for path in ["usage?by=colour", "usage?from=soon", "usage/rows?limit=0", "usage/rows?before=x", "limits?holder=x"] {
                #expect(await platform.call(.get, "/api/v1/\(path)").status == .badRequest, "\(path)")
            }
        }
    }

    @Test("limits are declared, shown with what is spent of them, changed and taken away, and audited")
    func limits() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo()
            let body: JSON = [
                "holder": "project/demo", "name": "month", "window": "month@Europe/Berlin", "cost": "50", "requests": 100,
                "softPercent": 80,
            ]
            #expect(await platform.call(.put, "/api/v1/limits", body, as: tokens["ada"]).code == "E_FORBIDDEN")
            let made = await platform.call(.put, "/api/v1/limits", body)
            #expect(made.status == .ok && made.json["id"]?.string == "project/demo#month")
            #expect(made.json["limits"] == ["cost": "50", "requests": 100])
            #expect(made.json["resetsAt"]?.string?.isEmpty == false)
            let shares = PlatformShares(platform.store)
            let limit = try #require(try await platform.store.limits(of: .project("demo")).first?.record)
            let account = UsageAccountID(limit.id, try limit.window.period(at: SystemTime().now))
            _ = try await shares.share(
                [ShareWish(account, limits: [:], wanted: Amounts(cost: .dollars(3), requests: 1), spare: .zero)], to: "g/1")
            let shown = await platform.call(.get, "/api/v1/limits?holder=project/demo", as: tokens["ada"]).json
            #expect(shown["items"]?[0]?["reserved"] == ["cost": "3", "requests": 1])
            #expect(shown["items"]?[0]?["spent"] == [:])
            for wrong: JSON in [
                ["holder": "project/demo", "name": "x"], ["holder": "galaxy/x", "name": "x", "cost": "1"],
                ["holder": "project/demo", "name": "a#b", "cost": "1"], ["holder": "user/a", "name": "x", "cost": "1,5"],
                ["holder": "user/a", "name": "x", "cost": "1", "window": "week"],
                ["holder": "user/a", "name": "x", "cost": 1], ["holder": "user/a", "name": "x", "tokens": -1],
            ] { #expect(await platform.call(.put, "/api/v1/limits", wrong).status.kind == .clientError, "\(wrong)") }
            #expect(await platform.call(.delete, "/api/v1/limits?id=project/demo%23month").status == .noContent)
            #expect(await platform.call(.delete, "/api/v1/limits?id=project/demo%23month").status == .notFound)
            let audit = try await platform.store.list(AuditEntry.self).map(\.record)
            #expect(audit.filter { $0.action.hasPrefix("limit.") && $0.outcome == .allowed }.map(\.action) == ["limit.set", "limit.delete"])
        }
    }

    @Test("a model key is shown once, belongs to somebody, and is ended by them or an administrator")
    func keys() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            let body: JSON = [
                "label": "laptop", "user": "ada", "project": "demo", "models": ["echo"],
                "limits": [["name": "budget", "cost": "1.5", "window": "day"]], "expiresAt": "2099-01-01T00:00:00Z",
                "cacheSeconds": 60,
            ]
            #expect(await platform.call(.post, "/api/v1/keys", body, as: tokens["ada"]).code == "E_FORBIDDEN")
            #expect(await platform.call(.post, "/api/v1/keys", ["cacheSeconds": -1]).code == "E_BAD_REQUEST")
            let made = await platform.call(.post, "/api/v1/keys", body)
            #expect(made.status == .created && made.headers[.cacheControl] == "no-store")
            let (key, id) = (try #require(made.json["key"]?.string), try #require(made.json["id"]?.string))
            #expect(try await platform.store.modelKey(Secret(key))?.record.subject.user == "ada")
            #expect(try await platform.store.limits(of: .key(id)).first?.record.limits == [.cost: 1_500_000_000])
            let shown = await platform.call(.get, "/api/v1/keys/\(id)", as: tokens["ada"]).json
            #expect(shown["key"] == nil && shown["limits"]?[0]?["limits"] == ["cost": "1.5"])
            #expect(shown["cacheSeconds"] == 60)
            #expect(try await platform.store.modelKey(Secret(key))?.record.metadata == ["cache": ["ttl": 60]])
            #expect(await platform.call(.get, "/api/v1/keys/\(id)", as: tokens["bob"]).status == .notFound)
            #expect(await platform.call(.get, "/api/v1/keys", as: tokens["bob"]).json["items"] == [])
            #expect(await platform.call(.get, "/api/v1/keys?user=ada", as: tokens["bob"]).code == "E_FORBIDDEN")
            #expect(await platform.call(.get, "/api/v1/keys").json["items"]?[0]?["id"]?.string == id)
            #expect(await platform.call(.delete, "/api/v1/keys/\(id)", as: tokens["bob"]).status == .notFound)
            #expect(await platform.call(.delete, "/api/v1/keys/\(id)", as: tokens["ada"]).status == .noContent)
            #expect(await platform.call(.get, "/api/v1/keys/\(id)").status == .notFound)
            #expect(try await platform.store.modelKey(Secret(key))?.record.isValid(at: SystemTime().now) == false)
            #expect(await platform.call(.post, "/api/v1/keys", ["expiresAt": "2001-01-01T00:00:00Z"]).status == .badRequest)
        }
    }
}

import ClawBase
import ClawDocuments
@testable import ClawPlatform
import HTTPTypes
import Testing

@Suite("API tokens over HTTP")
struct TokenRouteTests {
    private static func token(
        _ platform: TestPlatform, as owner: Secret<String>? = nil, _ fields: JSONObject
    ) async throws -> (secret: Secret<String>, id: String) {
        var body: JSONObject = ["label": "test"]
        for (name, value) in fields { body[name] = value }
        let answer = await platform.call(.post, "/api/v1/me/tokens", .object(body), as: owner ?? platform.administrator)
        #expect(answer.status == .created && answer.headers[.cacheControl] == "no-store", "\(answer.text)")
        return (Secret(try #require(answer.json["token"]?.string)), try #require(answer.json["id"]?.string))
    }

    @Test("every route there is refuses a token that carries too little, before anything else")
    func scopes() async throws {
        try await withPlatform { platform in
            let document = await platform.call(.get, "/openapi.json", as: nil).json
            var tokens: [TokenScope: Secret<String>] = [:]
            for scope in TokenScope.allCases {
                tokens[scope] = try await Self.token(platform, ["scope": .string(scope.rawValue)]).secret
            }
            var seen: [TokenScope: Int] = [:]
            for (path, item) in try #require(document["paths"]?.object) {
                for (verb, operation) in try #require(item.object) {
                    guard let needed = operation["x-claw-scope"]?.string.flatMap({ TokenScope(rawValue: $0) }),
                        let method = HTTPRequest.Method(verb.description.uppercased())
                    else { continue }
                    seen[needed, default: 0] += 1
                    #expect(needed >= (method == .get ? .read : .operate))
                    let address = path.description.replacing(/\{[a-z.]*\}/, with: "none")
                    for scope in TokenScope.allCases where scope < needed {
                        let answer = await platform.call(method, address, [:], as: tokens[scope])
                        #expect(
                            answer.code == "E_SCOPE" && answer.status == .forbidden, "\(method) \(path) with \(scope)")
                    }
                    guard method == .get, needed == .read, !address.hasSuffix("/events") else { continue }
                    #expect(await platform.call(method, address, as: tokens[.read]).code != "E_SCOPE", "\(path)")
                }
            }
            #expect(TokenScope.allCases.allSatisfy { seen[$0, default: 0] > 3 }, "\(seen)")
        }
    }

    @Test("a token makes none that carries more or lasts longer; the shortest path to more is closed")
    func escalation() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withPlatform(time: time) { platform in
            let operate = try await Self.token(platform, ["scope": "operate", "days": 2])
            let more: JSON = ["label": "x", "scope": "administer"]
            #expect(await platform.call(.post, "/api/v1/me/tokens", more, as: operate.secret).code == "E_SCOPE")
            let password: JSON = ["new": "correct horse battery"]
            #expect(await platform.call(.put, "/api/v1/me/password", password, as: operate.secret).code == "E_SCOPE")
            let child = try await Self.token(platform, as: operate.secret, ["scope": "operate", "days": 300])
            #expect(await platform.call(.get, "/api/v1/me", as: child.secret).status == .ok)
            let read = try await Self.token(platform, ["days": 3])
            let out = await platform.call(.delete, "/api/v1/sessions?everywhere=true", as: read.secret)
            #expect(out.status == .noContent)
            #expect(try await platform.store.get(User.self, "admin")?.record.sessionEpoch == 0)
            time.advance(by: .seconds(2 * 86400))
            for ended in [operate, child] {
                #expect(await platform.call(.get, "/api/v1/me", as: ended.secret).code == "E_SESSION")
            }
            #expect(await platform.call(.get, "/api/v1/me", as: read.secret).status == .ok)
        }
    }

    @Test("a token is good for those it is for, and for nobody else")
    func audiences() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let made = await platform.call(
                .post, "/api/v1/projects/demo/runtimes", ["name": "ada", "user": "ada"], as: ada)
            _ = try await platform.end(of: made)
            func visit(_ token: Secret<String>) async -> HTTPResponse.Status {
                await platform.call(.get, "/r/demo/ada/", as: token).status
            }
            let api = try await Self.token(platform, as: ada, ["scope": "administer"])
            #expect(await platform.call(.get, "/api/v1/me", as: api.secret).status == .ok)
            #expect(await visit(api.secret) == .unauthorized)
            let inside = try await Self.token(platform, as: ada, ["scope": "operate", "audiences": ["runtimes"]])
            #expect(await platform.call(.get, "/api/v1/me", as: inside.secret).status == .unauthorized)
            #expect(await visit(inside.secret) == .ok)
            let looking = try await Self.token(platform, as: ada, ["scope": "read", "audiences": ["runtimes"]])
            #expect(await visit(looking.secret) == .forbidden)
            #expect(await visit(ada) == .ok)
        }
    }

    @Test("tokens are listed without what they are, revoked at once, and nobody's business but their user's")
    func revoked() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "viewer")])
            let (ada, bob) = (tokens["ada"], tokens["bob"])
            let made = try await Self.token(platform, as: ada, ["label": "ci"])
            #expect(await platform.call(.get, "/api/v1/me", as: made.secret).status == .ok)
            let list = await platform.call(.get, "/api/v1/me/tokens", as: ada)
            #expect(list.json["items"]?.array?.compactMap { $0["label"]?.string } == ["first", "ci"])
            let hash = Token.hash(made.secret.reveal())
            #expect(!list.text.contains(made.secret.reveal()) && !list.text.contains(hash))
            #expect(await platform.call(.get, "/api/v1/users/ada/tokens", as: bob).code == "E_FORBIDDEN")
            #expect(await platform.call(.delete, "/api/v1/users/ada/tokens/\(made.id)", as: bob).code == "E_FORBIDDEN")
            #expect(await platform.call(.delete, "/api/v1/me/tokens/\(made.id)", as: bob).status == .notFound)
            #expect(await platform.call(.get, "/api/v1/users/ada/tokens").json == list.json)
            #expect(await platform.call(.delete, "/api/v1/users/ada/tokens/\(made.id)").status == .noContent)
            #expect(await platform.call(.get, "/api/v1/me", as: made.secret).code == "E_SESSION")
            #expect(await platform.call(.get, "/api/v1/me", as: ada).status == .ok)
        }
    }

    @Test("nobody has any number of them, and what makes no sense is refused")
    func limits() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            for wrong: JSON in [
                [:], ["label": ""], ["label": "x", "days": 0], ["label": "x", "days": 400],
                ["label": "x", "scope": "all"],
                ["label": "x", "audiences": []], ["label": "x", "audiences": ["world"]], ["label": "x", "hash": "y"],
            ] {
                #expect(
                    await platform.call(.post, "/api/v1/me/tokens", wrong, as: ada).status == .badRequest, "\(wrong)")
            }
            for _ in 1..<User.mostTokens { _ = try await Self.token(platform, as: ada, [:]) }
            #expect(await platform.call(.post, "/api/v1/me/tokens", ["label": "x"], as: ada).code == "E_QUOTA")
        }
    }

    @Test("a token from before there were scopes does what it did")
    func old() throws {
        let json: JSON = [
            "name": "ada", "createdAt": "2026-01-01T00:00:00Z", "sessionEpoch": 0,
            "credentials": [["hash": "00112233445566778899", "label": "first", "createdAt": "2026-01-01T00:00:00Z"]],
        ]
        let credential = try #require(try User(json: json).credentials.first)
        #expect(credential.scope == .administer && credential.audiences == Set(TokenAudience.allCases))
        #expect(try User(json: User(json: json).json) == User(json: json))
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawResources
import HTTPTypes
import Testing

@testable import ClawPlatform

@Suite("Rights stay as small as they were given")
struct ConfinedRightsTests {
    private static let longAgo = Timestamp(seconds: 1_577_836_800)

    @Test("a token of less than all rights begins no session, and sessions end with the token they were begun with")
    func tokens() async throws {
        try await withPlatform { platform in
            let login = try await platform.prepareDemo([("ada", "owner")])["ada"]
            func made(_ scope: String) async -> Answer {
                await platform.call(.post, "/api/v1/me/tokens", ["label": "x", "scope": .string(scope)], as: login)
            }
            for scope in ["read", "operate"] {
                let token = await made(scope).json["token"] ?? .null
                let refused = await platform.call(.post, "/api/v1/sessions", ["token": token])
                #expect(refused.code == "E_SCOPE", "\(refused.text)")
                #expect(refused.headers[.setCookie] == nil)
            }
            let whole = await made("administer")
            let session = await platform.call(.post, "/api/v1/sessions", ["token": whole.json["token"] ?? .null])
            let cookie = try #require(session.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            func me() async -> Int {
                var request = Request(.get, "http://claw.test/api/v1/me")
                request.headers[.cookie] = cookie
                return await platform.send(request).status.code
            }
            #expect(await me() == 200)
            let id = whole.json["id"]?.string ?? ""
            #expect(await platform.call(.delete, "/api/v1/me/tokens/\(id)", nil, as: login).status == .noContent)
            #expect(await me() == 401)
        }
    }

    @Test("administrators who take it from each other at once do not leave the platform without one")
    func lastAdministrator() async throws {
        try await withPlatform { platform in
            for round in 0..<10 {
                var tokens: [String: Secret<String>] = [:]
                for name in ["x\(round)", "y\(round)"] {
                    let made = await platform.call(.post, "/api/v1/users", ["name": .string(name), "administrator": true])
                    #expect(made.status == .created)
                    tokens[name] = Secret(made.json["token"]?.string ?? "")
                }
                let others = try await platform.store.list(User.self).map(\.record).filter {
                    $0.isAdministrator && tokens[$0.name] == nil
                }
                for other in others { try await platform.store.modify(User.self, other.name) { $0.isAdministrator = false } }
                await withTaskGroup(of: Void.self) { group in
                    for (name, token) in tokens {
                        for other in tokens.keys where other != name {
                            group.addTask {
                                _ = await platform.call(
                                    .patch, "/api/v1/users/\(other)", ["administrator": false], as: token)
                            }
                        }
                    }
                }
                let left = try await platform.store.list(User.self).map(\.record).filter(\.isAdministrator)
                #expect(!left.isEmpty)
                for other in others { try await platform.store.modify(User.self, other.name) { $0.isAdministrator = true } }
            }
        }
    }

    @Test("a project that has the name of an earlier one shows nothing of that one's")
    func namesakes() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("vic", "viewer")])
            let before = Operation(
                id: "earlier", actor: "ada", target: "runtime/demo/ada", action: "runtime.start", createdAt: Self.longAgo)
            try await platform.store.create(before)
            #expect(await platform.call(.get, "/api/v1/operations/earlier", nil, as: tokens["vic"]).status == .notFound)
            let listed = await platform.call(
                .get, "/api/v1/operations?target=runtime/demo/ada", nil, as: tokens["vic"])
            #expect(listed.json["items"]?.array?.isEmpty == true, "\(listed.text)")
            let row = UsageRow(
                id: "earlier", at: Self.longAgo,
                subject: UsageSubject(tenant: "gone", project: "demo", user: "ada"), item: "m", cost: .zero)
            try await platform.store.commit([], usage: [row])
            let usage = await platform.call(.get, "/api/v1/usage?project=demo", nil, as: tokens["vic"])
            #expect(usage.json["totals"]?["rows"] == 0, "\(usage.text)")
        }
    }

    @Test("viewers make and start no runtimes")
    func viewers() async throws {
        try await withPlatform { platform in
            let token = try await platform.prepareDemo([("vic", "viewer")])["vic"]
            let refused = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: token)
            #expect(refused.status == .forbidden)
            #expect(refused.code == "E_FORBIDDEN")
        }
    }
}

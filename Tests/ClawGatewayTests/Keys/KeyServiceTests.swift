import ClawBase
import ClawDocuments
import ClawGateway
import ClawLedger
import ClawPlatform
import HTTPTypes
import Testing

@Suite("Virtual keys over HTTP, in LiteLLM's words", .timeLimit(.minutes(2)))
struct KeyServiceTests {
    private let master = "sk-master-of-this-gateway"
    private let store = MemoryPlatformStore()
    private let time = VirtualTime()

    private func service() throws -> KeyService {
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("echo", to: EchoUpstream()), ModelRoute("other", to: EchoUpstream())]),
            grants: StoreGrants(store, time: time), budgets: StoreLimits(store, time: time),
            book: UsageBook(store: PlatformShares(store, time: time), holder: "a", time: time), time: time)
        return KeyService(before: gateway, store: store, administrators: MasterKey(Secret(master)), time: time)
    }

    private func post(_ service: KeyService, _ path: String, _ body: String, key: String? = nil) async throws -> (Int, JSON) {
        let response = await service.respond(
            to: Request(
                .post, path, headers: [.authorization: "Bearer \(key ?? master)"], body: .string(body)))
        return (response.status.code, try await response.json())
    }

    private func info(_ service: KeyService, _ shown: String?, key: String? = nil) async throws -> (Int, JSON) {
        let response = await service.respond(
            to: Request(
                .get, "/key/info" + (shown.map { "?key=\($0)" } ?? ""), headers: [.authorization: "Bearer \(key ?? master)"]))
        return (response.status.code, try await response.json())
    }

    @Test("a key that was made calls the models it may, and is shown this once")
    func generate() async throws {
        let service = try service()
        let (status, made) = try await post(
            service, "/key/generate",
            #"{"key_alias": "ci", "models": ["echo"], "max_budget": 0.5, "budget_duration": "1d", "duration": "2h","#
                + #""rpm_limit": 2, "tpm_limit": 1000, "max_parallel_requests": 3, "metadata": {"team": "core"},"#
                + #""user_id": "ada", "team_id": "demo", "tags": ["night"]}"#)
        #expect(status == 200)
        let key = try #require(made["key"]?.string)
        #expect(key.hasPrefix("sk-") && made["token"]?.string == Token.hash(key))
        #expect(made["expires"]?.string == (time.now + .hours(2)).rfc3339())
        #expect(made["max_budget"]?.number == 0.5 && made["budget_duration"]?.string == "1d")
        #expect(made["budget_reset_at"]?.string == "2026-01-02T00:00:00Z")
        #expect(made["rpm_limit"]?.integer == 2 && made["tpm_limit"]?.integer == 1000)
        #expect(made["metadata"]?["tags"]?[0]?.string == "night" && made["metadata"]?["team"]?.string == "core")

        let answers = [
            await service.respond(to: chat(#"{"model":"echo","messages":[{"role":"user","content":"Go."}]}"#, key: key)),
            await service.respond(to: chat(#"{"model":"other","messages":[{"role":"user","content":"Go."}]}"#, key: key)),
        ]
        #expect(answers.map(\.status.code) == [200, 403])
        let (found, told) = try await info(service, key)
        #expect(found == 200)
        #expect(told["key"]?.string == key && told["info"]?["key_alias"]?.string == "ci")
        #expect(told["info"]?["user_id"]?.string == "ada" && told["info"]?["team_id"]?.string == "demo")
        #expect(told["info"]?["key"] == nil)
        #expect(try await info(service, Token.hash(key)).1["info"]?["token"]?.string == Token.hash(key))
        for row in try await store.rows(RecordQuery(ModelKey.kind)) { #expect(!row.body.description.contains(key)) }
        let audit = try await store.list(AuditEntry.self).map(\.record)
        #expect(audit.map(\.action) == ["key.create"] && audit.first?.actor == "master-key")
    }

    @Test("its limits hold: so many requests a minute, as they stand in the store")
    func limits() async throws {
        let service = try service()
        let (_, made) = try await post(service, "/key/generate", #"{"rpm_limit": 1}"#)
        let key = try #require(made["key"]?.string)
        let request = chat(#"{"model":"echo","messages":[{"role":"user","content":"Go."}]}"#, key: key)
        #expect(await service.respond(to: request).status == .ok)
        #expect(await service.respond(to: request).status == .tooManyRequests)
        let (status, changed) = try await post(
            service, "/key/update", #"{"key": "\#(key)", "rpm_limit": 3, "max_budget": 4, "soft_budget": 3, "models": ["echo"]}"#)
        #expect(status == 200)
        #expect(changed["rpm_limit"]?.integer == 3 && changed["max_budget"]?.number == 4)
        #expect(changed["soft_budget"]?.number == 3 && changed["models"]?[0]?.string == "echo")
        time.advance(by: .seconds(1))
        #expect(await service.respond(to: request).status == .ok)
        let (_, less) = try await post(service, "/key/update", #"{"key": "\#(key)", "rpm_limit": null, "max_budget": null}"#)
        #expect(less["rpm_limit"]?.isNull == true && less["max_budget"]?.isNull == true)
        #expect(try await store.list(UsageLimit.self).isEmpty)
    }

    @Test("a key that was made anew is another, with the same limits; a deleted one is void")
    func regenerate() async throws {
        let service = try service()
        let (_, made) = try await post(service, "/key/generate", #"{"key_alias": "old", "rpm_limit": 5}"#)
        let key = try #require(made["key"]?.string)
        let (status, again) = try await post(service, "/key/\(key)/regenerate", #"{"key_alias": "new"}"#)
        #expect(status == 200)
        let fresh = try #require(again["key"]?.string)
        #expect(fresh != key && again["key_alias"]?.string == "new" && again["rpm_limit"]?.integer == 5)
        let ask = #"{"model":"echo","messages":[{"role":"user","content":"Go."}]}"#
        #expect(await service.respond(to: chat(ask, key: key)).status == .unauthorized)
        #expect(await service.respond(to: chat(ask, key: fresh)).status == .ok)
        #expect(try await info(service, key).0 == 404)
        let (deleted, told) = try await post(service, "/key/delete", #"{"key_aliases": ["new"]}"#)
        #expect(deleted == 200 && told["deleted_keys"]?[0]?.string == Token.hash(fresh))
        #expect(await service.respond(to: chat(ask, key: fresh)).status == .unauthorized)
        #expect(try await post(service, "/key/delete", #"{"keys": ["\#(fresh)"]}"#).0 == 404)
        #expect(try await store.list(UsageLimit.self).isEmpty)
    }

    @Test("nobody but administrators makes keys; whoever has one may ask what it is good for, and of no other")
    func access() async throws {
        let service = try service()
        let (_, made) = try await post(service, "/key/generate", #"{"key": "sk-of-my-own-choice-123"}"#)
        let key = try #require(made["key"]?.string)
        #expect(key == "sk-of-my-own-choice-123")
        let (_, other) = try await post(service, "/key/generate", "{}")
        for path in ["generate", "update", "delete", "regenerate"] {
            let (status, answer) = try await post(service, "/key/\(path)", #"{"keys": ["x"], "key": "x"}"#, key: key)
            #expect(status == 401, "\(path)")
            #expect(answer["error"]?["type"]?.string == "auth_error")
        }
        #expect(try await info(service, nil, key: key).1["info"]?["token"]?.string == Token.hash(key))
        #expect(try await info(service, other["key"]?.string, key: key).0 == 401)
        #expect(await service.respond(to: Request(.get, "/key/info")).status == .unauthorized)
        #expect(await service.respond(to: Request(.get, "/key/generate")).status == .methodNotAllowed)
        // A platform's administrators do it with their tokens.
        var user = User(name: "root", createdAt: time.now, isAdministrator: true)
        let token = Token.random(prefix: "claw")
        user.credentials = [.init(hash: Token.hash(token.reveal()), label: "x", createdAt: time.now)]
        try await store.create(user)
        let administrators = PlatformAdministrators(store, time: time)
        #expect(try await administrators.administrator(token) == "root")
        #expect(try await administrators.administrator(Secret(master)) == nil)
        try await store.modify(User.self, "root") { $0.isDisabled = true }
        #expect(try await administrators.administrator(token) == nil)
    }

    @Test(
        "what would limit and is not heeded is refused, as is what means nothing",
        arguments: [
            #"{"model_max_budget": {"echo": 1}}"#, #"{"permissions": {"a": true}}"#, #"{"blocked": true}"#,
            #"{"max_budget": -1}"#, #"{"max_budget": "5"}"#, #"{"rpm_limit": 1.5}"#, #"{"duration": "soon"}"#,
            #"{"max_budget": 1, "budget_duration": "1y"}"#, #"{"key": "short"}"#, #"{"models": "echo"}"#, "[]", "",
        ])
    func refused(body: String) async throws {
        let (status, answer) = try await post(try service(), "/key/generate", body)
        #expect(status == 400)
        #expect(answer["error"]?["code"]?.string == "400")
        #expect(try await store.list(ModelKey.self).isEmpty)
    }

    @Test("fields that say nothing are left aside; an alias is one key's; keys are listed by page")
    func list() async throws {
        let service = try service()
        for number in 0..<3 {
            time.advance(by: .seconds(1))
            let (status, _) = try await post(
                service, "/key/generate",
                #"{"key_alias": "k\#(number)", "aliases": {}, "permissions": {}, "blocked": false, "key_type": "default"}"#)
            #expect(status == 200)
        }
        #expect(try await post(service, "/key/generate", #"{"key_alias": "k1"}"#).0 == 400)
        let response = await service.respond(
            to: Request(
                .get, "/key/list?size=2&page=2&return_full_object=true", headers: [.authorization: "Bearer \(master)"]))
        let told = try await response.json()
        #expect(told["total_count"]?.integer == 3 && told["total_pages"]?.integer == 2)
        #expect(told["keys"]?.array?.compactMap { $0["key_alias"]?.string } == ["k2"])
    }
}

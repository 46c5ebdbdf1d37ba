import ClawBase
import ClawControl
import ClawDocuments
import ClawGateway
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawResources
import HTTPTypes
import Testing

@Suite("A service account's token for a model key", .timeLimit(.minutes(5)))
struct TokenExchangeTests {
    @Test("a runtime's pod gets a key for its runtime's models, kept as a hash and owned by the pod")
    func exchanged() async throws {
        try await ExchangeFixture.run { fixture in
            let token = try await fixture.token()
            let (status, answer) = try await fixture.ask(token)
            #expect(status == 200)
            #expect(answer["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token")
            #expect(answer["token_type"] == "Bearer" && answer["scope"] == "echo endless")
            let seconds = answer["expires_in"]?.integer ?? 0
            #expect((895...900).contains(seconds))
            let key = answer["access_token"]?.string ?? ""
            #expect(key.hasPrefix("sk-claw_"))
            #expect(await fixture.status(of: key) == 200)
            // Only what the runtime's grant allows.
            #expect(await fixture.status(of: key, model: "other") == 403)

            let object = try #require(try await fixture.issued().first)
            let pod = try await fixture.api.get(Pod.self, "agent", in: "demo")
            #expect(object.keyHash == Token.hash(key) && object.binding?.podUID == pod.uid)
            #expect(object.metadata.ownerReferences.map(\.uid) == [pod.uid ?? ""])
            #expect(!"\(JSON.object(object.document))".contains(key))
            let grant = try #require(await fixture.grants.grant(forKeyHash: Token.hash(key)))
            #expect(grant.subject.tenant == "acme" && grant.subject.project == "demo")
            #expect(grant.subject.user == "ada" && grant.subject.runtime == "agent")
        }
    }

    @Test("the token itself is no model key, and is told so")
    func token() async throws {
        try await ExchangeFixture.run { fixture in
            for audience in [TokenExchange.audience, "https://kubernetes.default.svc.cluster.local"] {
                let token = try await fixture.token(audiences: [audience])
                let response = await fixture.exchange.respond(
                    to: chat(#"{"model":"echo","messages":[{"role":"user","content":"Hi"}]}"#, key: token))
                #expect(response.status == .unauthorized)
                let text = try await response.text()
                #expect(text.contains("service account's token") && text.contains("/oauth/token"))
            }
        }
    }

    @Test("scope narrows a key; a model that the runtime may not ask for is no scope")
    func scope() async throws {
        try await ExchangeFixture.run { fixture in
            let narrow = try await fixture.ask(try await fixture.token(), ["scope": "echo"])
            let key = try #require(narrow.json["access_token"]?.string)
            #expect(narrow.json["scope"] == "echo")
            #expect(await fixture.status(of: key) == 200)
            #expect(await fixture.status(of: key, model: "endless") == 403)
            let wide = try await fixture.ask(try await fixture.token(), ["scope": "echo other"])
            #expect(wide.status == 400 && wide.json["error"] == "invalid_scope")
        }
    }

    @Test("a token for others, one that is over, and what is none, are invalid grants")
    func invalid() async throws {
        try await ExchangeFixture.run { fixture in
            func refusal(_ token: String) async throws -> String {
                let (status, json) = try await fixture.ask(token)
                #expect(status == 400 && json["error"] == "invalid_grant" && json["access_token"] == nil)
                return json["error_description"]?.string ?? ""
            }
            let foreign = try await fixture.token(audiences: ["https://kubernetes.default.svc.cluster.local"])
            #expect(try await refusal(foreign).contains("is invalid for the target audiences"))
            #expect(try await refusal("nonsense").contains("clawkit.dev/models"))
            let free = try await fixture.token(of: nil)
            #expect(try await refusal(free).contains("bound to no pod"))
            let short = try await fixture.token(lifetime: .seconds(600))
            let key = try #require(try await fixture.ask(short).json["access_token"]?.string)
            fixture.time.shift(by: .seconds(700))
            #expect(try await refusal(short).contains("expired"))
            // And a key does not outlast the token that it was given for.
            #expect(await fixture.status(of: key) == 401)
            #expect(try await fixture.issued().count == 1)
        }
    }

    @Test("another namespace's pod, a pod that is no runtime's, and one whose runtime has no grant of its own get nothing")
    func others() async throws {
        try await ExchangeFixture.run { fixture in
            try await fixture.makePod("agent", in: "other", owner: OwnerReference(controlling: fixture.runtime))
            try await fixture.makePod("stray")
            // A runtime without a grant of its own: the one of its name belongs to another.
            let second = try await fixture.api.create(
                Runtime(metadata: ObjectMeta(name: "second", namespace: "demo"), spec: RuntimeSpec(user: "eve")))
            try await fixture.makePod("second", owner: OwnerReference(controlling: second))
            try await fixture.api.create(
                ModelGrantResource(
                    metadata: ObjectMeta(
                        name: "second", namespace: "demo", ownerReferences: [OwnerReference(controlling: fixture.runtime)]),
                    keyHash: Token.hash("another key"), tenant: nil, project: "demo", user: "eve", runtime: "second"))
            for (pod, namespace) in [("agent", "other"), ("stray", "demo"), ("second", "demo")] {
                let (status, json) = try await fixture.ask(try await fixture.token(of: pod, in: namespace))
                #expect(status == 400 && json["error"] == "invalid_grant", "\(namespace)/\(pod)")
            }
            #expect(try await fixture.issued().isEmpty)
        }
    }

    @Test("when the pod is deleted its token is worth nothing, its key is void, and streams end")
    func deleted() async throws {
        try await ExchangeFixture.run { fixture in
            let token = try await fixture.token()
            let key = try #require(try await fixture.ask(token).json["access_token"]?.string)
            let stream = await fixture.exchange.respond(
                to: chat(#"{"model":"endless","stream":true,"messages":[{"role":"user","content":"Go."}]}"#, key: key))
            #expect(stream.status == .ok)
            let text = try await Self.text(of: stream, once: "word") {
                _ = try await fixture.api.delete(Pod.self, "agent", in: "demo", gracePeriodSeconds: 0)
            }
            #expect(text.contains("The key is not valid any more") && !text.contains("[DONE]"))
            #expect(fixture.endless.isCancelled)
            try await fixture.expectEnd(of: key)
            let (status, json) = try await fixture.ask(token)
            #expect(status == 400 && json["error"] == "invalid_grant")
            // The object went with the pod, by the cluster's own collection.
            let deadline = ContinuousClock.now + .seconds(60)
            while try await !fixture.issued().isEmpty, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await fixture.issued().isEmpty)
            // A new pod of the name does not bring the old key back.
            try await fixture.makePod("agent", owner: OwnerReference(controlling: fixture.runtime))
            #expect(await fixture.status(of: key) == 401)
        }
    }

    @Test("a key ends with its object, and with the grant of the runtime")
    func revoked() async throws {
        try await ExchangeFixture.run { fixture in
            let first = try await fixture.key()
            let object = try #require(try await fixture.issued().first)
            try await fixture.api.delete(ModelGrantResource.self, object.name, in: "demo")
            try await fixture.expectEnd(of: first)

            let second = try await fixture.key()
            let stream = await fixture.exchange.respond(
                to: chat(#"{"model":"endless","stream":true,"messages":[{"role":"user","content":"Go."}]}"#, key: second))
            let text = try await Self.text(of: stream, once: "word") {
                _ = try await fixture.api.delete(ModelGrantResource.self, "agent", in: "demo")
            }
            #expect(text.contains("The key is not valid any more"))
            try await fixture.expectEnd(of: second)
            let (status, json) = try await fixture.ask(try await fixture.token())
            #expect(status == 400 && json["error"] == "invalid_grant")
        }
    }

    @Test("a pod holds so many keys at most; the oldest ends for a new one; who asks too often waits")
    func bounds() async throws {
        try await ExchangeFixture.run(perPod: RateLimit(perSecond: 0.001, burst: 9)) { fixture in
            let token = try await fixture.token()
            var keys: [String] = []
            for _ in 0..<9 {
                fixture.time.shift(by: .seconds(1))
                keys.append(try #require(try await fixture.ask(token).json["access_token"]?.string))
            }
            #expect(try await fixture.issued().count == 8)
            try await fixture.expectEnd(of: keys[0])
            #expect(await fixture.status(of: keys[8]) == 200)
            let response = await fixture.exchange.respond(to: ExchangeFixture.form(token))
            #expect(response.status == .tooManyRequests && response.headers[.retryAfter] != nil)
            #expect(try await response.json()["error"] == "temporarily_unavailable")
        }
    }

    @Test("what is wrong with a request is told as RFC 6749 wants it")
    func wrong() async throws {
        let cases: [(change: QueryParameters, code: String)] = [
            (["grant_type": "client_credentials"], "unsupported_grant_type"), (["grant_type": ""], "invalid_request"),
            (["subject_token": ""], "invalid_request"),
            (["subject_token_type": "urn:ietf:params:oauth:token-type:saml2"], "invalid_request"),
            (["requested_token_type": "urn:ietf:params:oauth:token-type:jwt"], "invalid_request"),
            (["actor_token": "x"], "invalid_request"), (["audience": "somebody-else"], "invalid_target"),
        ]
        try await ExchangeFixture.run { fixture in
            for (change, code) in cases {
                let (status, json) = try await fixture.ask("a.b.c", change)
                #expect(status == 400 && json["error"] == .string(code), "\(change)")
                let words = json["error_description"]?.string ?? ""
                #expect(!words.isEmpty && words.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
            }
        }
    }

    @Test("only POST, only forms, only small ones; other paths are the gateway's")
    func forms() async throws {
        try await ExchangeFixture.run { fixture in
            let get = await fixture.exchange.respond(to: Request(.get, TokenExchange.path))
            #expect(get.status == .methodNotAllowed && get.headers[.allow] == "POST")
            let json = Request(
                .post, TokenExchange.path, headers: [.contentType: "application/json"], body: .string("{}"))
            #expect(await fixture.exchange.respond(to: json).status == .badRequest)
            let large = await fixture.exchange.respond(to: ExchangeFixture.form(String(repeating: "x", count: 64 << 10)))
            #expect(large.status == .contentTooLarge)
            #expect(await fixture.exchange.respond(to: Request(.get, "/health/liveliness")).status == .ok)
        }
    }

    /// The text of a stream; does something once a word has come.
    private static func text(
        of response: Response, once word: String, _ action: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                var (text, isDone) = ("", false)
                for try await bytes in response.body {
                    text += String(decoding: bytes, as: UTF8.self)
                    guard !isDone, text.contains(word) else { continue }
                    isDone = true
                    try await action()
                }
                return text
            }
            return try await group.next() ?? ""
        }
    }
}

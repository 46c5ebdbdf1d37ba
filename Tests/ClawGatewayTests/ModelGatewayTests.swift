import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import HTTPTypes
import Synchronization
import Testing

@Suite("The model gateway")
struct ModelGatewayTests {
    private let body = #"{"model":"echo","messages":[{"role":"user","content":"hi"}]}"#
    private let source = HTTPField.Name("X-Claw-Error-Source")

    private func two() throws -> [ModelRoute] {
        [ModelRoute("echo", to: EchoUpstream()), ModelRoute("big", to: EchoUpstream())]
    }

    @Test("a missing, unknown or expired key is refused in OpenAI's form")
    func keys() async throws {
        let time = VirtualTime()
        let grant = ModelGrant(id: "g", keyHash: Token.hash(key), expiresAt: time.now + .seconds(60))
        let gateway = try gateway(grant: grant, time: time)
        for shown in [nil, "wrong", ""] as [String?] {
            let response = await gateway.respond(to: chat(body, key: shown))
            #expect(response.status == .unauthorized)
            #expect(response.headers[try #require(source)] == "key")
            #expect(try await response.json().value(at: ["error", "code"])?.string == "invalid_api_key")
        }
        #expect(await gateway.respond(to: chat(body)).status == .ok)
        time.advance(by: .seconds(60))
        let late = await gateway.respond(to: chat(body))
        #expect(late.status == .unauthorized)
        #expect(try await late.text().contains("expired"))
    }

    @Test("a key may also stand in X-Api-Key")
    func otherHeader() async throws {
        var request = chat(body, key: nil)
        request.headers[try #require(HTTPField.Name("X-Api-Key"))] = key
        #expect(await (try gateway()).respond(to: request).status == .ok)
    }

    @Test("a revoked key is refused from the next request on")
    func revocation() async throws {
        let grants = InMemoryGrants([ModelGrant(id: "g", keyHash: Token.hash(key))])
        let gateway = ModelGateway(router: try ModelRouter([ModelRoute("echo", to: EchoUpstream())]), grants: grants)
        #expect(await gateway.respond(to: chat(body)).status == .ok)
        grants.remove(keyHash: Token.hash(key))
        #expect(await gateway.respond(to: chat(body)).status == .unauthorized)
    }

    @Test("a key sees and gets the models it was granted, and nothing else")
    func granted() async throws {
        let gateway = try gateway(two(), grant: ModelGrant(id: "g", keyHash: Token.hash(key), models: ["echo"]))
        let list = try await gateway.respond(to: get("/v1/models")).json()
        #expect(list["data"]?.array?.compactMap { $0["id"]?.string } == ["echo"])
        let denied = await gateway.respond(to: chat(body.replacing("\"echo\"", with: "\"big\"")))
        #expect(denied.status == .forbidden)
        #expect(try await denied.json().value(at: ["error", "code"])?.string == "model_not_granted")
        let unknown = await gateway.respond(to: chat(body.replacing("\"echo\"", with: "\"gone\"")))
        #expect(unknown.status == .notFound)
        let error = try await unknown.json()
        #expect(error.value(at: ["error", "code"])?.string == "model_not_found")
        #expect(error.value(at: ["error", "message"])?.string?.contains("echo") == true)
        #expect(error.value(at: ["error", "message"])?.string?.contains("big") == false)
        #expect(await gateway.respond(to: get("/v1/models/echo")).status == .ok)
        #expect(await gateway.respond(to: get("/v1/models/big")).status == .forbidden)
    }

    @Test("errors have OpenAI's form under /v1 and a finding's elsewhere")
    func forms() async throws {
        let gateway = try gateway()
        let inside = await gateway.respond(to: get("/v1/nothing"))
        #expect(inside.status == .notFound)
        #expect(try await inside.json()["error"]?["message"] != nil)
        let outside = await gateway.respond(to: get("/nothing"))
        #expect(outside.status == .notFound)
        #expect(try await outside.json()["code"]?.string == "E_NO_ROUTE")
        #expect(await gateway.respond(to: get("/v1/chat/completions")).status == .methodNotAllowed)
        #expect(await gateway.respond(to: Request(.post, "/metrics")).status == .methodNotAllowed)
    }

    @Test("a body beyond the limit is refused")
    func tooLarge() async throws {
        var limits = DialectLimits()
        limits.requestBytes = 1000
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("echo", to: EchoUpstream())]),
            grants: InMemoryGrants([ModelGrant(id: "g", keyHash: Token.hash(key))]), limits: limits)
        let response = await gateway.respond(to: chat(String(repeating: " ", count: 1001)))
        #expect(response.status == .contentTooLarge)
    }

    @Test("health and metrics need no key; what clients name never becomes a label")
    func operations() async throws {
        let gateway = try gateway()
        #expect(await gateway.respond(to: get("/health/liveliness", key: nil)).status == .ok)
        #expect(await gateway.respond(to: get("/health/readiness", key: nil)).status == .ok)
        _ = await gateway.respond(to: chat(body.replacing("\"echo\"", with: "\"made-up\"")))
        _ = await gateway.respond(to: chat(body))
        let response = await gateway.respond(to: get("/metrics", key: nil))
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let text = try await response.text()
        let requests = "litellm_proxy_total_requests_metric_total{requested_model="
        #expect(text.contains("\(requests)\"echo\",api_key_alias=\"g1\",user=\"\",team=\"\",status_code=\"200\"} 1"))
        #expect(text.contains("\(requests)\"\",api_key_alias=\"\",user=\"\",team=\"\",status_code=\"404\"} 1"))
        #expect(text.contains("litellm_in_flight_requests 0"))
        #expect(!text.contains("made-up"))
    }

    @Test("a request whose upstream fails is counted once, under its model")
    func failureIsCountedOnce() async throws {
        let time = VirtualTime()
        let upstream = ScriptedUpstream("up", [.error(ModelError(.invalidRequest, "no", status: 400))], time: time)
        let gateway = try gateway([ModelRoute("echo", to: upstream)], time: time)
        #expect(await gateway.respond(to: chat(body)).status == .badRequest)
        let text = try await gateway.respond(to: get("/metrics")).text()
        let failures = "litellm_proxy_failed_requests_metric_total{requested_model="
        #expect(text.contains("\(failures)\"echo\",api_key_alias=\"g1\",user=\"\",team=\"\",exception_status=\"400\""))
        #expect(text.contains("exception_class=\"BadRequestError\"} 1"))
        #expect(!text.contains("\(failures)\"\""))
    }

    @Test("a client that leaves ends the upstream's work, before and during the answer")
    func cancellation() async throws {
        let time = VirtualTime()
        let ended = Mutex(0)
        let upstream = openAI(
            ScriptedTransport { _ in
                do { try await time.sleep(for: .seconds(3600)) } catch {
                    ended.withLock { $0 += 1 }
                    throw error
                }
                return Response(status: .ok)
            })
        let gateway = try gateway([ModelRoute("echo", to: upstream)])
        let client = Task { await gateway.respond(to: chat(body)) }
        while time.sleeperCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
        client.cancel()
        _ = await client.value
        #expect(ended.withLock { $0 } == 1)
        #expect(try await gateway.respond(to: get("/metrics")).text().contains("status_code=\"499\"} 1"))
    }

    @Test("an answer dropped unread counts as a client that left, and lets go of the upstream's stream")
    func dropped() async throws {
        final class Upstream: Sendable {}
        weak var held: Upstream?
        let gateway: ModelGateway
        do {
            let stream = Upstream()
            held = stream
            let first = Mutex<[UInt8]?>(Array(chunk("a").utf8))
            let body = Body.stream(
                ByteStream {
                    withExtendedLifetime(stream) { first.withLock { $0.take() } }
                })
            let answer = Mutex<Body?>(body)
            gateway = try ClawGatewayTests.gateway([
                ModelRoute(
                    "echo",
                    to: openAI(
                        ScriptedTransport { _ in
                            Response(
                                status: .ok, headers: [.contentType: "text/event-stream"],
                                body: answer.withLock { $0.take() } ?? .empty)
                        }))
            ])
        }
        do {
            let response = await gateway.respond(
                to: chat(#"{"model":"echo","stream":true,"messages":[{"role":"user","content":"hi"}]}"#))
            #expect(response.status == .ok)
            #expect(held != nil)
        }
        #expect(held == nil)
        #expect(try await gateway.respond(to: get("/metrics")).text().contains("status_code=\"499\"} 1"))
    }
}

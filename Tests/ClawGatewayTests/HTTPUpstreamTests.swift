import ClawBase
import ClawDocuments
import ClawGateway
import HTTPTypes
import Testing

@Suite("An upstream over HTTP")
struct HTTPUpstreamTests {
    private let body = #"{"model":"alias","seed":12345678901234567890,"messages":[{"role":"user","content":"hi"}]}"#
    private let streaming = #"{"model":"alias","stream":true,"messages":[{"role":"user","content":"hi"}]}"#

    private func ask(_ body: String, _ answer: @escaping @Sendable (Request) async throws -> Response) async throws
        -> Response
    {
        let upstream = openAI(ScriptedTransport(answer), key: .environment("UP"))
        var policy = RoutePolicy()
        policy.retries = 0
        return await (try gateway([ModelRoute("alias", to: upstream, policy: policy)])).respond(to: chat(body))
    }

    @Test("bytes pass both ways; the model's name and the key are the gateway's doing")
    func passThrough() async throws {
        let answer =
            #"{ "choices" : [{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}], "usage": {"prompt_tokens": 2, "completion_tokens": 3}, "big": 12345678901234567890 }"#
        let transport = ScriptedTransport([Response(status: .ok, body: .string(answer))])
        let gateway = try gateway([ModelRoute("alias", to: openAI(transport, key: .environment("UP")))])
        let response = await gateway.respond(to: chat(body))
        #expect(try await response.text() == answer)
        let sent = try #require(transport.requests.first)
        #expect(sent.head.authority == "up.test:8000")
        #expect(sent.path == "/v1/chat/completions")
        #expect(sent.headers[.authorization] == "Bearer sk-upstream-secret")
        #expect(try await sent.body.collect(limit: 1000) == Array(body.replacing("alias", with: "real-model").utf8))
        let metrics = try await gateway.respond(to: get("/metrics")).text()
        #expect(metrics.contains("litellm_output_tokens_metric_total{model=\"alias\",api_key_alias=\"g1\",user=\"\",team=\"\"} 3"))
        #expect(metrics.contains("gen_ai_client_token_usage_sum{gen_ai_operation_name=\"chat\""))
    }

    @Test("a model's own limit for connecting goes with its requests")
    func connecting() async throws {
        let transport = ScriptedTransport([Response(status: .serviceUnavailable), Response(status: .serviceUnavailable)])
        var policy = RoutePolicy()
        policy.retries = 0
        policy.deadlines.connect = .seconds(2)
        let gateway = try gateway([ModelRoute("alias", to: openAI(transport), policy: policy)])
        _ = await gateway.respond(to: chat(body))
        var request = chat(#"{"model":"alias","input":"hi"}"#)
        request.head.path = "/v1/embeddings"
        _ = await gateway.respond(to: request)
        #expect(transport.requests.map(\.connectTimeout) == [.seconds(2), .seconds(2)])
    }

    @Test("a stream passes as it comes and ends with [DONE]")
    func stream() async throws {
        let text = ": ping\n\n" + chunk("a") + chunk("b") + finish()
        for cuts in [1, 7, 64, 4096] {
            let bytes = Array((text + done).utf8)
            let pieces = stride(from: 0, to: bytes.count, by: cuts).map {
                String(decoding: bytes[$0..<min($0 + cuts, bytes.count)], as: UTF8.self)
            }
            let response = try await ask(streaming) { _ in eventStream(pieces) }
            #expect(try await response.text() == text + done, "chunks of \(cuts)")
        }
    }

    @Test("a stream that ends before the answer is whole ends with an error event, never with [DONE]")
    func truncated() async throws {
        let cases: [(chunks: [String], failure: TransportError?)] = [
            ([chunk("a"), chunk("b")], nil),
            ([chunk("a"), String(chunk("b").dropLast())], nil),
            // The end of the stream's bytes says nothing where a choice has not finished.
            ([chunk("a"), done], nil),
            ([chunk("a"), chunk("b", index: 1), finish()], nil),
            ([chunk("a")], TransportError(code: .disconnected, message: "gone")),
        ]
        for (chunks, failure) in cases {
            let response = try await ask(streaming) { _ in eventStream(chunks, failure: failure) }
            #expect(response.status == .ok)
            let events = try await response.events()
            #expect(!events.contains("[DONE]"))
            let last = try JSONParser.parse(Array(try #require(events.last).utf8))
            #expect(last.value(at: ["error", "code"])?.string == "upstream_truncated", "\(chunks)")
        }
    }

    @Test("a stream without [DONE] is whole where every choice has said how it ended")
    func missingDone() async throws {
        let response = try await ask(streaming) { _ in
            eventStream([chunk("a"), chunk("b", index: 1), finish(), finish(index: 1)])
        }
        #expect(try await response.events().last == "[DONE]")
    }

    @Test("a malformed event, an error event and a silence end the stream as errors")
    func broken() async throws {
        let cases: [(Response, String)] = [
            (eventStream([chunk("a"), "data: {\"choices\": [\n\n"]), "upstream_malformed"),
            (
                eventStream([chunk("a"), "data: {\"error\":{\"message\":\"boom\",\"code\":\"overloaded\"}}\n\n", done]),
                "overloaded"
            ),
            (
                eventStream([chunk("a")], failure: TransportError(code: .timeout, message: "silent")),
                "timeout"
            ),
        ]
        for (answer, code) in cases {
            let events = try await ask(streaming) { _ in answer }.events()
            #expect(events.count == 2)
            let error = try JSONParser.parse(Array(try #require(events.last).utf8))
            #expect(error.value(at: ["error", "code"])?.string == code)
        }
    }

    @Test("a stream that fails before its first chunk is a plain error with a status")
    func failsAtOnce() async throws {
        let response = try await ask(streaming) { _ in eventStream(["data: {\"error\":{\"message\":\"full\"}}\n\n"]) }
        #expect(response.status == .internalServerError)
        #expect(try await response.json().value(at: ["error", "message"])?.string == "full")
    }

    @Test("the upstream's own error passes with its status and its advice, and says whose it is")
    func upstreamError() async throws {
        let response = try await ask(body) { _ in
            Response(
                status: .tooManyRequests, headers: [.retryAfter: "7", .setCookie: "a=b"],
                body: .string(
                    #"{"error":{"message":"slow down, Bearer sk-upstream-secret","type":"rate_limit_error","code":null,"extra":1}}"#
                ))
        }
        #expect(response.status == .tooManyRequests)
        #expect(response.headers[.retryAfter] == "7")
        #expect(response.headers[.setCookie] == nil)
        #expect(response.headers[try #require(HTTPField.Name("X-Claw-Error-Source"))] == "upstream")
        let error = try await response.json()
        #expect(error.value(at: ["error", "message"])?.string == "slow down, Bearer [redacted]")
    }

    @Test("a key in a stream's error does not reach the client, before the first word or after it")
    func keyInStream() async throws {
        let leak = "data: {\"error\":{\"message\":\"bad Bearer sk-upstream-secret\",\"code\":\"x\"}}\n\n"
        for chunks in [[leak], [chunk("a"), leak]] {
            let text = try await ask(streaming) { _ in eventStream(chunks) }.text()
            #expect(text.contains("bad Bearer [redacted]") && !text.contains("sk-upstream-secret"))
        }
    }

    @Test("a key the upstream refuses is the operator's matter and shows nothing of it", arguments: [401, 403])
    func refusedKey(_ status: Int) async throws {
        let response = try await ask(body) { _ in
            Response(
                status: HTTPResponse.Status(code: status),
                body: .string(#"{"error":{"message":"Incorrect key: sk-up***cret"}}"#))
        }
        #expect(response.status.code == status)
        let text = try await response.text()
        #expect(text.contains("upstream_credential") && !text.contains("sk-up"))
    }

    @Test("each way of not answering has its status, its code and a sentence")
    func failures() async throws {
        struct Case: Sendable {
            let answer: @Sendable () throws -> Response
            let status: Int
            let code: String
        }
        let cases = [
            Case(
                answer: { throw TransportError(code: .unreachable, message: "x") }, status: 502,
                code: "upstream_unreachable"),
            Case(
                answer: { throw TransportError(code: .timeout, message: "x") }, status: 504, code: "timeout"),
            Case(answer: { Response(status: .ok, body: .string("<html>")) }, status: 502, code: "upstream_malformed"),
            Case(answer: { Response(status: .ok, body: .string("{}")) }, status: 502, code: "upstream_malformed"),
            Case(answer: { eventStream([chunk("a")]) }, status: 502, code: "upstream_malformed"),
        ]
        for one in cases {
            let response = try await ask(body) { _ in try one.answer() }
            #expect(response.status.code == one.status)
            let error = try await response.json()
            #expect(error.value(at: ["error", "code"])?.string == one.code)
        }
    }

    @Test("an error under status 200 is an error")
    func errorUnder200() async throws {
        let whole = try await ask(body) { _ in Response(status: .ok, body: .string(#"{"error":"no memory left"}"#)) }
        #expect(whole.status == .internalServerError)
        #expect(try await whole.json().value(at: ["error", "message"])?.string == "no memory left")
        let stream = try await ask(streaming) { _ in
            Response(status: .ok, body: .string(#"{"error":{"message":"no"}}"#))
        }
        #expect(stream.status == .internalServerError)
    }

    @Test("a missing key is said without asking the upstream")
    func missingKey() async throws {
        let transport = ScriptedTransport([])
        let upstream = openAI(transport, key: .environment("NOT_SET"))
        let response = await (try gateway([ModelRoute("alias", to: upstream)])).respond(to: chat(body))
        #expect(response.status == .unauthorized)
        #expect(response.headers[try #require(HTTPField.Name("X-Claw-Error-Source"))] == "upstream")
        #expect(try await response.json().value(at: ["error", "code"])?.string == "upstream_credential")
        #expect(transport.requests.isEmpty)
    }
}

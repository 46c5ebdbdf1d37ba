import ClawBase
import ClawDocuments
import HTTPTypes
import Testing

@testable import agent_runtime

@Suite("A runtime's chat")
struct RuntimeHandlerTests {
    @Test("an answer streams as deltas, ends with done, and is kept before done is said")
    func chat() async throws {
        let transport = ScriptedTransport([answer(["echo:", " hi"])])
        let runtime = try Runtime(transport: transport)
        #expect(try await runtime.say("hi") == [["delta": "echo:"], ["delta": " hi"], ["done": true]])
        #expect(runtime.handler.store.messages.map(\.content) == ["hi", "echo: hi"])
        let sent = try #require(transport.requests.first)
        #expect(sent.head.authority == "gateway.test" && sent.path == "/v1/chat/completions")
        #expect(sent.headers[.authorization] == "Bearer claw_key")
        let body = try JSONParser.parse(try await sent.body.collect(limit: 1000))
        #expect(body == ["model": "echo", "stream": true, "messages": [["role": "user", "content": "hi"]]])
    }

    @Test("over a WebSocket each text is a question, and a wrong one is told and does not end it", .timeLimit(.minutes(5)))
    func socket() async throws {
        let runtime = try Runtime(transport: ScriptedTransport { _ in answer(["echo:", " hi"]) })
        let request = Request.webSocket("/chat")
        let response = try await HandlerTransport(runtime.handler).send(request)
        let socket = try #require(try response.webSocket(for: request))
        func next() async throws -> JSON {
            guard case .text(let text)? = try await socket.receive() else { return .null }
            return try JSONParser.parse(Array(text.utf8))
        }
        for _ in 1...2 {
            try await socket.send(.text(#"{"message":"hi"}"#))
            for part: JSON in [["delta": "echo:"], ["delta": " hi"], ["done": true]] { #expect(try await next() == part) }
            try await socket.send(.text("hi"))
            #expect(try await next()["error"]?["code"] == "E_BAD_REQUEST")
        }
        try await socket.close()
        #expect(runtime.handler.store.messages.count == 4)
    }

    @Test("the newest fifty kept messages go along with a question")
    func memory() async throws {
        let transport = ScriptedTransport { _ in answer(["ok"]) }
        let runtime = try Runtime(transport: transport)
        for number in 1...27 { _ = try await runtime.say("question \(number)") }
        let body = try JSONParser.parse(try await #require(transport.requests.last).body.collect(limit: 1 << 20))
        let messages = try #require(body["messages"]?.array)
        #expect(messages.count == 51)
        #expect(messages.first?["content"]?.string == "question 2")
        #expect(messages.last?["content"]?.string == "question 27")
    }

    @Test("an answer that fails ends with an error, without done, and nothing is kept")
    func failures() async throws {
        let cases: [@Sendable () throws -> Response] = [
            { throw TransportError(code: .unreachable, message: "no") },
            { answer(["a"], finish: false, done: false) },
            { Response(status: .tooManyRequests, body: .string(#"{"error":{"message":"too fast for claw_key"}}"#)) },
            { Response(status: .ok, body: .string("data: {\"error\":{\"message\":\"boom\"}}\n\n")) },
            { Response(status: .ok, body: .string("data: {\n\n")) },
        ]
        for one in cases {
            let runtime = try Runtime(transport: ScriptedTransport { _ in try one() })
            let events = try await runtime.say("hi")
            let error = try #require(events.last?["error"])
            #expect(error["code"]?.string == "E_UPSTREAM")
            #expect(error["message"]?.string?.contains("claw_key") == false)
            #expect(!events.contains { $0["done"] != nil })
            #expect(runtime.handler.store.messages.isEmpty)
            #expect(try runtime.scratch.text().isEmpty)
        }
    }

    @Test("a person who leaves amid the answer leaves nothing behind")
    func leaving() async throws {
        let runtime = try Runtime(transport: ScriptedTransport([answer(["a", "b"])]))
        let response = await runtime.handler.respond(to: Request(.post, "/chat", body: .string(#"{"message":"hi"}"#)))
        do {
            var chunks = response.body.makeAsyncIterator()
            #expect(try await chunks.next() != nil)
        }
        #expect(runtime.handler.store.messages.isEmpty)
    }

    @Test("without the token only health is open; either header carries it")
    func token() async throws {
        let runtime = try Runtime(token: "t0ken")
        func status(_ path: String, _ headers: HTTPFields = [:]) async -> Int {
            await runtime.handler.respond(to: Request(.get, path, headers: headers)).status.code
        }
        for path in ["/healthz", "/startupz", "/readyz"] { #expect(await status(path) == 200) }
        for path in ["/", "/conversation", "/chat", "/nothing"] { #expect(await status(path) == 401) }
        #expect(await status("/", [.authorization: "Bearer t0ken"]) == 200)
        #expect(await status("/conversation", [.openClawToken: "t0ken"]) == 200)
        #expect(await status("/conversation", [.openClawToken: "t0ke"]) == 401)
        #expect(await status("/", [.authorization: "Basic t0ken"]) == 401)
    }

    @Test("readiness follows the phases; liveness does not")
    func health() async throws {
        let runtime = try Runtime(phase: .starting)
        func read(_ path: String) async throws -> (Int, JSON) {
            let response = await runtime.handler.respond(to: Request(.get, path))
            return (response.status.code, try JSONParser.parse(try await response.body.collect(limit: 1000)))
        }
        #expect(try await read("/startupz") == (503, ["ok": false, "status": "starting"]))
        #expect(try await read("/readyz") == (503, ["ok": false, "status": "starting"]))
        runtime.lifecycle.advance(to: .ready)
        #expect(try await read("/startupz") == (200, ["ok": true, "status": "started"]))
        #expect(try await read("/readyz") == (200, ["ok": true, "status": "ready"]))
        runtime.lifecycle.advance(to: .draining)
        runtime.lifecycle.advance(to: .ready)
        #expect(try await read("/readyz") == (503, ["ok": false, "status": "draining"]))
        #expect(try await read("/healthz") == (200, ["ok": true, "status": "live"]))
        #expect(await runtime.handler.respond(to: Request(.post, "/chat", body: .string("{}"))).status.code == 503)
    }

    @Test(
        "a wrong request is answered with a finding",
        arguments: [
            (HTTPRequest.Method.post, "/chat", "", 400), (.post, "/chat", "{}", 400),
            (.post, "/chat", #"{"message":""}"#, 400),
            (.post, "/chat", #"{"message":5}"#, 400), (.get, "/chat", "", 405), (.post, "/conversation", "", 405),
            (.get, "/nothing", "", 404),
        ])
    func wrong(_ method: HTTPRequest.Method, _ path: String, _ body: String, _ status: Int) async throws {
        let response = await (try Runtime()).handler.respond(to: Request(method, path, body: .string(body)))
        #expect(response.status.code == status)
        #expect(
            try JSONParser.parse(try await response.body.collect(limit: 1000))["code"]?.string?.hasPrefix("E_") == true)
    }

    @Test("another site's page may not speak in somebody's name")
    func crossSite() async throws {
        let response = await (try Runtime()).handler.respond(
            to: Request(.post, "/chat", headers: [.secFetchSite: "cross-site"], body: .string(#"{"message":"hi"}"#)))
        #expect(response.status == .forbidden)
    }

    @Test("the page needs nothing but itself, and its addresses are relative")
    func page() async throws {
        let response = await (try Runtime()).handler.respond(to: Request(.get, "/"))
        let html = String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(html.contains("fetch(\"chat\"") && html.contains("fetch(\"conversation\""))
        for outside in ["http://", "https://", "src=", "href=", "fetch(\"/"] { #expect(!html.contains(outside)) }
    }
}

import ClawDialects
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Requests in OpenAI's dialect")
struct OpenAIRequestTests {
    private let full = #"""
        {"model":"alias","messages":[
          {"role":"developer","content":"Be brief."},{"role":"system","content":[{"type":"text","text":"Be kind."}]},
          {"role":"user","name":"ann","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AAAA","detail":"low"}},
            {"type":"image_url","image_url":{"url":"https://x.test/a.png"}},{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},
            {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}]},
          {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"big\": 12345678901234567890}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
          {"role":"tool","tool_call_id":"c1","content":"one"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"}]},
          {"role":"system","content":"Now in French."},{"role":"user","content":"go"}],
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"big":{"type":"integer"}}},"strict":true}}],
         "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,
         "response_format":{"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object"},"strict":true}},
         "temperature":0.5,"top_p":0.9,"seed":7,"max_tokens":100,"max_completion_tokens":50,"stop":["a","b"],"reasoning_effort":"low",
         "user":"u1","metadata":{"k":"v"},"service_tier":"auto","logit_bias":{"5":1},"stream":true,"stream_options":{"include_usage":true}}
        """#

    @Test("every member has its place")
    func decode() throws {
        let request = try request(.openAIChat, full)
        #expect(request.system == [.text("Be brief."), .text("Be kind.")])
        #expect(request.messages.map(\.role) == [.user, .assistant, .tool, .tool, .system, .user])
        #expect(request.messages[0].name == "ann")
        #expect(
            request.messages[0].parts == [
                .text("look"), .image(Media(.base64("AAAA"), mediaType: "image/jpeg", detail: "low")),
                .image(Media(.url("https://x.test/a.png"))),
                .audio(Media(.base64("UklG"), mediaType: "audio/wav")),
                .document(Media(.base64("JVBE"), mediaType: "application/pdf", name: "a.pdf")),
            ])
        #expect(
            request.messages[1].parts == [
                .reasoning(Reasoning("hm")),
                .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"big": 12345678901234567890}"#)),
                .toolCall(ToolCall(id: "c2", name: "g", arguments: "")),
            ])
        #expect(request.messages[3].parts == [.toolResult(ToolResult(callID: "c2", parts: [.text("two")]))])
        #expect(
            request.tools.first?.isStrict == true && request.toolChoice == .tool("f")
                && request.allowsParallelTools == false)
        #expect(request.maxOutputTokens == 50 && request.stopSequences == ["a", "b"] && request.sampling.seed == 7)
        #expect(request.reasoning?.effort == "low" && request.user == "u1" && request.metadata == ["k": "v"])
        #expect(request.isStreaming && request.wantsStreamUsage)
        #expect(request.extras == DialectExtras(.openAI, ["logit_bias": ["5": 1]]))
    }

    @Test("written for an OpenAI-compatible upstream and read again, it is the same")
    func roundTrip() throws {
        var before = try request(.openAIChat, full)
        let call = try UpstreamTarget(.openAI, model: "alias").call(before)
        #expect(call.path == "/chat/completions" && call.dropped.isEmpty)
        let after = try request(.openAIChat, String(decoding: call.body, as: UTF8.self))
        before.system = [.text("Be brief.\n\nBe kind.")]
        #expect(after == before)
        #expect(String(decoding: call.body, as: UTF8.self).contains("12345678901234567890"))
    }

    @Test("for Anthropic: the system stands apart, turns alternate, results come in one turn, options are mapped")
    func toAnthropic() throws {
        var source = try request(.openAIChat, full)
        source.messages[0].parts.removeAll { if case .audio = $0.content { true } else { false } }
        let call = try UpstreamTarget(.anthropic, model: "claude").call(source)
        let body = try json(call.body)
        #expect(call.path == "/v1/messages" && call.headers[.init("anthropic-version")!] == "2023-06-01")
        #expect(body["model"]?.string == "claude" && body["max_tokens"]?.integer == 50 && body["stream"]?.bool == true)
        #expect(
            body["system"]?.array?.compactMap { $0["text"]?.string } == ["Be brief.", "Be kind.", "Now in French."])
        #expect(body["messages"]?.array?.map { $0["role"]?.string } == ["user", "assistant", "user"])
        let turn = body.value(at: ["messages", "2", "content"])?.array ?? []
        #expect(turn.map { $0["type"]?.string } == ["tool_result", "tool_result", "text"])
        #expect(body.value(at: ["messages", "0", "content", "1", "source", "media_type"])?.string == "image/jpeg")
        #expect(body.value(at: ["messages", "1", "content", "1", "input"]) == [:])
        #expect(body["tool_choice"] == ["type": "tool", "name": "f", "disable_parallel_tool_use": true])
        #expect(body.value(at: ["tools", "0", "input_schema", "type"])?.string == "object")
        #expect(body["stop_sequences"] == ["a", "b"] && body["metadata"] == ["user_id": "u1"])
        // A forced tool and thoughts exclude each other there.
        #expect(body["thinking"] == nil && call.dropped.contains("reasoning while a tool is forced"))
        #expect(
            call.dropped.contains("seed") && call.dropped.contains("logit_bias")
                && call.dropped.contains("reasoning without signature"))
        // Numbers of arguments are not touched.
        #expect(String(decoding: call.body, as: UTF8.self).contains("12345678901234567890"))
    }

    @Test("what an upstream cannot be shown is refused with its place; options it lacks are left out and said")
    func unsupported() throws {
        let source = try request(.openAIChat, full)
        for dialect in [UpstreamDialect.anthropic, .ollama, .bedrock] {
            do {
                _ = try UpstreamTarget(dialect, model: "m").call(source)
                Issue.record("\(dialect) takes sound by now")
            } catch {
                #expect(
                    error.kind == .unsupported && error.param == "messages[0]" && error.message.contains("Message 0"))
            }
        }
        let two = try request(.openAIChat, #"{"model":"m","n":2,"messages":[{"role":"user","content":"x"}]}"#)
        #expect(throws: ModelError.self) { try UpstreamTarget(.anthropic, model: "m").call(two) }
        #expect(try json(UpstreamTarget(.openAI, model: "m").call(two).body)["n"]?.integer == 2)
    }

    @Test("thoughts of OpenAI's words become budgets, within the limit on output")
    func thinking() throws {
        func body(_ members: String) throws -> JSON {
            try json(
                UpstreamTarget(.anthropic, model: "m").call(
                    request(.openAIChat, #"{"model":"m","messages":[{"role":"user","content":"x"}],\#(members)}"#)
                ).body)
        }
        #expect(
            try body(#""reasoning_effort":"high","max_tokens":9000,"temperature":1.5"#)["thinking"] == [
                "type": "enabled", "budget_tokens": 4096,
            ])
        #expect(try body(#""reasoning_effort":"high","max_tokens":9000,"temperature":1.5"#)["temperature"] == nil)
        #expect(
            try body(#""reasoning_effort":"high","max_tokens":2000"#)["thinking"]?["budget_tokens"]?.integer == 1999)
        #expect(try body(#""reasoning_effort":"high","max_tokens":500"#)["thinking"] == nil)
        #expect(try body(#""reasoning_effort":"none","max_tokens":5000,"temperature":1.5"#)["temperature"]?.number == 1)
    }

    @Test("what is wrong is said with its place, what it is and what it must be")
    func errors() throws {
        let cases: [(body: String, param: String?, words: String)] = [
            (#"{"messages":[{"role":"user","content":"x"}]}"#, "model", "'model' is missing"),
            (#"{"model":"m"}"#, "messages", "is missing"), (#"{"model":"m","messages":[]}"#, "messages", "is empty"),
            (#"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0].content", "is missing"),
            (#"{"model":"m","messages":[{"role":"king","content":"x"}]}"#, "messages[0].role", "'king'"),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}"#,
                "messages[0].content[0].image_url.url", "is missing"
            ),
            (#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#, "messages[0].tool_call_id", "is missing"),
            (#"{"model":"m","messages":[{"role":"user","content":"x"}],"stream":"yes"}"#, "stream", "true or false"),
            (
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot"}"#, "temperature",
                "a number"
            ),
            (#"{"model":"m","messages":[{"role":"user","content":"x"}],"n":0}"#, "n", "at least 1"),
            (
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"maybe"}"#, "tool_choice",
                "'maybe'"
            ),
            (#"[1]"#, nil, "array"), (#"{"model""#, nil, "not JSON"),
        ]
        for (body, param, words) in cases {
            let error = try #require(refusal(.openAIChat, body), "\(body)")
            #expect(error.param == param && error.message.contains(words), "\(error)")
            let reply = ClientDialect.openAIChat.encode(error)
            #expect(reply.status.code == 400)
            #expect(try json(reply.body)["error"]?["type"]?.string == "invalid_request_error")
        }
    }

    @Test("limits on bytes, depth, messages and stop sequences hold")
    func limits() throws {
        var limits = DialectLimits()
        limits.requestBytes = 20
        #expect(throws: ModelError.self) { try ClientRequest(.openAIChat, Array(full.utf8), limits: limits) }
        limits = DialectLimits()
        limits.messages = 3
        #expect(throws: ModelError.self) { try ClientRequest(.openAIChat, Array(full.utf8)).decoded(limits: limits) }
        limits = DialectLimits()
        limits.depth = 3
        #expect(throws: ModelError.self) { try ClientRequest(.openAIChat, Array(full.utf8), limits: limits) }
        limits = DialectLimits()
        limits.stopSequences = 1
        #expect(throws: ModelError.self) { try ClientRequest(.openAIChat, Array(full.utf8)).decoded(limits: limits) }
    }
}

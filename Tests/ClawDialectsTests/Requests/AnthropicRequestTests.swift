import ClawDialects
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Requests in Anthropic's dialect")
struct AnthropicRequestTests {
    private let full = #"""
        {"model":"alias","max_tokens":4000,"system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral","ttl":"1h"}}],
         "messages":[{"role":"user","content":[{"type":"text","text":"q"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"document","title":"d","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}}]},
          {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"redacted_thinking","data":"xyz"},{"type":"text","text":"a"},{"type":"tool_use","id":"t1","name":"f","input":{"x":1}},{"type":"tool_use","id":"t2","name":"f","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"BBBB"}}],"is_error":true},{"type":"tool_result","tool_use_id":"t2","content":"ok"},{"type":"text","text":"go on"}]}],
         "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},{"type":"web_search_20250305","name":"web_search"}],
         "tool_choice":{"type":"any","disable_parallel_tool_use":true},"stop_sequences":["END"],"temperature":0.3,"top_k":5,"metadata":{"user_id":"u"},
         "thinking":{"type":"enabled","budget_tokens":2000},"stream":true,"container":"c"}
        """#

    @Test("every block has its place, and written for Anthropic it is the same again")
    func roundTrip() throws {
        let request = try request(.anthropicMessages, full)
        #expect(request.system == [ContentPart(.text("S"), cacheMark: CacheMark(timeToLive: "1h"))])
        #expect(request.messages.map(\.role) == [.user, .assistant, .tool, .user])
        #expect(request.messages[1].parts[0] == .reasoning(Reasoning("hm", signature: "sig")))
        #expect(request.messages[2].parts.compactMap(\.toolResult).map(\.isError) == [true, false])
        #expect(request.tools.map(\.name) == ["f", "web_search"] && request.tools[1].builtIn?.family == .anthropic)
        #expect(request.toolChoice == .required && request.allowsParallelTools == false)
        #expect(request.reasoning?.budgetTokens == 2000 && request.user == "u")
        var free = request
        free.toolChoice = .auto
        free.sampling = Sampling()
        let call = try UpstreamTarget(.anthropic, model: "alias").call(free)
        #expect(call.dropped.isEmpty)
        #expect(try ClawDialectsTests.request(.anthropicMessages, String(decoding: call.body, as: UTF8.self)) == free)
    }

    @Test("for OpenAI: results are messages of their own, their images follow in the user's, marks stay")
    func toOpenAI() throws {
        let call = try UpstreamTarget(.openAI, model: "m").call(request(.anthropicMessages, full))
        let body = try json(call.body)
        let messages = body["messages"]?.array ?? []
        #expect(messages.map { $0["role"]?.string } == ["system", "user", "assistant", "tool", "tool", "user", "user"])
        #expect(messages[0]["content"]?[0]?["cache_control"] == ["type": "ephemeral", "ttl": "1h"])
        #expect(messages[1]["content"]?[2]?["file"]?["file_data"]?.string == "data:application/pdf;base64,JVBE")
        #expect(messages[2]["reasoning_content"]?.string == "hm")
        #expect(messages[2]["thinking_blocks"]?.array?.count == 2)
        #expect(messages[2]["tool_calls"]?.array?.map { $0["function"]?["arguments"]?.string } == [#"{"x":1}"#, "{}"])
        #expect(messages[3] == ["role": "tool", "tool_call_id": "t1", "content": "r"])
        #expect(messages[5]["content"]?[0]?["type"]?.string == "image_url")
        #expect(messages[6]["content"]?.string == "go on")
        #expect(body["tool_choice"]?.string == "required" && body["parallel_tool_calls"]?.bool == false)
        #expect(body["stream_options"] == ["include_usage": true])
        #expect(call.dropped.contains("tool 'web_search'") && call.dropped.contains("container"))
    }

    @Test("errors name the place as Anthropic does; 529 and 402 are its own")
    func errors() throws {
        let missing = try #require(
            refusal(.anthropicMessages, #"{"model":"m","messages":[{"role":"user","content":"x"}]}"#))
        #expect(missing.param == "max_tokens")
        let deep = try #require(
            refusal(
                .anthropicMessages,
                #"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text"}]}]}"#))
        #expect(deep.param == "messages.0.content.0.text")
        let body = try json(ClientDialect.anthropicMessages.encode(deep).body)
        #expect(body["type"]?.string == "error" && body["error"]?["type"]?.string == "invalid_request_error")
        #expect(ClientDialect.anthropicMessages.encode(ModelError(.overloaded, "x")).status.code == 529)
        #expect(ClientDialect.anthropicMessages.encode(ModelError(.spendLimit, "x")).status.code == 402)
    }

    @Test("tokens can be counted without a limit on output")
    func counting() throws {
        let body = Array(#"{"model":"a","messages":[{"role":"user","content":"x"}]}"#.utf8)
        let request = try TokenCounting.decode(body)
        let call = try #require(try UpstreamTarget(.anthropic, model: "m").counting(request))
        #expect(call.path == "/v1/messages/count_tokens")
        #expect(try json(call.body)["max_tokens"] == nil)
        #expect(TokenCounting.decode(answer: TokenCounting.encode(inputTokens: 12).body) == 12)
        #expect(try UpstreamTarget(.openAI, model: "m").counting(request) == nil)
    }
}

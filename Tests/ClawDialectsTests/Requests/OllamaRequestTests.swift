import ClawDialects
import ClawDocuments
import Testing

@Suite("Ollama")
struct OllamaTests {
    @Test("chats: options, images, calls without ids and their results in order, streams unless told otherwise")
    func chat() throws {
        let request = try request(
            .ollamaChat,
            #"{"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":"q","images":["iVBORxx"]},{"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"name":"g","arguments":{}}}]},{"role":"tool","tool_name":"g","content":"two"},{"role":"tool","content":"one"}],"options":{"temperature":0.1,"num_predict":9,"stop":["x"],"num_ctx":4096},"think":"high","format":{"type":"object"},"keep_alive":"5m"}"#
        )
        #expect(request.isStreaming && request.maxOutputTokens == 9 && request.stopSequences == ["x"])
        #expect(request.messages[0].parts[1] == .image(Media(.base64("iVBORxx"), mediaType: "image/png")))
        let calls = request.messages[1].parts.toolCalls
        #expect(calls.map(\.name) == ["f", "g"] && Set(calls.map(\.id)).count == 2)
        #expect(request.messages[2...].compactMap { $0.parts.first?.toolResult?.callID } == [calls[1].id, calls[0].id])
        #expect(request.reasoning?.effort == "high")
        #expect(request.extras == DialectExtras(.ollama, ["keep_alive": "5m", "options": ["num_ctx": 4096]]))
        let body = try json(UpstreamTarget(.ollama, model: "m").call(request).body)
        #expect(body["options"] == ["temperature": 0.1, "num_predict": 9, "stop": ["x"], "num_ctx": 4096])
        #expect(
            body["keep_alive"]?.string == "5m" && body["format"] == ["type": "object"]
                && body["think"]?.string == "high")
        #expect(body.value(at: ["messages", "3", "tool_name"])?.string == "g")
        #expect(body.value(at: ["messages", "2", "tool_calls", "0", "function", "arguments"]) == ["a": 1])
    }

    @Test("a result that answers nothing is refused with its place")
    func stray() {
        #expect(
            refusal(.ollamaChat, #"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#)?.param == "messages[0]")
    }

    @Test("generate: a prompt is a user's message")
    func generate() throws {
        let request = try request(.ollamaGenerate, #"{"model":"m","prompt":"hi","system":"S","stream":false}"#)
        #expect(
            request.system == [.text("S")] && request.messages == [ModelMessage(.user, "hi")] && !request.isStreaming)
    }

    @Test("streams: calls come whole, an error is a line, done is the end")
    func stream() {
        let lines = [
            #"{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}"#,
            #"{"model":"m","message":{"role":"assistant","content":"Hé"},"done":false}"#,
            #"{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"name":"f","arguments":{}}}]},"done":false}"#,
        ]
        let end =
            #"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4}"#
        let text = lines.joined(separator: "\n") + "\n"
        for size in [1, 20, 10_000] {
            for tail in [end + "\n", end, end + "\r\n"] {
                let whole = answer(events(.ollama, text + tail, cut: size))
                #expect(
                    whole?.parts.count == 4 && whole?.finish == .toolCalls
                        && whole?.usage == TokenUsage(input: 3, output: 4))
                #expect(whole?.parts.toolCalls.map(\.arguments) == [#"{"a":1}"#, "{}"])
                #expect(Set(whole?.parts.toolCalls.map(\.id) ?? []).count == 2)
            }
        }
        #expect(failure(events(.ollama, text))?.kind == .truncated)
        #expect(failure(events(.ollama, text + #"{"error":"an error was encountered"}"# + "\n"))?.kind == .server)
        #expect(failure(events(.ollama, text + "{\"model\"\n"))?.kind == .malformed)
        #expect(
            UpstreamDialect.ollama.decodeError(status: 404, body: Array(#"{"error":"model 'x' not found"}"#.utf8)).kind
                == .notFound)
    }
}

import ClawDialects
import ClawDocuments
import Testing

@Suite("Gemini")
struct GeminiTests {
    @Test("requests: roles, results by name, schemas, thoughts")
    func request() throws {
        let source = try ClawDialectsTests.request(
            .openAIChat,
            #"{"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"sig"}}}]},{"role":"tool","tool_call_id":"c1","content":"r"}],"max_tokens":7,"reasoning_effort":"low","stream":true,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"function","function":{"name":"f"}}}"#
        )
        let call = try UpstreamTarget(.gemini, model: "gemini-3").call(source)
        #expect(call.path == "/models/gemini-3:streamGenerateContent?alt=sse")
        let body = try json(call.body)
        #expect(body["systemInstruction"] == ["parts": [["text": "S"]]])
        #expect(body["contents"]?.array?.map { $0["role"]?.string } == ["user", "model", "user"])
        #expect(
            body.value(at: ["contents", "0", "parts", "1"]) == [
                "inlineData": ["mimeType": "image/png", "data": "AAAA"]
            ])
        #expect(
            body.value(at: ["contents", "1", "parts", "0"]) == [
                "functionCall": ["id": "c1", "name": "f", "args": ["a": 1]], "thoughtSignature": "sig",
            ])
        #expect(
            body.value(at: ["contents", "2", "parts", "0", "functionResponse"]) == [
                "id": "c1", "name": "f", "response": ["output": "r"],
            ])
        #expect(
            body.value(at: ["generationConfig", "thinkingConfig"]) == ["includeThoughts": true, "thinkingBudget": 1024])
        #expect(
            body.value(at: ["toolConfig", "functionCallingConfig"]) == ["mode": "ANY", "allowedFunctionNames": ["f"]])
    }

    private func line(_ text: String) -> String { "data: \(text)\r\n\r\n" }

    @Test("streams: thoughts, text, a call with its proof, usage that leaves thoughts out")
    func stream() {
        let text =
            line(
                #"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],"modelVersion":"g","responseId":"r1"}"#
            )
            + line(#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}],"responseId":"r1"}"#)
            + line(
                #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"sig"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":3,"thoughtsTokenCount":2}}"#
            )
        for size in [1, 13, 10_000] {
            let whole = answer(events(.gemini, text, cut: size))
            #expect(
                whole?.parts == [
                    .reasoning(Reasoning("hm")), .text("Hi"),
                    .toolCall(ToolCall(id: "call_r1_0", name: "f", arguments: #"{"a":1}"#, signature: "sig")),
                ])
            #expect(
                whole?.finish == .toolCalls
                    && whole?.usage == TokenUsage(input: 6, cacheRead: 4, output: 5, reasoning: 2))
        }
        #expect(
            failure(events(.gemini, line(#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}"#)))?.kind
                == .truncated)
        #expect(failure(events(.gemini, line(#"{"promptFeedback":{"blockReason":"SAFETY"}}"#)))?.kind == .contentPolicy)
        #expect(
            failure(events(.gemini, line(#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#)))?.kind
                == .overloaded)
        #expect(
            failure(events(.gemini, line(#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#)))?.kind
                == .malformed)
    }

    @Test("errors by their status word")
    func errors() {
        let quota = UpstreamDialect.gemini.decodeError(
            status: 429,
            body: Array(
                #"{"error":{"code":429,"message":"Resource has been exhausted","status":"RESOURCE_EXHAUSTED","details":[{"@type":"x"},{"retryDelay":"3.5s"}]}}"#
                    .utf8))
        #expect(quota.retryAfter == .after(.milliseconds(3500)))
        #expect(quota.kind == .rateLimited && quota.code == "429")
        let key = UpstreamDialect.gemini.decodeError(
            status: 400,
            body: Array(
                #"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}"#
                    .utf8))
        #expect(key.kind == .authentication)
    }
}

import ClawDialects
import ClawDocuments
import Testing

func event(_ type: String, _ members: String = "") -> String {
    "event: \(type)\ndata: {\"type\":\"\(type)\"\(members.isEmpty ? "" : "," + members)}\n\n"
}

private let start = event(
    "message_start",
    #""message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":3,"output_tokens":1}}"#
)
private let ending =
    event("message_delta", #""delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}"#)
    + event("message_stop")

private func block(_ index: Int, _ content: String, _ deltas: String...) -> String {
    event("content_block_start", "\"index\":\(index),\"content_block\":\(content)")
        + deltas.map { event("content_block_delta", "\"index\":\(index),\"delta\":\($0)") }.joined()
        + event("content_block_stop", "\"index\":\(index)")
}

private let text = block(0, #"{"type":"text","text":""}"#, #"{"type":"text_delta","text":"Hi"}"#)

@Suite("Anthropic's streams, read")
struct AnthropicStreamTests {
    @Test("thoughts with their signature, text, a tool's arguments and cumulative usage, wherever the bytes are cut")
    func whole() {
        let stream =
            start
            + block(
                0, #"{"type":"thinking","thinking":"","signature":""}"#, #"{"type":"thinking_delta","thinking":"hm"}"#,
                #"{"type":"signature_delta","signature":"sig"}"#)
            + event("ping")
            + block(
                1, #"{"type":"text","text":""}"#, #"{"type":"text_delta","text":"Hé"}"#,
                #"{"type":"text_delta","text":"llo"}"#)
            + block(
                2, #"{"type":"tool_use","id":"t1","name":"f","input":{}}"#,
                #"{"type":"input_json_delta","partial_json":""}"#,
                #"{"type":"input_json_delta","partial_json":"{\"a\": \"\\u00"}"#,
                #"{"type":"input_json_delta","partial_json":"e9\"}"}"#)
            + event(
                "message_delta", #""delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":7}"#
            )
            + event("message_stop")
        for size in [1, 3, 50, 10_000] {
            let whole = answer(events(.anthropic, stream, cut: size))
            #expect(
                whole?.parts == [
                    .reasoning(Reasoning("hm", signature: "sig")), .text("Héllo"),
                    .toolCall(ToolCall(id: "t1", name: "f", arguments: #"{"a": "\u00e9"}"#)),
                ])
            #expect(whole?.finish == .toolCalls)
            #expect(whole?.usage == TokenUsage(input: 10, cacheRead: 5, cacheWrite: 3, output: 7))
        }
    }

    @Test("a block stopped twice, a block started twice and a message started twice are one")
    func doubles() {
        let doubled =
            start + start
            + block(
                0, #"{"type":"tool_use","id":"t1","name":"f","input":{}}"#,
                #"{"type":"input_json_delta","partial_json":"{}"}"#)
            + event("content_block_stop", "\"index\":0") + ending
        let told = events(.anthropic, doubled)
        #expect(told.count { if case .start = $0 { true } else { false } } == 1)
        #expect(told.count { if case .partStop = $0 { true } else { false } } == 1)
        #expect(answer(told)?.parts.toolCalls.count == 1)
    }

    @Test("a tool without arguments has an empty object, one whose input stands in its start has that")
    func arguments() {
        let none = start + block(0, #"{"type":"tool_use","id":"t","name":"f","input":{}}"#) + ending
        #expect(answer(events(.anthropic, none))?.parts.toolCalls.first?.arguments == "{}")
        let early = start + block(0, #"{"type":"tool_use","id":"t","name":"f","input":{"a":1}}"#) + ending
        #expect(answer(events(.anthropic, early))?.parts.toolCalls.first?.arguments == #"{"a":1}"#)
    }

    @Test("only message_stop after a stop_reason makes the answer whole")
    func endings() {
        #expect(answer(events(.anthropic, start + text + ending)) != nil)
        #expect(failure(events(.anthropic, start))?.kind == .truncated)
        #expect(failure(events(.anthropic, start + text))?.kind == .truncated)
        #expect(failure(events(.anthropic, start + text + event("message_stop")))?.kind == .truncated)
        #expect(
            failure(events(.anthropic, start + text + String(ending.prefix(ending.count - 20))))?.kind == .truncated)
    }

    @Test("an overload told after 200 is an error, and a delta of no block is none")
    func errors() {
        let overload =
            #"event: error"# + "\n"
            + #"data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"# + "\n\n"
        #expect(failure(events(.anthropic, start + text + overload + ending))?.kind == .overloaded)
        let lost = event("content_block_delta", #""index":4,"delta":{"type":"input_json_delta","partial_json":"{"}"#)
        #expect(failure(events(.anthropic, start + lost + ending))?.kind == .malformed)
    }

    @Test("pings and unknown events are no progress, unknown blocks stay what they are")
    func unknown() {
        let told = events(
            .anthropic,
            start + event("ping") + event("brand_new", "\"x\":1")
                + block(
                    0, #"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#,
                    #"{"type":"input_json_delta","partial_json":"{}"}"#) + ending)
        #expect(
            answer(told)?.parts.map(\.content) == [
                .other(
                    DialectValue(
                        .anthropic, ["type": "server_tool_use", "id": "s", "name": "web_search", "input": [:]]))
            ])
        #expect(!hasTokens(events(.anthropic, start + event("ping"))))
    }
}

@Suite("Anthropic's streams, written")
struct AnthropicStreamWritingTests {
    @Test("usage told at once stands in the start; blocks follow one another; a stop sequence is named")
    func written() throws {
        var encoder = ClientDialect.anthropicMessages.streamEncoder(context)
        let bytes = encoder.encode([
            .start(StreamStart(id: "up", model: "m")), .usage(TokenUsage(input: 9, cacheRead: 2)), .partStart(0, .text),
            .partDelta(0, .text("Hi")), .partStop(0), .usage(TokenUsage(input: 9, cacheRead: 2, output: 3)),
            .finish(.stopSequence("END")),
        ])
        let expected = [
            #"event: message_start"#,
            #"data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"alias","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":0}}}"#,
            "", #"event: content_block_start"#,
            #"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#, "",
            #"event: content_block_delta"#,
            #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#, "",
            #"event: content_block_stop"#, #"data: {"type":"content_block_stop","index":0}"#, "",
            #"event: message_delta"#,
            #"data: {"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"},"usage":{"input_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":3}}"#,
            "", #"event: message_stop"#, #"data: {"type":"message_stop"}"#, "", "",
        ]
        #expect(String(decoding: bytes, as: UTF8.self) == expected.joined(separator: "\n"))
        #expect(encoder.encode([.partStart(1, .text), .finish(.stop), .error(ModelError(.server, "x"))]).isEmpty)
    }

    @Test("calls that come mixed are written one after the other, whole")
    func interleaved() throws {
        var encoder = ClientDialect.anthropicMessages.streamEncoder(context)
        var out: [UInt8] = []
        for event: StreamEvent in [
            .partStart(0, .toolCall(id: "a", name: "f")), .partStart(1, .toolCall(id: "b", name: "g")),
            .partStart(2, .toolCall(id: "c", name: "h")), .partDelta(1, .arguments("{\"y\"")),
            .partDelta(0, .arguments("{")),
            .partDelta(2, .arguments("{}")), .partStop(2), .partDelta(0, .arguments("}")),
            .partDelta(1, .arguments(":1}")),
            .finish(.toolCalls),
        ] { out += encoder.encode(event) }
        let calls = try #require(answer(events(.anthropic, bytes: out))).parts.toolCalls
        #expect(
            calls == [
                ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "g", arguments: #"{"y":1}"#),
                ToolCall(id: "c", name: "h", arguments: "{}"),
            ])
    }

    @Test("an answer that breaks off ends as an error, never as a success")
    func brokenOff() throws {
        for dialect in ClientDialect.allCases {
            var encoder = dialect.streamEncoder(context)
            let text = String(
                decoding: encoder.encode([.partStart(0, .text), .partDelta(0, .text("a"))]) + encoder.encodeEnd(),
                as: UTF8.self)
            for word in ["message_stop", "[DONE]", "response.completed", "\"done\":true", "finish_reason\":\""] {
                #expect(!text.contains(word), "\(dialect)")
            }
            #expect(text.contains("error"), "\(dialect)")
            #expect(encoder.hasEnded && encoder.encodeEnd().isEmpty)
        }
    }
}

import ClawDialects
import ClawDocuments
import Testing

/// One event of a `chat.completion.chunk` stream.
func chunk(_ delta: String, finish: String = "null", more: String = "") -> String {
    #"data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":"#
        + delta + #","finish_reason":"# + finish + "}]\(more)}\n\n"
}

let done = "data: [DONE]\n\n"
private let role = chunk(#"{"role":"assistant","content":""}"#)
private let stop = chunk("{}", finish: "\"stop\"")
private let usageChunk =
    #"data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":6},"completion_tokens_details":{"reasoning_tokens":1}}}"#
    + "\n\n"

@Suite("OpenAI's streams, read")
struct OpenAIStreamTests {
    @Test("text, usage and the end become events, wherever the bytes are cut")
    func plain() {
        let text = role + chunk(#"{"content":"Hé"}"#) + chunk(#"{"content":"llo 👋"}"#) + stop + usageChunk + done
        let expected: [StreamEvent] = [
            .start(StreamStart(id: "c1", model: "m", created: 7)), .partStart(0, .text),
            .partDelta(0, .text("Héllo 👋")),
            .partStop(0), .usage(TokenUsage(input: 4, cacheRead: 6, output: 4, reasoning: 1)), .finish(.stop),
        ]
        for size in [1, 2, 3, 7, 64, 10_000] {
            #expect(merged(events(.openAI, text, cut: size)) == expected, "\(size)")
        }
    }

    @Test("CRLF, CR, a byte order mark, comments, no blank after the colon and data on several lines mean the same")
    func framing() {
        let text = role + chunk(#"{"content":"a"}"#) + stop + done
        let expected = merged(events(.openAI, text))
        #expect(answer(expected)?.parts == [.text("a")])
        let variants = [
            text.replacing("\n", with: "\r\n"), text.replacing("\n", with: "\r"), "\u{FEFF}" + text,
            text.replacing("data: ", with: "data:"),
            ": hello\n\n" + text.replacing("\n\n", with: "\n\n: keepalive\n\n"),
            text.replacing(#","choices""#, with: ",\ndata: \"choices\""), "event: message\nid: 3\n" + text,
        ]
        for variant in variants {
            for size in [1, 5, 10_000] { #expect(merged(events(.openAI, variant, cut: size)) == expected) }
        }
    }

    @Test("a finish without [DONE] is a whole answer; [DONE] without a finish, and no finish at all, are torn ones")
    func endings() {
        #expect(answer(events(.openAI, role + chunk(#"{"content":"a"}"#) + stop))?.finish == .stop)
        #expect(failure(events(.openAI, role + chunk(#"{"content":"a"}"#) + done))?.kind == .truncated)
        #expect(failure(events(.openAI, role + chunk(#"{"content":"a"}"#)))?.kind == .truncated)
        #expect(failure(events(.openAI, ""))?.kind == .truncated)
        #expect(failure(events(.openAI, role + String(stop.dropLast(9))))?.kind == .truncated)
    }

    @Test("a malformed event ends the stream as an error")
    func malformed() {
        for bad in ["data: {\"choices\":[\n\n", "data: hello\n\n", "data: 3\n\n", "data: [1]\n\n"] {
            #expect(failure(events(.openAI, role + bad + stop + done))?.kind == .malformed, "\(bad)")
        }
    }

    @Test("an error after content ends the stream as that error")
    func errorAfterContent() {
        let error =
            #"data: {"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}"# + "\n\n"
        let told = events(.openAI, role + chunk(#"{"content":"a"}"#) + error + stop + done)
        #expect(failure(told)?.kind == .rateLimited)
        #expect(failure(told)?.message == "slow down")
        let bare = events(.openAI, #"data: {"object":"error","message":"no","code":400}"# + "\n\n")
        #expect(failure(bare)?.kind == .invalidRequest)
        // As OpenRouter tells it: an error beside a choice.
        let beside =
            #"data: {"id":"x","error":{"code":502,"message":"gone"},"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#
        #expect(failure(events(.openAI, role + beside + "\n\n"))?.message == "gone")
    }

    @Test("parallel tool calls interleave by index, and no argument is lost")
    func parallelTools() {
        let text =
            role
            + chunk(#"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#)
            + chunk(
                #"{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\":"}}]}"#
            )
            + chunk(
                #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":\"\\u00"}},{"index":1,"function":{"arguments":"2}"}}]}"#
            )
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"e9\"}"}}]}"#)
            + chunk("{}", finish: "\"tool_calls\"") + done
        for size in [1, 11, 10_000] {
            let told = events(.openAI, text, cut: size)
            #expect(
                answer(told)?.parts.toolCalls == [
                    ToolCall(id: "a", name: "f", arguments: #"{"x":"\u00e9"}"#),
                    ToolCall(id: "b", name: "g", arguments: #"{"y":2}"#),
                ])
            #expect(answer(told)?.finish == .toolCalls)
        }
    }

    @Test("tool calls of servers that bend the rules: no index, one index for all, no id, the name late, no arguments")
    func oddTools() throws {
        func calls(_ deltas: String...) -> [ToolCall]? {
            let text = deltas.map { chunk(#"{"tool_calls":[\#($0)]}"#) }.joined()
            return answer(events(.openAI, role + text + chunk("{}", finish: "\"stop\"") + done))?.parts.toolCalls
        }
        #expect(
            calls(
                #"{"id":"a","function":{"name":"f","arguments":"{}"}}"#,
                #"{"id":"b","function":{"name":"g","arguments":"{}"}}"#)
                == [ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "g", arguments: "{}")])
        #expect(
            calls(
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
                #"{"index":0,"id":"b","function":{"name":"g","arguments":"{\"k\":1}"}}"#)
                == [
                    ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "g", arguments: #"{"k":1}"#),
                ])
        let anonymous = try #require(calls(#"{"index":0,"function":{"name":"f","arguments":"{}"}}"#))
        #expect(anonymous.map(\.id) == ["call_c1_0"])
        #expect(
            calls(
                #"{"index":0,"id":"a","function":{"arguments":"{\"a\""}}"#,
                #"{"index":0,"function":{"name":"f","arguments":":1}"}}"#)
                == [ToolCall(id: "a", name: "f", arguments: #"{"a":1}"#)])
        #expect(
            calls(#"{"index":0,"id":"a","function":{"name":"f","arguments":""}}"#) == [
                ToolCall(id: "a", name: "f", arguments: "")
            ])
        // Arguments as an object.
        #expect(
            calls(#"{"index":0,"id":"a","function":{"name":"f","arguments":{"z":1}}}"#)
                == [ToolCall(id: "a", name: "f", arguments: #"{"z":1}"#)])
    }

    @Test("a call that is whole ends when the next begins, one that is not goes on beside it")
    func callEnds() {
        let first = chunk(#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#)
        let second = chunk(#"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}"#)
        let told = events(.openAI, first + second + stop)
        #expect(
            told.firstIndex(of: .partStop(0)).map {
                $0 < told.firstIndex(of: .partStart(1, .toolCall(id: "b", name: "g")))!
            } == true)
        let late = chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"again\":1}"}}]}"#)
        #expect(failure(events(.openAI, first + second + late + stop))?.kind == .malformed)
        let blank = chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\n"}}]}"#)
        #expect(answer(events(.openAI, first + second + blank + stop))?.parts.count == 2)
    }

    @Test("thoughts under each of their names come before the text, in a part of their own")
    func reasoning() {
        for name in ["reasoning_content", "reasoning"] {
            let text =
                chunk(#"{"role":"assistant","content":null,"\#(name)":"hm"}"#) + chunk(#"{"\#(name)":"m"}"#)
                + chunk(#"{"content":"a"}"#) + stop
            #expect(answer(events(.openAI, text))?.parts == [.reasoning(Reasoning("hmm")), .text("a")])
        }
        let blocks =
            chunk(#"{"reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm"}]}"#)
            + chunk(#"{"thinking_blocks":[{"type":"thinking","thinking":"","signature":"s"}]}"#)
            + chunk(#"{"thinking_blocks":[{"type":"redacted_thinking","data":"xyz"}]}"#) + chunk(#"{"content":"a"}"#)
            + stop
        #expect(
            answer(events(.openAI, blocks))?.parts
                == [
                    .reasoning(Reasoning("hm", signature: "s")), .reasoning(Reasoning("", redacted: "xyz")), .text("a"),
                ])
    }

    @Test("comments are pings: they are no progress of the model's")
    func keepAlive() {
        var decoder = UpstreamDialect.openAI.streamDecoder()
        let quiet = decoder.receive(Array(": OPENROUTER PROCESSING\n\n: again\n\n".utf8))
        #expect(quiet == [.ping, .ping])
        #expect(!hasTokens(quiet))
        #expect(hasTokens(decoder.receive(Array(chunk(#"{"content":"a"}"#).utf8))))
    }

    @Test("what is too large is refused: an event, an answer, a number of parts, a depth")
    func limits() {
        var limits = DialectLimits()
        limits.eventBytes = 100
        #expect(
            failure(events(.openAI, "data: " + String(repeating: "x", count: 200), limits: limits))?.kind == .malformed)
        limits = DialectLimits()
        limits.answerBytes = 300
        #expect(
            failure(events(.openAI, String(repeating: ": x\n\n", count: 100), cut: 50, limits: limits))?.kind
                == .malformed)
        limits = DialectLimits()
        limits.answerParts = 1
        let two = chunk(#"{"reasoning":"a"}"#) + chunk(#"{"content":"a"}"#) + stop
        #expect(failure(events(.openAI, two, limits: limits))?.kind == .malformed)
        limits = DialectLimits()
        limits.depth = 10
        let deep =
            "data: {\"choices\":" + String(repeating: "[", count: 20) + String(repeating: "]", count: 20) + "}\n\n"
        #expect(failure(events(.openAI, deep, limits: limits))?.kind == .malformed)
    }
}

import ClawDialects
import Testing

private let first = chunk(#"{"role":"assistant","content":""}"#)
private let word = chunk(#"{"content":"say \"finish_reason\":\"stop\" or \"error\": x, \"usage\": {}"}"#)
private let last = chunk("{}", finish: "\"stop\"")
private let usage =
    #"data: {"id":"c1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":4}}"# + "\n\n"

/// What a relay lets through, what it learns, and how it ends.
private func relay(
    _ dialect: ClientDialect, _ text: String, cut size: Int = .max, includesUsage: Bool = true,
    limits: DialectLimits = DialectLimits()
) -> (text: String, relay: StreamRelay, tokens: Int) {
    var relay = StreamRelay(dialect, includesUsage: includesUsage, limits: limits)
    var out: [UInt8] = []
    var tokens = 0
    for piece in chunks(Array(text.utf8), size) {
        let output = relay.receive(piece)
        out += output.bytes
        if output.hasTokenActivity { tokens += 1 }
        if output.ending != nil { break }
    }
    if relay.ending == nil { out += relay.receiveEnd().bytes }
    return (String(decoding: out, as: UTF8.self), relay, tokens)
}

extension StreamRelay {
    fileprivate var failure: ModelError.Kind? { if case .failure(let error)? = ending { error.kind } else { nil } }
}

@Suite("A stream that passes unchanged")
struct StreamRelayTests {
    @Test("OpenAI: the bytes are the upstream's, usage and finish are known, wherever the stream is cut")
    func openAI() {
        let text = ": hello\n\n" + first + word + last + usage + done
        for variant in [text, text.replacing("\n", with: "\r\n"), text.replacing("data: ", with: "data:")] {
            for size in [1, 2, 17, 100, 10_000] {
                let passed = relay(.openAIChat, variant, cut: size)
                // Between CR and LF a chunk may end, and the block is out before its LF comes, which then says nothing.
                #expect(
                    passed.text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
                        == variant.replacing("\r\n", with: "\n"), "\(size)")
                if !variant.utf8.contains(13) { #expect(passed.text == variant) }
                #expect(passed.relay.ending == .success)
                #expect(passed.relay.usage == TokenUsage(input: 10, output: 4))
                #expect(passed.relay.finish == .stop)
            }
        }
    }

    @Test("a chunk of whole events goes out as the array that came in")
    func noCopy() {
        var relay = StreamRelay(.openAIChat, includesUsage: false)
        let bytes = Array((first + word).utf8)
        let out = relay.receive(bytes)
        let same = out.bytes.withUnsafeBufferPointer { a in
            bytes.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress }
        }
        #expect(same && out.hasTokenActivity && out.ending == nil)
    }

    @Test("the usage chunk is for those who asked")
    func strip() {
        let text = first + word + last + usage + done
        for size in [1, 17, 10_000] {
            let passed = relay(.openAIChat, text, cut: size, includesUsage: false)
            #expect(passed.text == text.replacing(usage, with: ""))
            #expect(passed.relay.usage == TokenUsage(input: 10, output: 4))
        }
    }

    @Test("an upstream without [DONE] gets one where every choice finished; torn streams end as errors")
    func endings() {
        #expect(relay(.openAIChat, first + last).text == first + last + done)
        #expect(relay(.openAIChat, first + word).relay.failure == .truncated)
        let torn = relay(.openAIChat, first + word + done)
        #expect(torn.relay.failure == .truncated && torn.text == first + word)
        let second = word.replacing("\"index\":0", with: "\"index\":1")
        #expect(relay(.openAIChat, first + second + last + done).relay.failure == .truncated)
        let both = first + second + last + last.replacing("\"index\":0", with: "\"index\":1") + done
        #expect(relay(.openAIChat, both).relay.ending == .success)
    }

    @Test("an error in the stream, a malformed event and one too large end it; none of their bytes pass")
    func errors() {
        let error = #"data: {"error":{"message":"x","type":"server_error"}}"# + "\n\n"
        let failed = relay(.openAIChat, first + error + last + done)
        #expect(failed.text == first && failed.relay.failure == .server)
        for bad in [
            "data: {\"choices\":[\n\n", "data: {\"a\":\"b\n\n", "data: hello\n\n", "data: {}}\n\n",
            "data: {\"choices\":[{\"index\":0]}\n\n",
        ] {
            let passed = relay(.openAIChat, first + bad + last)
            #expect(passed.text == first && passed.relay.failure == .malformed, "\(bad)")
        }
        var limits = DialectLimits()
        limits.eventBytes = 300
        #expect(
            relay(.openAIChat, "data: " + String(repeating: "x", count: 1000), cut: 50, limits: limits).relay.failure
                == .malformed)
    }

    @Test("comments are no tokens")
    func comments() { #expect(relay(.openAIChat, ": a\n\n: b\n\n", cut: 5).tokens == 0) }

    @Test("Anthropic: what an upstream says twice passes once, the rest as it came")
    func anthropic() {
        let start = event("message_start", #""message":{"id":"m","usage":{"input_tokens":10,"output_tokens":1}}"#)
        let open = event(
            "content_block_start", #""index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}"#)
        let delta = event("content_block_delta", #""index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}"#)
        let stop = event("content_block_stop", "\"index\":0")
        let end =
            event("message_delta", #""delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":5}"#)
            + event("message_stop")
        for size in [1, 30, 10_000] {
            let passed = relay(
                .anthropicMessages, start + start + event("ping") + open + open + delta + stop + stop + end, cut: size)
            #expect(passed.text == start + event("ping") + open + delta + stop + end)
            #expect(passed.relay.ending == .success)
            #expect(passed.relay.usage == TokenUsage(input: 10, output: 5))
        }
        #expect(relay(.anthropicMessages, start + open + delta).relay.failure == .truncated)
        #expect(relay(.anthropicMessages, start + delta).relay.failure == .malformed)
        let overload = event("error", #""error":{"type":"overloaded_error","message":"x"}"#)
        #expect(relay(.anthropicMessages, start + overload).relay.failure == .overloaded)
    }

    @Test("Ollama: lines pass until one is done; an error is a line")
    func ollama() {
        let line = #"{"model":"m","message":{"role":"assistant","content":"\"done\":true"},"done":false}"# + "\n"
        let end =
            #"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4}"#
        for size in [1, 30, 10_000] {
            let passed = relay(.ollamaChat, line + line + end + "\n", cut: size)
            #expect(passed.text == line + line + end + "\n" && passed.relay.ending == .success)
            #expect(passed.relay.usage == TokenUsage(input: 3, output: 4))
        }
        #expect(relay(.ollamaChat, line + end).relay.ending == .success)
        #expect(relay(.ollamaChat, line).relay.failure == .truncated)
        #expect(relay(.ollamaChat, line + #"{"error":"model crashed"}"# + "\n").relay.failure == .server)
    }

    @Test("Responses: whole with its last event, which has the usage")
    func responses() {
        let delta = event("response.output_text.delta", #""delta":"x""#)
        let end = event(
            "response.completed",
            #""response":{"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":2}}"#)
        let passed = relay(.openAIResponses, event("response.created") + delta + end)
        #expect(passed.text == event("response.created") + delta + end && passed.relay.ending == .success)
        #expect(passed.relay.usage == TokenUsage(input: 6, cacheRead: 4, output: 2))
        #expect(relay(.openAIResponses, delta).relay.failure == .truncated)
        let failed = event("response.failed", #""response":{"error":{"code":"rate_limit_exceeded","message":"slow"}}"#)
        #expect(relay(.openAIResponses, delta + failed).relay.failure == .rateLimited)
    }
}

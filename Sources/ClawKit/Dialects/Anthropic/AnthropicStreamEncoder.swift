/// Writes a stream of Anthropic's events.
///
/// Blocks stand one after the other: while one is open, what other parts say waits. Each is started once and stopped
/// once, and all are before the `message_delta` comes.
struct AnthropicStreamEncoder: Sendable {
    private let context: ReplyContext
    private var grammar = StreamGrammar()
    /// The start is written with the first thing after it, so that usage told at once stands in it.
    private var owesStart = false
    private var usage = TokenUsage()
    /// The part whose block is open, and the block's index.
    private var open: (part: Int, block: Int)?
    private var nextBlock = 0
    /// What other parts said meanwhile.
    private var waiting: [StreamEvent] = []

    init(_ context: ReplyContext) { self.context = context }

    var hasEnded: Bool { grammar.hasEnded }

    mutating func encode(_ event: StreamEvent, to out: inout [UInt8]) {
        var grammar = grammar
        grammar.admit(event) { write($0, to: &out) }
        self.grammar = grammar
    }

    private mutating func write(_ event: StreamEvent, to out: inout [UInt8]) {
        switch event {
        case .start: owesStart = true
        case .usage(let usage): self.usage = usage
        case .partStart, .partDelta, .partStop:
            writeStart(to: &out)
            place(event, to: &out)
        case .ping:
            writeStart(to: &out)
            out += "event: ping\ndata: {\"type\":\"ping\"}\n\n".utf8
        case .finish(let reason):
            writeStart(to: &out)
            finish(reason, to: &out)
        case .error(let error):
            out += "event: error\ndata: ".utf8
            out += AnthropicAnswers.encode(error)
            out += "\n\n".utf8
        }
    }

    private mutating func writeStart(to out: inout [UInt8]) {
        guard owesStart else { return }
        owesStart = false
        var text = JSONText()
        text.beginObject()
        text.put("type", "message_start")
        text.beginObject("message")
        AnthropicAnswers.writeHead(context, to: &text)
        text.put("content", raw: "[]")
        text.putNull("stop_reason")
        text.putNull("stop_sequence")
        text.key("usage")
        usage.writeAnthropic(to: &text)
        text.endObject()
        text.endObject()
        event("message_start", text, to: &out)
    }

    // MARK: blocks

    /// Writes what belongs to the open block, keeps what does not.
    private mutating func place(_ event: StreamEvent, to out: inout [UInt8]) {
        switch event {
        case .partStart(let part, let start):
            guard open == nil else { return waiting.append(event) }
            open = (part, nextBlock)
            nextBlock += 1
            begin(start, to: &out)
        case .partDelta(let part, let delta):
            if part == open?.part { write(delta, to: &out) } else { waiting.append(event) }
        case .partStop(let part):
            guard part == open?.part else { return waiting.append(event) }
            stop(to: &out)
            // The next one's words may have come already; they are written until a block stays open again.
            let held = waiting
            waiting = []
            for event in held { place(event, to: &out) }
        default: break
        }
    }

    private func begin(_ start: PartStart, to out: inout [UInt8]) {
        guard let block = open?.block else { return }
        var text = JSONText()
        text.beginObject()
        text.put("type", "content_block_start")
        text.put("index", block)
        switch start {
        case .text, .refusal: text.put("content_block", raw: #"{"type":"text","text":""}"#)
        case .reasoning: text.put("content_block", raw: #"{"type":"thinking","thinking":"","signature":""}"#)
        case .redactedReasoning(let data):
            text.beginObject("content_block")
            text.put("type", "redacted_thinking")
            text.put("data", data)
            text.endObject()
        case .toolCall(let id, let name):
            text.beginObject("content_block")
            text.put("type", "tool_use")
            text.put("id", AnthropicContent.identifier(id))
            text.put("name", name)
            text.put("input", raw: "{}")
            text.endObject()
        case .other(let value):
            // What the client cannot read still has its place.
            if value.family == .anthropic {
                text.put("content_block", value.json)
            } else {
                text.put("content_block", raw: #"{"type":"text","text":""}"#)
            }
        }
        text.endObject()
        event("content_block_start", text, to: &out)
    }

    private func write(_ delta: PartDelta, to out: inout [UInt8]) {
        guard let block = open?.block else { return }
        let (head, words): (StaticString, String) =
            switch delta {
            case .text(let words), .refusal(let words): (#""text_delta","text":"#, words)
            case .reasoning(let words): (#""thinking_delta","thinking":"#, words)
            case .signature(let words): (#""signature_delta","signature":"#, words)
            case .arguments(let words): (#""input_json_delta","partial_json":"#, words)
            }
        out += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":".utf8
        out += String(block).utf8
        out += ",\"delta\":{\"type\":".utf8
        out.append(contentsOf: UnsafeBufferPointer(start: head.utf8Start, count: head.utf8CodeUnitCount))
        JSONText.quote(words, to: &out)
        out += "}}\n\n".utf8
    }

    private mutating func stop(to out: inout [UInt8]) {
        guard let block = open?.block else { return }
        open = nil
        out += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":\(block)}\n\n".utf8
    }

    // MARK: the end

    /// The grammar has stopped every part before, so nothing waits any more.
    private func finish(_ reason: FinishReason, to out: inout [UInt8]) {
        var text = JSONText()
        text.beginObject()
        text.put("type", "message_delta")
        text.beginObject("delta")
        AnthropicAnswers.writeEnding(reason, to: &text)
        text.endObject()
        text.key("usage")
        usage.writeAnthropic(to: &text)
        text.endObject()
        event("message_delta", text, to: &out)
        out += "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8
    }

    private func event(_ name: StaticString, _ text: JSONText, to out: inout [UInt8]) {
        out += "event: ".utf8
        out.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        out += "\ndata: ".utf8
        out += text.bytes
        out += "\n\n".utf8
    }
}

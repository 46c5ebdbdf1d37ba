import ClawDocuments

/// Writes a stream of the Responses API's events: numbered, each item added once and done once.
struct ResponsesStreamEncoder: Sendable {
    private struct Open {
        var output: Int
        var id: String
        var part: ContentPart
    }

    private let context: ReplyContext
    private var grammar = StreamGrammar()
    private var sequence = 0
    private var open: [Int: Open] = [:]
    /// Items that are done, by their place in the output.
    private var done: [Int: String] = [:]
    private var nextOutput = 0
    private var usage = TokenUsage()

    init(_ context: ReplyContext) { self.context = context }

    var hasEnded: Bool { grammar.hasEnded }

    mutating func encode(_ event: StreamEvent, to out: inout [UInt8]) {
        var grammar = grammar
        grammar.admit(event) { write($0, to: &out) }
        self.grammar = grammar
    }

    private mutating func write(_ event: StreamEvent, to out: inout [UInt8]) {
        switch event {
        case .start:
            response("response.created", status: "in_progress", to: &out)
            response("response.in_progress", status: "in_progress", to: &out)
        case .usage(let usage): self.usage = usage
        case .ping: out += ": keep-alive\n\n".utf8
        case .partStart(let part, let start): begin(part, start, to: &out)
        case .partDelta(let part, let delta): write(delta, part, to: &out)
        case .partStop(let part): stop(part, to: &out)
        case .finish(let reason):
            let name = reason.responsesIncomplete == nil ? "response.completed" : "response.incomplete"
            response(name, status: reason.responsesStatus, ModelAnswer(finish: reason, usage: usage), to: &out)
        case .error(let error): write(error, to: &out)
        }
    }

    // MARK: events

    private mutating func event(_ type: String, to out: inout [UInt8], _ members: (inout JSONText) -> Void) {
        var text = JSONText()
        text.beginObject()
        text.put("type", type)
        text.put("sequence_number", sequence)
        sequence += 1
        members(&text)
        text.endObject()
        out += "event: \(type)\ndata: ".utf8
        out += text.bytes
        out += "\n\n".utf8
    }

    private mutating func response(
        _ type: String, status: String, _ answer: ModelAnswer? = nil, error: ModelError? = nil, to out: inout [UInt8]
    ) {
        let items = done.sorted { $0.key < $1.key }.map(\.value)
        event(type, to: &out) { [context] text in
            text.key("response")
            ResponsesAnswers.write(context, status: status, items: items, answer: answer, error: error, to: &text)
        }
    }

    /// A stream that failed before it began has the bare event only.
    private mutating func write(_ error: ModelError, to out: inout [UInt8]) {
        if grammar.hasStarted || sequence > 0 { response("response.failed", status: "failed", error: error, to: &out) }
        event("error", to: &out) { text in
            if let code = error.code ?? error.kind.openAICode { text.put("code", code) } else { text.putNull("code") }
            text.put("message", error.message)
            if let param = error.param { text.put("param", param) } else { text.putNull("param") }
        }
    }

    // MARK: items

    private mutating func begin(_ part: Int, _ start: PartStart, to out: inout [UInt8]) {
        let content = ContentPart(start)
        if case .other(let value) = content.content, value.family != .openAIResponses { return }
        let item = Open(output: nextOutput, id: ResponsesAnswers.itemID(content, nextOutput, context), part: content)
        open[part] = item
        nextOutput += 1
        event("response.output_item.added", to: &out) { text in
            text.put("output_index", item.output)
            text.key("item")
            ResponsesAnswers.write(content, id: item.id, status: "in_progress", to: &text)
        }
        guard start == .text || start == .refusal else { return }
        contentPart("response.content_part.added", item, to: &out)
    }

    private mutating func contentPart(_ type: String, _ item: Open, to out: inout [UInt8]) {
        event(type, to: &out) { text in
            text.put("item_id", item.id)
            text.put("output_index", item.output)
            text.put("content_index", 0)
            text.key("part")
            ResponsesAnswers.writeContent(item.part, to: &text)
        }
    }

    private mutating func write(_ delta: PartDelta, _ part: Int, to out: inout [UInt8]) {
        open[part]?.part.add(delta)
        guard let item = open[part] else { return }
        switch delta {
        case .text(let words): write("response.output_text.delta", item, words, to: &out)
        case .refusal(let words): write("response.refusal.delta", item, words, to: &out)
        case .reasoning(let words): write("response.reasoning_text.delta", item, words, to: &out)
        case .arguments(let words): write("response.function_call_arguments.delta", item, words, to: &out)
        case .signature: break
        }
    }

    private mutating func write(_ type: String, _ item: Open, _ words: String, to out: inout [UInt8]) {
        event(type, to: &out) { text in
            text.put("item_id", item.id)
            text.put("output_index", item.output)
            if item.part.toolCall == nil { text.put("content_index", 0) }
            text.put("delta", words)
            if item.part.text != nil { text.put("logprobs", raw: "[]") }
        }
    }

    private mutating func stop(_ part: Int, to out: inout [UInt8]) {
        guard let item = open.removeValue(forKey: part) else { return }
        switch item.part.content {
        case .text(let words): finish("response.output_text.done", "text", item, words, to: &out)
        case .refusal(let words): finish("response.refusal.done", "refusal", item, words, to: &out)
        case .reasoning(let reasoning) where !reasoning.text.isEmpty:
            finish("response.reasoning_text.done", "text", item, reasoning.text, to: &out)
        case .toolCall(let call):
            finish("response.function_call_arguments.done", "arguments", item, call.arguments, to: &out)
        default: break
        }
        if item.part.reasoning == nil, item.part.toolCall == nil {
            contentPart("response.content_part.done", item, to: &out)
        }
        var text = JSONText()
        ResponsesAnswers.write(item.part, id: item.id, status: "completed", to: &text)
        let written = String(decoding: text.bytes, as: UTF8.self)
        done[item.output] = written
        event("response.output_item.done", to: &out) { text in
            text.put("output_index", item.output)
            text.put("item", raw: written)
        }
    }

    private mutating func finish(
        _ type: String, _ member: StaticString, _ item: Open, _ words: String, to out: inout [UInt8]
    ) {
        event(type, to: &out) { text in
            text.put("item_id", item.id)
            text.put("output_index", item.output)
            if let call = item.part.toolCall { text.put("name", call.name) } else { text.put("content_index", 0) }
            text.put(member, words)
            if item.part.text != nil { text.put("logprobs", raw: "[]") }
        }
    }
}

/// Writes a stream of `chat.completion.chunk` events.
struct OpenAIStreamEncoder: Sendable {
    private let context: ReplyContext
    private var grammar = StreamGrammar()
    private var usage: TokenUsage?
    /// Which call a part is: its ordinal among tool calls, not its place in the answer.
    private var callOrdinals: [Int: Int] = [:]
    /// Signatures go out whole, with the end of their thoughts.
    private var signatures: [Int: String] = [:]
    /// What stands before and after every delta.
    private let head: [UInt8]
    private let tail: [UInt8]

    init(_ context: ReplyContext) {
        self.context = context
        var text = JSONText(capacity: 256)
        text.beginObject()
        text.put("id", "chatcmpl-" + context.id)
        text.put("object", "chat.completion.chunk")
        text.put("created", context.created)
        text.put("model", context.model)
        head = Array("data: ".utf8) + text.bytes
        // Asked for, usage is null in all chunks but the one that has it.
        tail = Array((context.includesUsage ? ",\"usage\":null}\n\n" : "}\n\n").utf8)
    }

    var hasEnded: Bool { grammar.hasEnded }

    mutating func encode(_ event: StreamEvent, to out: inout [UInt8]) {
        // The grammar is taken out while it calls back, so that the rest can be changed.
        var grammar = grammar
        grammar.admit(event) { write($0, to: &out) }
        self.grammar = grammar
    }

    private mutating func write(_ event: StreamEvent, to out: inout [UInt8]) {
        switch event {
        case .start: delta(to: &out) { $0.append(contentsOf: #""role":"assistant","content":"""#.utf8) }
        case .partStart(let index, let start): write(start, index, to: &out)
        case .partDelta(let index, let delta): write(delta, index, to: &out)
        case .partStop(let part):
            if let signature = signatures.removeValue(forKey: part) { write(signature: signature, part, to: &out) }
        case .usage(let usage): self.usage = usage
        case .ping: out += ": keep-alive\n\n".utf8
        case .finish(let reason): finish(reason, to: &out)
        case .error(let error):
            out += "data: ".utf8
            out += OpenAIErrors.encode(error)
            out += "\n\n".utf8
        }
    }

    private mutating func write(_ delta: PartDelta, _ index: Int, to out: inout [UInt8]) {
        switch delta {
        case .text(let words): member(#""content":"#, words, to: &out)
        case .refusal(let words): member(#""refusal":"#, words, to: &out)
        case .reasoning(let words): member(#""reasoning_content":"#, words, to: &out)
        case .arguments(let fragment):
            guard let ordinal = callOrdinals[index] else { return }
            self.delta(to: &out) { out in
                out += "\"tool_calls\":[{\"index\":\(ordinal),\"function\":{\"arguments\":".utf8
                JSONText.quote(fragment, to: &out)
                out += "}}]".utf8
            }
        case .signature(let more): signatures[index, default: ""] += more
        }
    }

    private func write(signature: String, _ index: Int, to out: inout [UInt8]) {
        guard let ordinal = callOrdinals[index] else {
            return write(block: Reasoning("", signature: signature), to: &out)
        }
        delta(to: &out) { out in
            out += "\"tool_calls\":[{\"index\":\(ordinal),\"extra_content\":{\"google\":{\"thought_signature\":".utf8
            JSONText.quote(signature, to: &out)
            out += "}}}]".utf8
        }
    }

    private mutating func write(_ start: PartStart, _ index: Int, to out: inout [UInt8]) {
        switch start {
        case .text, .reasoning, .refusal, .other: break
        case .redactedReasoning(let data): write(block: Reasoning("", redacted: data), to: &out)
        case .toolCall(let id, let name):
            let ordinal = callOrdinals.count
            callOrdinals[index] = ordinal
            delta(to: &out) { out in
                out += "\"tool_calls\":[{\"index\":\(ordinal),\"id\":".utf8
                JSONText.quote(id, to: &out)
                out += ",\"type\":\"function\",\"function\":{\"name\":".utf8
                JSONText.quote(name, to: &out)
                out += ",\"arguments\":\"\"}}]".utf8
            }
        }
    }

    private func write(block thought: Reasoning, to out: inout [UInt8]) {
        delta(to: &out) { out in
            out += "\"thinking_blocks\":[".utf8
            var text = JSONText()
            OpenAIAnswers.write(block: thought, to: &text)
            out += text.bytes
            out.append(UInt8(ascii: "]"))
        }
    }

    private func member(_ name: StaticString, _ words: String, to out: inout [UInt8]) {
        delta(to: &out) { out in
            out.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            JSONText.quote(words, to: &out)
        }
    }

    private func delta(to out: inout [UInt8], _ members: (inout [UInt8]) -> Void) {
        out += head
        out += #","choices":[{"index":0,"delta":{"#.utf8
        members(&out)
        out += #"},"logprobs":null,"finish_reason":null}]"#.utf8
        out += tail
    }

    private func finish(_ reason: FinishReason, to out: inout [UInt8]) {
        out += head
        out += #","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":""#.utf8
        out += reason.openAI.utf8
        out += "\"}]".utf8
        out += tail
        if context.includesUsage {
            out += head
            out += #","choices":[],"usage":"#.utf8
            var text = JSONText()
            (usage ?? TokenUsage()).writeOpenAI(to: &text)
            out += text.bytes
            out += "}\n\n".utf8
        }
        out += "data: [DONE]\n\n".utf8
    }
}

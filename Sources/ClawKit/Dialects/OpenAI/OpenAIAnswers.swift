import ClawDocuments

/// Whole answers in OpenAI's chat form.
enum OpenAIAnswers {
    // MARK: writing

    static func encode(_ answer: ModelAnswer, _ context: ReplyContext) -> [UInt8] {
        var text = JSONText(capacity: 1024)
        text.beginObject()
        text.put("id", "chatcmpl-" + context.id)
        text.put("object", "chat.completion")
        text.put("created", context.created)
        text.put("model", context.model)
        text.beginArray("choices")
        text.beginObject()
        text.put("index", 0)
        text.beginObject("message")
        text.put("role", "assistant")
        write(parts: answer.parts, to: &text)
        text.endObject()
        text.putNull("logprobs")
        text.put("finish_reason", answer.finish.openAI)
        text.endObject()
        text.endArray()
        text.key("usage")
        answer.usage.writeOpenAI(to: &text)
        text.endObject()
        return text.bytes
    }

    private static func write(parts: [ContentPart], to text: inout JSONText) {
        let words = parts.compactMap(\.text)
        let refusals = parts.compactMap { if case .refusal(let words) = $0.content { words } else { nil } }
        let calls = parts.toolCalls
        if words.isEmpty, !calls.isEmpty || !refusals.isEmpty {
            text.putNull("content")
        } else {
            text.put("content", words.joined())
        }
        if refusals.isEmpty { text.putNull("refusal") } else { text.put("refusal", refusals.joined()) }
        write(reasoning: parts.compactMap(\.reasoning), to: &text)
        write(calls: calls, to: &text)
    }

    /// Thoughts as text, and as blocks where there is a signature that must come back.
    static func write(reasoning thoughts: [Reasoning], to text: inout JSONText) {
        let words = thoughts.map(\.text).joined()
        if !words.isEmpty { text.put("reasoning_content", words) }
        guard thoughts.contains(where: { $0.signature != nil || $0.redacted != nil }) else { return }
        text.beginArray("thinking_blocks")
        for thought in thoughts { write(block: thought, to: &text) }
        text.endArray()
    }

    static func write(block thought: Reasoning, to text: inout JSONText) {
        text.beginObject()
        if let data = thought.redacted {
            text.put("type", "redacted_thinking")
            text.put("data", data)
        } else {
            text.put("type", "thinking")
            text.put("thinking", thought.text)
            text.put("signature", thought.signature)
        }
        text.endObject()
    }

    static func write(calls: [ToolCall], to text: inout JSONText) {
        guard !calls.isEmpty else { return }
        text.beginArray("tool_calls")
        for call in calls {
            text.beginObject()
            text.put("id", call.id)
            text.put("type", "function")
            text.beginObject("function")
            text.put("name", call.name)
            text.put("arguments", call.arguments)
            text.endObject()
            if let signature = call.signature {
                text.put("extra_content", ["google": ["thought_signature": .string(signature)]] as JSON)
            }
            text.endObject()
        }
        text.endArray()
    }

    // MARK: reading

    /// An answer of chat completions, and, where requests of theirs pass as they are, of completions or responses.
    static func decode(_ document: JSON) throws(ModelError) -> ModelAnswer {
        if document["object"]?.string == "response" { return try ResponsesAnswers.decode(document) }
        guard let choices = document["choices"]?.array else {
            throw ModelError(
                .malformed, "The upstream's answer has no 'choices'; check that it speaks OpenAI's dialect.")
        }
        guard let choice = choices.first(where: { ($0["index"]?.integer ?? 0) == 0 }),
            let message = choice["message"] ?? choice["text"].map({ ["content": $0] as JSON })
        else { throw ModelError(.truncated, "The upstream's answer has no message.") }
        var answer = ModelAnswer(
            id: document["id"]?.string ?? "", model: document["model"]?.string ?? "",
            usage: TokenUsage(openAI: document["usage"]) ?? TokenUsage(),
            created: document["created"]?.integer.map(Int.init))
        answer.parts = OpenAIContent.reasoning(of: message)
        if let words = message["content"]?.string {
            if !words.isEmpty { answer.parts.append(.text(words)) }
        } else if let parts = message["content"]?.array {
            answer.parts += parts.compactMap { $0["text"]?.string }.map(ContentPart.text)
        }
        if let refusal = message["refusal"]?.string, !refusal.isEmpty { answer.parts.append(.refusal(refusal)) }
        let calls = try self.calls(of: message, answer: answer.id)
        answer.parts += calls.map(ContentPart.toolCall)
        guard let reason = choice["finish_reason"]?.string else {
            throw ModelError(.truncated, "The upstream's answer does not say how it ended.")
        }
        answer.finish = FinishReason(openAI: reason).given(toolCalls: !calls.isEmpty)
        return answer
    }

    private static func calls(of message: JSON, answer id: String) throws(ModelError) -> [ToolCall] {
        var calls: [ToolCall] = []
        for call in message["tool_calls"]?.array ?? [] {
            // A custom tool's input is plain text; it has no place among functions.
            guard let function = call["function"] else { continue }
            guard let name = function["name"]?.string else {
                throw ModelError(.malformed, "The upstream's answer has a tool call without a name.")
            }
            calls.append(
                ToolCall(
                    id: OpenAIAnswers.callID(call["id"]?.string, ordinal: calls.count, answer: id), name: name,
                    arguments: arguments(function["arguments"]), signature: OpenAIContent.signature(ofCall: call)))
        }
        if calls.isEmpty, let legacy = message["function_call"], let name = legacy["name"]?.string {
            calls = [
                ToolCall(id: callID(nil, ordinal: 0, answer: id), name: name, arguments: arguments(legacy["arguments"]))
            ]
        }
        return calls
    }

    /// Text, though some servers send the object itself.
    static func arguments(_ json: JSON?) -> String {
        guard let json, !json.isNull else { return "" }
        return json.string ?? json.description
    }

    /// Some servers give calls no id; the results must name one.
    static func callID(_ id: String?, ordinal: Int, answer: String) -> String {
        if let id, !id.isEmpty { return id }
        let tail = String(decoding: answer.utf8.filter(isPlain).suffix(16), as: UTF8.self)
        return "call_\(tail)_\(ordinal)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

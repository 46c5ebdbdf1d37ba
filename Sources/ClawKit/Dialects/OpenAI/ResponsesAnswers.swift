public import ClawDocuments

/// Whole answers in the form of OpenAI's Responses API.
enum ResponsesAnswers {
    /// Stands before a signature in `encrypted_content`: clients send that member back as it is, and what another
    /// provider signed keeps its proof.
    static let signatureMark = "signature:"

    static func encode(_ answer: ModelAnswer, _ context: ReplyContext) -> [UInt8] {
        var text = JSONText(capacity: 1024)
        let items = Item.items(of: answer.parts, context)
        write(context, status: answer.finish.responsesStatus, items: items.map(\.text), answer: answer, to: &text)
        return text.bytes
    }

    /// One item of the output, written.
    struct Item: Sendable {
        var id: String
        var text: String

        static func items(of parts: [ContentPart], _ context: ReplyContext) -> [Item] {
            var items: [Item] = []
            for part in parts {
                let id = ResponsesAnswers.itemID(part, items.count, context)
                var text = JSONText()
                ResponsesAnswers.write(part, id: id, status: "completed", to: &text)
                if !text.bytes.isEmpty { items.append(Item(id: id, text: String(decoding: text.bytes, as: UTF8.self))) }
            }
            return items
        }
    }

    static func itemID(_ part: ContentPart, _ ordinal: Int, _ context: ReplyContext) -> String {
        switch part.content {
        case .toolCall: "fc_\(context.id)_\(ordinal)"
        case .reasoning(let reasoning): reasoning.id ?? "rs_\(context.id)_\(ordinal)"
        default: "msg_\(context.id)_\(ordinal)"
        }
    }

    /// Writes a response object; `answer` is nil while it goes on.
    static func write(
        _ context: ReplyContext, status: String, items: [String], answer: ModelAnswer?, error: ModelError? = nil,
        to text: inout JSONText
    ) {
        text.beginObject()
        text.put("id", "resp_" + context.id)
        text.put("object", "response")
        text.put("created_at", context.created)
        text.put("status", status)
        if let error {
            text.beginObject("error")
            text.put("code", error.kind == .rateLimited ? "rate_limit_exceeded" : "server_error")
            text.put("message", error.message)
            text.endObject()
        } else {
            text.putNull("error")
        }
        if let reason = answer?.finish.responsesIncomplete {
            text.put("incomplete_details", ["reason": .string(reason)] as JSON)
        } else {
            text.putNull("incomplete_details")
        }
        text.putNull("instructions")
        text.put("metadata", raw: "{}")
        text.put("model", context.model)
        text.beginArray("output")
        for item in items { text.raw(item) }
        text.endArray()
        text.put("parallel_tool_calls", true)
        text.putNull("temperature")
        text.put("tool_choice", "auto")
        text.put("tools", raw: "[]")
        text.putNull("top_p")
        if let answer {
            text.key("usage")
            answer.usage.writeResponses(to: &text)
        } else {
            text.putNull("usage")
        }
        text.endObject()
    }

    /// Writes an item of the output; nothing for what has no place there.
    static func write(_ part: ContentPart, id: String, status: String, to text: inout JSONText) {
        switch part.content {
        case .text, .refusal:
            text.beginObject()
            text.put("id", id)
            text.put("type", "message")
            text.put("role", "assistant")
            text.put("status", status)
            text.beginArray("content")
            if status == "completed" { writeContent(part, to: &text) }
            text.endArray()
            text.endObject()
        case .toolCall(let call):
            text.beginObject()
            text.put("id", id)
            text.put("type", "function_call")
            text.put("status", status)
            text.put("call_id", call.id)
            text.put("name", call.name)
            text.put("arguments", call.arguments)
            text.endObject()
        case .reasoning(let reasoning): write(reasoning, id: id, to: &text)
        case .other(let value) where value.family == .openAIResponses: text.value(value.json)
        default: break
        }
    }

    static func writeContent(_ part: ContentPart, to text: inout JSONText) {
        text.beginObject()
        if case .refusal(let words) = part.content {
            text.put("type", "refusal")
            text.put("refusal", words)
        } else {
            text.put("type", "output_text")
            text.put("text", part.text ?? "")
            text.put("annotations", raw: "[]")
        }
        text.endObject()
    }

    private static func write(_ reasoning: Reasoning, id: String, to text: inout JSONText) {
        text.beginObject()
        text.put("id", id)
        text.put("type", "reasoning")
        text.put("summary", raw: "[]")
        if !reasoning.text.isEmpty {
            text.put("content", [["type": "reasoning_text", "text": .string(reasoning.text)]] as JSON)
        }
        if let sealed = reasoning.redacted ?? reasoning.signature.map({ signatureMark + $0 }) {
            text.put("encrypted_content", sealed)
        }
        text.endObject()
    }
}

extension FinishReason {
    /// Why a response is incomplete; nil for one that is whole.
    var responsesIncomplete: String? {
        switch self {
        case .length, .contextWindow: "max_output_tokens"
        case .contentFilter: "content_filter"
        default: nil
        }
    }

    var responsesStatus: String { responsesIncomplete == nil ? "completed" : "incomplete" }
}

extension TokenUsage {
    /// The Responses API's `usage`; nil where there is none.
    public init?(openAIResponses json: JSON?) {
        guard let json, let told = Self.count(json["input_tokens"]) else { return nil }
        self.init()
        cacheRead = min(told, Self.count(json["input_tokens_details"]?["cached_tokens"]) ?? 0)
        cacheWrite = min(told - cacheRead, Self.count(json["input_tokens_details"]?["cache_write_tokens"]) ?? 0)
        input = told - cacheRead - cacheWrite
        output = Self.count(json["output_tokens"]) ?? 0
        reasoning = min(output, Self.count(json["output_tokens_details"]?["reasoning_tokens"]) ?? 0)
    }

    func writeResponses(to text: inout JSONText) {
        text.beginObject()
        text.put("input_tokens", totalInput)
        text.beginObject("input_tokens_details")
        text.put("cached_tokens", cacheRead)
        text.put("cache_write_tokens", cacheWrite)
        text.endObject()
        text.put("output_tokens", output)
        text.beginObject("output_tokens_details")
        text.put("reasoning_tokens", reasoning)
        text.endObject()
        text.put("total_tokens", total)
        text.endObject()
    }
}

public import ClawDocuments
import HTTPTypes

/// Whole answers, usage and errors in Anthropic's form.
enum AnthropicAnswers {
    // MARK: writing

    static func encode(_ answer: ModelAnswer, _ context: ReplyContext) -> [UInt8] {
        var text = JSONText(capacity: 1024)
        text.beginObject()
        writeHead(context, to: &text)
        text.beginArray("content")
        var dropped: [String] = []
        for part in answer.parts {
            // Thoughts go to clients with or without a signature.
            if let reasoning = part.reasoning, reasoning.redacted == nil {
                write(reasoning, to: &text)
            } else {
                AnthropicContent.write(part, to: &text, dropped: &dropped)
            }
        }
        text.endArray()
        writeEnding(answer.finish, to: &text)
        text.key("usage")
        answer.usage.writeAnthropic(to: &text)
        text.endObject()
        return text.bytes
    }

    static func writeHead(_ context: ReplyContext, to text: inout JSONText) {
        text.put("id", "msg_" + context.id)
        text.put("type", "message")
        text.put("role", "assistant")
        text.put("model", context.model)
    }

    private static func write(_ reasoning: Reasoning, to text: inout JSONText) {
        text.beginObject()
        text.put("type", "thinking")
        text.put("thinking", reasoning.text)
        text.put("signature", reasoning.signature ?? "")
        text.endObject()
    }

    static func writeEnding(_ finish: FinishReason, to text: inout JSONText) {
        text.put("stop_reason", finish.anthropic)
        if case .stopSequence(let sequence?) = finish {
            text.put("stop_sequence", sequence)
        } else {
            text.putNull("stop_sequence")
        }
    }

    static func encode(_ error: ModelError) -> [UInt8] {
        var text = JSONText()
        text.beginObject()
        text.put("type", "error")
        text.beginObject("error")
        text.put("type", error.kind.anthropicType)
        text.put("message", error.message)
        if let code = error.code { text.put("details", ["error_code": .string(code)] as JSON) }
        text.endObject()
        if let id = error.requestID { text.put("request_id", id) }
        text.endObject()
        return text.bytes
    }

    // MARK: reading

    static func decode(_ document: JSON) throws(ModelError) -> ModelAnswer {
        guard let blocks = document["content"]?.array else {
            throw ModelError(
                .malformed, "The upstream's answer has no 'content'; check that it speaks Anthropic's dialect.")
        }
        guard let reason = document["stop_reason"]?.string else {
            throw ModelError(.truncated, "The upstream's answer does not say how it ended.")
        }
        var answer = ModelAnswer(
            id: document["id"]?.string ?? "", model: document["model"]?.string ?? "",
            finish: FinishReason(anthropic: reason, sequence: document["stop_sequence"]?.string),
            usage: TokenUsage(anthropic: document["usage"]))
        for block in blocks {
            guard let part = part(block) else {
                throw ModelError(.malformed, "The upstream's answer has a block that is broken.")
            }
            answer.parts.append(part)
        }
        return answer
    }

    /// One block of an answer; nil for one that is broken.
    static func part(_ block: JSON) -> ContentPart? {
        guard let type = block["type"]?.string else { return nil }
        switch type {
        case "text": return block["text"]?.string.map(ContentPart.text)
        case "thinking":
            return .reasoning(
                Reasoning(
                    block["thinking"]?.string ?? "",
                    signature: block["signature"]?.string.flatMap { $0.isEmpty ? nil : $0 }))
        case "redacted_thinking": return .reasoning(Reasoning("", redacted: block["data"]?.string ?? ""))
        case "tool_use":
            guard let id = block["id"]?.string, let name = block["name"]?.string else { return nil }
            return .toolCall(ToolCall(id: id, name: name, arguments: ToolArguments.text(block["input"])))
        default: return ContentPart(.other(DialectValue(.anthropic, block)))
        }
    }

    /// The error in a value; nil where there is none.
    static func decode(error json: JSON?, status: Int?, headers: HTTPFields = [:]) -> ModelError? {
        guard let json, let body = json["error"], body.object != nil else {
            return OpenAIErrors.decode(json, status: status, headers: headers)
        }
        let type = body["type"]?.string
        let code = body["details"]?["error_code"]?.string
        let message = body["message"]?.string ?? "The upstream failed without a word."
        var error = ModelError(
            ErrorWords.kind(code: code, type: type, message: message, status: status), message, code: code, type: type,
            status: status)
        error.takeHeaders(headers)
        error.requestID = error.requestID ?? json["request_id"]?.string
        return error
    }
}

extension FinishReason {
    /// Anthropic's `stop_reason`.
    init(anthropic word: String, sequence: String?) {
        self =
            switch word {
            case "end_turn": .stop
            case "stop_sequence": .stopSequence(sequence)
            case "max_tokens": .length
            case "model_context_window_exceeded": .contextWindow
            case "tool_use": .toolCalls
            case "refusal": .refusal
            case "pause_turn": .pause
            default: .other(word)
            }
    }

    var anthropic: String {
        switch self {
        case .stop, .other: "end_turn"
        case .stopSequence: "stop_sequence"
        case .length: "max_tokens"
        case .contextWindow: "model_context_window_exceeded"
        case .toolCalls: "tool_use"
        case .contentFilter, .refusal: "refusal"
        case .pause: "pause_turn"
        }
    }
}

extension TokenUsage {
    /// Anthropic's `usage`, whose `input_tokens` leave out what caches gave and took.
    public init(anthropic json: JSON?) {
        self.init()
        input = Self.count(json?["input_tokens"]) ?? 0
        cacheRead = Self.count(json?["cache_read_input_tokens"]) ?? 0
        let parts = json?["cache_creation"]
        longCacheWrite = Self.count(parts?["ephemeral_1h_input_tokens"]) ?? 0
        let short = Self.count(parts?["ephemeral_5m_input_tokens"]) ?? 0
        cacheWrite = max(Self.count(json?["cache_creation_input_tokens"]) ?? 0, longCacheWrite + short)
        output = Self.count(json?["output_tokens"]) ?? 0
        reasoning = min(output, Self.count(json?["output_tokens_details"]?["thinking_tokens"]) ?? 0)
    }

    func writeAnthropic(to text: inout JSONText) {
        text.beginObject()
        text.put("input_tokens", input)
        text.put("cache_creation_input_tokens", cacheWrite)
        text.put("cache_read_input_tokens", cacheRead)
        if longCacheWrite > 0 {
            text.beginObject("cache_creation")
            text.put("ephemeral_5m_input_tokens", max(0, cacheWrite - longCacheWrite))
            text.put("ephemeral_1h_input_tokens", longCacheWrite)
            text.endObject()
        }
        text.put("output_tokens", output)
        if reasoning > 0 {
            text.beginObject("output_tokens_details")
            text.put("thinking_tokens", reasoning)
            text.endObject()
        }
        text.endObject()
    }
}

extension ModelError.Kind {
    var anthropicType: String {
        switch self {
        case .rateLimited: "rate_limit_error"
        case .overloaded: "overloaded_error"
        case .spendLimit: "billing_error"
        case .authentication: "authentication_error"
        case .permission: "permission_error"
        case .notFound: "not_found_error"
        case .conflict: "conflict_error"
        case .tooLarge: "request_too_large"
        case .timeout: "timeout_error"
        case .contextWindow, .contentPolicy, .invalidRequest, .unsupported, .cancelled: "invalid_request_error"
        case .server, .unreachable, .truncated, .malformed: "api_error"
        }
    }

    /// Anthropic has numbers of its own for two of them; 402 keeps its SDK from trying again.
    var anthropicStatus: Int {
        switch self {
        case .overloaded: 529
        case .spendLimit: 402
        default: status
        }
    }
}

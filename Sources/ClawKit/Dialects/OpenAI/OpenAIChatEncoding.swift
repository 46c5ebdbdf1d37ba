import ClawDocuments

/// Writes a chat completion request for an OpenAI-compatible upstream.
struct OpenAIChatEncoding {
    private let request: ModelRequest
    private let target: UpstreamTarget
    private var text = JSONText(capacity: 4096)
    private var dropped: [String] = []

    static func encode(
        _ request: ModelRequest, to target: UpstreamTarget
    ) throws(ModelError) -> (body: [UInt8], dropped: [String]) {
        if request.choices > 1, request.extras?.family != .openAI, request.isStreaming {
            throw ModelError(.unsupported, "Only one answer can be streamed here; leave out 'n'.", param: "n")
        }
        var encoding = OpenAIChatEncoding(request: request, target: target)
        encoding.write()
        return (encoding.text.bytes, encoding.dropped)
    }

    private init(request: ModelRequest, target: UpstreamTarget) { (self.request, self.target) = (request, target) }

    private mutating func write() {
        text.beginObject()
        text.put("model", target.model)
        writeMessages()
        writeTools()
        writeFormat()
        let sampling = request.sampling
        text.put("temperature", sampling.temperature)
        text.put("top_p", sampling.topP)
        text.put("top_k", sampling.topK)
        text.put("min_p", sampling.minP)
        text.put("frequency_penalty", sampling.frequencyPenalty)
        text.put("presence_penalty", sampling.presencePenalty)
        text.put("repetition_penalty", sampling.repetitionPenalty)
        text.put("seed", sampling.seed)
        switch target.outputLimitName {
        case .maxTokens: text.put("max_tokens", request.maxOutputTokens)
        case .maxCompletionTokens: text.put("max_completion_tokens", request.maxOutputTokens)
        }
        writeStop()
        text.put("reasoning_effort", request.reasoning?.effortWord)
        text.put("user", request.user)
        if !request.metadata.isEmpty {
            text.put("metadata", JSON.object(JSONObject(request.metadata.map { ($0, .string($1)) })))
        }
        text.put("service_tier", request.serviceTier)
        if request.choices > 1 { text.put("n", request.choices) }
        if request.isStreaming {
            text.put("stream", true)
            if target.streamsUsage { text.put("stream_options", raw: #"{"include_usage":true}"#) }
        }
        if let extras = request.extras {
            if extras.family == .openAI { text.put(extras.members) } else { dropped += extras.members.names }
        }
        text.endObject()
    }

    private mutating func writeStop() {
        guard !request.stopSequences.isEmpty else { return }
        text.put("stop", .array(request.stopSequences.map(JSON.string)))
    }

    // MARK: messages

    private mutating func writeMessages() {
        text.beginArray("messages")
        if !request.system.isEmpty { writeSystem(request.system) }
        // Tool messages hold text only; what else a tool answered follows when all of them have been said.
        var media: [ContentPart] = []
        for message in request.messages {
            if message.role != .tool { flush(&media) }
            switch message.role {
            case .system: writeSystem(message.parts)
            case .user: writeUser(message.parts, name: message.name)
            case .assistant: writeAssistant(message)
            case .tool: for result in message.parts.compactMap(\.toolResult) { write(result, &media) }
            }
        }
        flush(&media)
        text.endArray()
    }

    private mutating func flush(_ media: inout [ContentPart]) {
        guard !media.isEmpty else { return }
        writeUser(media, name: nil)
        media = []
    }

    private mutating func begin(_ role: String, name: String? = nil) {
        text.beginObject()
        text.put("role", role)
        text.put("name", name)
    }

    /// As one text, since many servers take no list here; with cache marks as a list, since those servers do.
    private mutating func writeSystem(_ parts: [ContentPart]) {
        begin("system")
        text.key("content")
        if parts.contains(where: { $0.cacheMark != nil }) {
            OpenAIContent.write(parts, to: &text, dropped: &dropped)
        } else {
            text.value(parts.compactMap(\.text).joined(separator: "\n\n"))
        }
        text.endObject()
    }

    private mutating func writeUser(_ parts: [ContentPart], name: String?) {
        begin("user", name: name)
        text.key("content")
        OpenAIContent.write(parts, to: &text, dropped: &dropped)
        text.endObject()
    }

    private mutating func write(_ result: ToolResult, _ media: inout [ContentPart]) {
        begin("tool")
        text.put("tool_call_id", result.callID)
        let words = result.parts.filter { $0.text != nil }
        text.put("content", words.joinedText)
        text.endObject()
        media += result.parts.filter { $0.text == nil }
        if result.isError { dropped.append("tool result's is_error") }
    }

    private mutating func writeAssistant(_ message: ModelMessage) {
        begin("assistant", name: message.name)
        let words = message.parts.filter { part in
            switch part.content {
            case .text, .image, .document, .audio, .other: true
            case .toolCall, .toolResult, .reasoning, .refusal: false
            }
        }
        text.key("content")
        if words.isEmpty {
            text.null()
        } else if words.allSatisfy({ $0.text != nil && $0.cacheMark == nil }) {
            text.value(words.joinedText)
        } else {
            OpenAIContent.write(words, to: &text, dropped: &dropped)
        }
        let refusals = message.parts.compactMap { if case .refusal(let words) = $0.content { words } else { nil } }
        if !refusals.isEmpty { text.put("refusal", refusals.joined()) }
        writeReasoning(message.parts.compactMap(\.reasoning))
        OpenAIAnswers.write(calls: message.parts.toolCalls, to: &text)
        text.endObject()
    }

    private mutating func writeReasoning(_ thoughts: [Reasoning]) {
        guard !thoughts.isEmpty else { return }
        guard target.sendsReasoning else { return dropped.append("reasoning of earlier turns") }
        OpenAIAnswers.write(reasoning: thoughts, to: &text)
    }

    // MARK: tools and format

    private mutating func writeTools() {
        let known = request.tools.filter { $0.builtIn == nil || $0.builtIn?.family == .openAI }
        dropped += request.tools.filter { $0.builtIn != nil && $0.builtIn?.family != .openAI }.map {
            "tool '\($0.name)'"
        }
        guard !known.isEmpty else { return }
        text.beginArray("tools")
        for tool in known {
            if let builtIn = tool.builtIn {
                text.value(builtIn.json)
                continue
            }
            text.beginObject()
            text.put("type", "function")
            text.beginObject("function")
            text.put("name", tool.name)
            text.put("description", tool.description)
            text.put("parameters", tool.inputSchema)
            text.put("strict", tool.isStrict)
            text.endObject()
            OpenAIContent.writeMark(tool.cacheMark, to: &text)
            text.endObject()
        }
        text.endArray()
        switch request.toolChoice {
        case nil: break
        case .auto?: text.put("tool_choice", "auto")
        case ToolChoice.none?: text.put("tool_choice", "none")
        case .required?: text.put("tool_choice", "required")
        case .tool(let name)?:
            text.put("tool_choice", ["type": "function", "function": ["name": .string(name)]] as JSON)
        }
        text.put("parallel_tool_calls", request.allowsParallelTools)
    }

    private mutating func writeFormat() {
        switch request.responseFormat {
        case nil: break
        case .text?: text.put("response_format", ["type": "text"] as JSON)
        case .json?: text.put("response_format", ["type": "json_object"] as JSON)
        case .schema(let format)?:
            text.beginObject("response_format")
            text.put("type", "json_schema")
            text.beginObject("json_schema")
            text.put("name", format.name)
            text.put("description", format.description)
            text.put("schema", format.schema)
            text.put("strict", format.isStrict)
            text.endObject()
            text.endObject()
        }
    }
}

extension ReasoningOptions {
    /// OpenAI's word for the effort; a budget becomes the word LiteLLM maps it to.
    var effortWord: String? {
        if let effort { return effort }
        if isEnabled == false { return "none" }
        return budgetTokens.map { $0 <= 1024 ? "low" : $0 <= 2048 ? "medium" : "high" }
            ?? (isEnabled == true ? "medium" : nil)
    }

    /// Anthropic's budget for an effort, as LiteLLM maps it; nil where thinking is off or nothing is said.
    var budget: Int? {
        if let budgetTokens { return budgetTokens }
        if isEnabled == false { return nil }
        return switch effort {
        case "none": nil
        case "minimal", "low": 1024
        case "medium": 2048
        case "high": 4096
        case "xhigh", "max": 8192
        case nil: isEnabled == true ? 2048 : nil
        default: 2048
        }
    }
}

import ClawDocuments

/// Writes a request for an upstream that speaks Ollama's `/api/chat`.
struct OllamaEncoding {
    private let request: ModelRequest
    private let target: UpstreamTarget
    private var text = JSONText(capacity: 4096)
    private var dropped: [String] = []

    static func encode(
        _ request: ModelRequest, to target: UpstreamTarget
    ) throws(ModelError) -> (body: [UInt8], dropped: [String]) {
        try request.requireOneChoice()
        try request.require([.imageData], in: "Ollama")
        var encoding = OllamaEncoding(request: request, target: target)
        encoding.write()
        return (encoding.text.bytes, encoding.dropped)
    }

    private init(request: ModelRequest, target: UpstreamTarget) { (self.request, self.target) = (request, target) }

    private mutating func write() {
        text.beginObject()
        text.put("model", target.model)
        text.beginArray("messages")
        if !request.system.isEmpty { write("system", request.system) }
        // Results name their tool here; the calls know it.
        var names: [String: String] = [:]
        for message in request.messages {
            for call in message.parts.toolCalls { names[call.id] = call.name }
            switch message.role {
            case .system: write("system", message.parts)
            case .user: write("user", message.parts)
            case .assistant: write("assistant", message.parts)
            case .tool:
                for result in message.parts.compactMap(\.toolResult) {
                    write(result, name: result.name ?? names[result.callID])
                }
            }
        }
        text.endArray()
        writeTools()
        switch request.responseFormat {
        case nil, .text?: break
        case .json?: text.put("format", "json")
        case .schema(let format)?: text.put("format", format.schema)
        }
        text.put("stream", request.isStreaming)
        writeThink()
        let extras = request.extras?.family == .ollama ? request.extras?.members : nil
        writeOptions(extras?["options"]?.object)
        text.put(extras?.without(["options"]))
        if let others = request.extras, others.family != .ollama { dropped += others.members.names }
        text.endObject()
    }

    private mutating func writeThink() {
        guard let reasoning = request.reasoning else { return }
        if reasoning.isEnabled == false || reasoning.effort == "none" { return text.put("think", false) }
        switch reasoning.effort {
        case "minimal"?: text.put("think", "low")
        case "low"?, "medium"?, "high"?: text.put("think", reasoning.effort)
        case .some: text.put("think", "high")
        case nil: text.put("think", true)
        }
    }

    private mutating func writeOptions(_ others: JSONObject?) {
        let sampling = request.sampling
        text.beginObject("options")
        text.put("temperature", sampling.temperature)
        text.put("top_p", sampling.topP)
        text.put("top_k", sampling.topK)
        text.put("min_p", sampling.minP)
        text.put("frequency_penalty", sampling.frequencyPenalty)
        text.put("presence_penalty", sampling.presencePenalty)
        text.put("repeat_penalty", sampling.repetitionPenalty)
        text.put("seed", sampling.seed)
        text.put("num_predict", request.maxOutputTokens)
        if !request.stopSequences.isEmpty { text.put("stop", .array(request.stopSequences.map(JSON.string))) }
        text.put(others)
        text.endObject()
    }

    // MARK: messages

    private mutating func write(_ role: String, _ parts: [ContentPart]) {
        text.beginObject()
        text.put("role", role)
        let words = parts.compactMap { part -> String? in
            switch part.content {
            case .text(let words), .refusal(let words): words
            case .document(let media): if case .text(let words) = media.source { words } else { nil }
            default: nil
            }
        }
        text.put("content", words.joined(separator: role == "assistant" ? "" : "\n"))
        let thoughts = parts.compactMap(\.reasoning).map(\.text).joined()
        if !thoughts.isEmpty { text.put("thinking", thoughts) }
        writeImages(parts)
        write(calls: parts.toolCalls)
        text.endObject()
    }

    private mutating func write(_ result: ToolResult, name: String?) {
        text.beginObject()
        text.put("role", "tool")
        text.put("content", result.parts.joinedText)
        text.put("tool_name", name)
        text.put("tool_call_id", result.callID)
        writeImages(result.parts)
        text.endObject()
        if result.isError { dropped.append("tool result's is_error") }
    }

    private mutating func writeImages(_ parts: [ContentPart]) {
        let images = parts.compactMap { part -> String? in
            if case .image(let media) = part.content, case .base64(let data) = media.source { data } else { nil }
        }
        if !images.isEmpty { text.put("images", .array(images.map(JSON.string))) }
    }

    private mutating func write(calls: [ToolCall]) {
        guard !calls.isEmpty else { return }
        text.beginArray("tool_calls")
        for (ordinal, call) in calls.enumerated() { OllamaAnswers.write(call, ordinal, to: &text) }
        text.endArray()
    }

    private mutating func writeTools() {
        dropped += request.tools.filter { $0.builtIn != nil }.map { "tool '\($0.name)'" }
        let functions = request.tools.filter { $0.builtIn == nil }
        // Ollama always leaves the choice to the model; forbidding all is to send none.
        if request.toolChoice == ToolChoice.none { return }
        if let choice = request.toolChoice, choice != .auto { dropped.append("tool_choice") }
        if request.allowsParallelTools == false, !functions.isEmpty { dropped.append("parallel_tool_calls") }
        guard !functions.isEmpty else { return }
        text.beginArray("tools")
        for tool in functions {
            text.beginObject()
            text.put("type", "function")
            text.beginObject("function")
            text.put("name", tool.name)
            text.put("description", tool.description)
            text.put("parameters", tool.inputSchema)
            text.endObject()
            text.endObject()
        }
        text.endArray()
    }
}

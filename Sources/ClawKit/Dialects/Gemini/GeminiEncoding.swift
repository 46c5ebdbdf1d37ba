import ClawDocuments

/// Writes a request for Google's `generateContent` (Gemini API reference, "Generating content").
struct GeminiEncoding {
    private let request: ModelRequest
    private var text = JSONText(capacity: 4096)
    private var dropped: [String] = []
    /// Results name their function; the calls know it.
    private var names: [String: String] = [:]

    static func encode(
        _ request: ModelRequest, to target: UpstreamTarget
    ) throws(ModelError) -> (body: [UInt8], dropped: [String]) {
        try request.requireOneChoice()
        try request.require([.imageURL, .imageData, .audio, .documentURL, .documentData, .file], in: "Gemini")
        var encoding = GeminiEncoding(request: request)
        encoding.write()
        return (encoding.text.bytes, encoding.dropped)
    }

    private init(request: ModelRequest) { self.request = request }

    private mutating func write() {
        text.beginObject()
        let system = request.system + request.messages.filter { $0.role == .system }.flatMap(\.parts)
        if !system.isEmpty {
            text.beginObject("systemInstruction")
            text.beginArray("parts")
            for part in system { write(part) }
            text.endArray()
            text.endObject()
        }
        writeContents()
        writeTools()
        writeConfiguration()
        if let extras = request.extras {
            if extras.family == .gemini { text.put(extras.members) } else { dropped += extras.members.names }
        }
        if request.user != nil { dropped.append("user") }
        text.endObject()
    }

    // MARK: contents

    private mutating func writeContents() {
        text.beginArray("contents")
        var open: String?
        for message in request.messages where message.role != .system && !message.parts.isEmpty {
            for call in message.parts.toolCalls { names[call.id] = call.name }
            let role = message.role == .assistant ? "model" : "user"
            if open != role {
                if open != nil { endContent() }
                text.beginObject()
                text.put("role", role)
                text.beginArray("parts")
                open = role
            }
            for part in message.parts { write(part) }
        }
        if open != nil { endContent() }
        text.endArray()
    }

    private mutating func endContent() {
        text.endArray()
        text.endObject()
    }

    private mutating func write(_ part: ContentPart) {
        switch part.content {
        case .text(let words), .refusal(let words): write(words: words)
        case .image(let media): write(media, defaultType: "image/png")
        case .audio(let media): write(media, defaultType: "audio/wav")
        case .document(let media):
            if case .text(let words) = media.source {
                write(words: words)
            } else {
                write(media, defaultType: "application/pdf")
            }
        case .toolCall(let call):
            text.beginObject()
            text.beginObject("functionCall")
            text.put("id", call.id)
            text.put("name", call.name)
            text.put("args", raw: ToolArguments.objectText(call.arguments))
            text.endObject()
            text.put("thoughtSignature", call.signature)
            text.endObject()
        case .toolResult(let result): write(result)
        // Gemini's thoughts are summaries and do not go back; its proofs travel with the calls.
        case .reasoning: break
        case .other(let value): dropped.append("\(value.family) part '\(value.json["type"]?.string ?? "")'")
        }
    }

    private mutating func write(words: String) {
        text.beginObject()
        text.put("text", words)
        text.endObject()
    }

    private mutating func write(_ media: Media, defaultType: String) {
        text.beginObject()
        switch media.source {
        case .base64(let data):
            text.beginObject("inlineData")
            text.put("mimeType", media.mediaType ?? defaultType)
            text.put("data", data)
        case .url(let uri), .file(let uri), .text(let uri):
            text.beginObject("fileData")
            text.put("mimeType", media.mediaType)
            text.put("fileUri", uri)
        }
        text.endObject()
        text.endObject()
    }

    private mutating func write(_ result: ToolResult) {
        text.beginObject()
        text.beginObject("functionResponse")
        text.put("id", result.callID)
        text.put("name", result.name ?? names[result.callID] ?? result.callID)
        text.put("response", [result.isError ? "error" : "output": .string(result.parts.joinedText)] as JSON)
        text.endObject()
        text.endObject()
        for part in result.parts where part.text == nil { write(part) }
    }

    // MARK: tools

    private mutating func writeTools() {
        dropped += request.tools.filter { $0.builtIn != nil && $0.builtIn?.family != .gemini }.map {
            "tool '\($0.name)'"
        }
        let functions = request.tools.filter { $0.builtIn == nil }
        guard !functions.isEmpty else { return }
        text.beginArray("tools")
        text.beginObject()
        text.beginArray("functionDeclarations")
        for tool in functions {
            text.beginObject()
            text.put("name", tool.name)
            text.put("description", tool.description)
            text.put("parametersJsonSchema", tool.inputSchema)
            text.endObject()
        }
        text.endArray()
        text.endObject()
        text.endArray()
        if request.allowsParallelTools == false { dropped.append("parallel_tool_calls") }
        guard let choice = request.toolChoice else { return }
        text.beginObject("toolConfig")
        text.beginObject("functionCallingConfig")
        switch choice {
        case .auto: text.put("mode", "AUTO")
        case .none: text.put("mode", "NONE")
        case .required: text.put("mode", "ANY")
        case .tool(let name):
            text.put("mode", "ANY")
            text.put("allowedFunctionNames", [.string(name)] as JSON)
        }
        text.endObject()
        text.endObject()
    }

    // MARK: configuration

    private mutating func writeConfiguration() {
        let sampling = request.sampling
        text.beginObject("generationConfig")
        text.put("temperature", sampling.temperature)
        text.put("topP", sampling.topP)
        text.put("topK", sampling.topK)
        text.put("seed", sampling.seed)
        text.put("presencePenalty", sampling.presencePenalty)
        text.put("frequencyPenalty", sampling.frequencyPenalty)
        dropped += sampling.names(
            besides: ["temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty"])
        text.put("maxOutputTokens", request.maxOutputTokens)
        if !request.stopSequences.isEmpty { text.put("stopSequences", .array(request.stopSequences.map(JSON.string))) }
        switch request.responseFormat {
        case nil, .text?: break
        case .json?: text.put("responseMimeType", "application/json")
        case .schema(let format)?:
            text.put("responseMimeType", "application/json")
            text.put("responseJsonSchema", format.schema)
        }
        if let reasoning = request.reasoning {
            text.beginObject("thinkingConfig")
            if let budget = reasoning.budget {
                text.put("includeThoughts", true)
                text.put("thinkingBudget", budget)
            } else {
                text.put("thinkingBudget", 0)
            }
            text.endObject()
        }
        text.endObject()
    }
}

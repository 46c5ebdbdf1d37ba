import ClawDocuments

/// Writes a request for Amazon Bedrock's Converse (Bedrock API reference, "Converse").
struct BedrockEncoding {
    private let request: ModelRequest
    private let target: UpstreamTarget
    private var text = JSONText(capacity: 4096)
    private var dropped: [String] = []
    private var documents = 0

    static func encode(
        _ request: ModelRequest, to target: UpstreamTarget
    ) throws(ModelError) -> (body: [UInt8], dropped: [String]) {
        try request.requireOneChoice()
        try request.require([.imageData, .documentData], in: "Bedrock")
        var encoding = BedrockEncoding(request: request, target: target)
        encoding.write()
        return (encoding.text.bytes, encoding.dropped)
    }

    private init(request: ModelRequest, target: UpstreamTarget) { (self.request, self.target) = (request, target) }

    private mutating func write() {
        text.beginObject()
        let system = request.system + request.messages.filter { $0.role == .system }.flatMap(\.parts)
        if !system.isEmpty {
            text.beginArray("system")
            for part in system { write(part) }
            text.endArray()
        }
        writeMessages()
        writeTools()
        writeConfiguration()
        if !request.metadata.isEmpty {
            text.put("requestMetadata", .object(JSONObject(request.metadata.map { ($0, .string($1)) })))
        }
        if let extras = request.extras {
            if extras.family == .bedrock { text.put(extras.members) } else { dropped += extras.members.names }
        }
        if request.user != nil { dropped.append("user") }
        text.endObject()
    }

    // MARK: messages

    private mutating func writeMessages() {
        text.beginArray("messages")
        var open: String?
        for message in request.messages where message.role != .system {
            let parts = message.parts.filter { isWritten($0) }
            guard !parts.isEmpty else { continue }
            let role = message.role == .assistant ? "assistant" : "user"
            if open != role {
                if open != nil { endMessage() }
                text.beginObject()
                text.put("role", role)
                text.beginArray("content")
                open = role
            }
            for part in parts { write(part) }
        }
        if open != nil { endMessage() }
        text.endArray()
    }

    private mutating func endMessage() {
        text.endArray()
        text.endObject()
    }

    private mutating func isWritten(_ part: ContentPart) -> Bool {
        switch part.content {
        case .text(let words), .refusal(let words): return !words.isEmpty
        case .other(let value) where value.family != .bedrock:
            dropped.append("\(value.family) part '\(value.json["type"]?.string ?? "")'")
            return false
        case .reasoning(let reasoning):
            if reasoning.redacted != nil || reasoning.signature?.isEmpty == false { return true }
            dropped.append("reasoning without signature")
            return false
        default: return true
        }
    }

    /// Every block is an object with one member, named after its kind.
    private mutating func write(_ part: ContentPart) {
        text.beginObject()
        switch part.content {
        case .text(let words), .refusal(let words): text.put("text", words)
        case .image(let media): write(media, as: "image", format: Self.imageFormat(media.mediaType))
        case .document(let media): write(document: media)
        case .toolCall(let call):
            text.beginObject("toolUse")
            text.put("toolUseId", Self.identifier(call.id))
            text.put("name", call.name)
            text.put("input", raw: ToolArguments.objectText(call.arguments))
            text.endObject()
        case .toolResult(let result): write(result)
        case .reasoning(let reasoning): write(reasoning)
        case .other(let value): text.put(value.json.object)
        // Refused before anything is written.
        case .audio: text.put("text", "")
        }
        text.endObject()
        if part.cacheMark != nil { writeMark() }
    }

    /// Bedrock takes up to 64 of what Anthropic takes.
    private static func identifier(_ id: String) -> String { String(AnthropicContent.identifier(id).prefix(64)) }

    private mutating func writeMark() {
        text.beginObject()
        text.put("cachePoint", ["type": "default"] as JSON)
        text.endObject()
    }

    private mutating func write(_ media: Media, as member: StaticString, format: String, name: String? = nil) {
        text.beginObject(member)
        text.put("format", format)
        text.put("name", name)
        text.beginObject("source")
        if case .base64(let data) = media.source { text.put("bytes", data) }
        if case .text(let words) = media.source { text.put("text", words) }
        text.endObject()
        text.endObject()
    }

    private mutating func write(document media: Media) {
        documents += 1
        // Names may have letters, digits, blanks, hyphens and brackets, and must differ.
        let words = (media.name ?? "document").map {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : " "
        }
        let name = String(words).split(separator: " ").joined(separator: " ")
        write(
            media, as: "document", format: Self.documentFormat(media),
            name: "\(name.isEmpty ? "document" : name) \(documents)")
    }

    private static func imageFormat(_ mediaType: String?) -> String {
        switch mediaType {
        case "image/jpeg", "image/jpg": "jpeg"
        case "image/gif": "gif"
        case "image/webp": "webp"
        default: "png"
        }
    }

    private static func documentFormat(_ media: Media) -> String {
        if case .text = media.source { return "txt" }
        return switch media.mediaType {
        case "text/csv": "csv"
        case "text/html": "html"
        case "text/plain": "txt"
        case "text/markdown": "md"
        case "application/msword": "doc"
        case "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx"
        case "application/vnd.ms-excel": "xls"
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx"
        default: "pdf"
        }
    }

    private mutating func write(_ result: ToolResult) {
        text.beginObject("toolResult")
        text.put("toolUseId", Self.identifier(result.callID))
        text.beginArray("content")
        for part in result.parts { write(part) }
        text.endArray()
        text.put("status", result.isError ? "error" : "success")
        text.endObject()
    }

    private mutating func write(_ reasoning: Reasoning) {
        text.beginObject("reasoningContent")
        if let data = reasoning.redacted {
            text.put("redactedContent", data)
        } else {
            text.beginObject("reasoningText")
            text.put("text", reasoning.text)
            text.put("signature", reasoning.signature)
            text.endObject()
        }
        text.endObject()
    }

    // MARK: tools

    private mutating func writeTools() {
        dropped += request.tools.filter { $0.builtIn != nil && $0.builtIn?.family != .bedrock }.map {
            "tool '\($0.name)'"
        }
        var functions = request.tools.filter { $0.builtIn == nil }
        let calls = request.messages.flatMap(\.parts.toolCalls)
        if functions.isEmpty, !calls.isEmpty {
            // Bedrock insists on the tools that a conversation's calls name.
            functions = Set(calls.map(\.name)).sorted().map { ToolDefinition(name: $0) }
        } else if request.toolChoice == ToolChoice.none {
            if calls.isEmpty { return }
            dropped.append("tool_choice none")
        }
        guard !functions.isEmpty else { return }
        text.beginObject("toolConfig")
        text.beginArray("tools")
        for tool in functions {
            text.beginObject()
            text.beginObject("toolSpec")
            text.put("name", tool.name)
            text.put("description", tool.description.flatMap { $0.isEmpty ? nil : $0 })
            text.put("inputSchema", ["json": AnthropicEncoding.schema(tool.inputSchema)] as JSON)
            text.endObject()
            text.endObject()
            if tool.cacheMark != nil { writeMark() }
        }
        text.endArray()
        switch request.toolChoice {
        case nil, ToolChoice.none?: break
        case .auto?: text.put("toolChoice", ["auto": [:]] as JSON)
        case .required?: text.put("toolChoice", ["any": [:]] as JSON)
        case .tool(let name)?: text.put("toolChoice", ["tool": ["name": .string(name)]] as JSON)
        }
        text.endObject()
        if request.allowsParallelTools == false { dropped.append("parallel_tool_calls") }
    }

    // MARK: configuration

    private mutating func writeConfiguration() {
        let sampling = request.sampling
        text.beginObject("inferenceConfig")
        text.put("maxTokens", request.maxOutputTokens)
        text.put("temperature", sampling.temperature.map { min(1, max(0, $0)) })
        text.put("topP", sampling.topP)
        if !request.stopSequences.isEmpty { text.put("stopSequences", .array(request.stopSequences.map(JSON.string))) }
        text.endObject()
        var additional = JSONObject()
        if let topK = sampling.topK { additional["top_k"] = .integer(Int64(topK)) }
        if let budget = request.reasoning?.budget {
            let most = (request.maxOutputTokens ?? target.defaultOutputLimit) - 1
            if most >= 1024 {
                additional["thinking"] = [
                    "type": "enabled", "budget_tokens": .integer(Int64(min(max(1024, budget), most))),
                ]
            } else {
                dropped.append("reasoning within \(most + 1) tokens")
            }
        }
        if !additional.isEmpty { text.put("additionalModelRequestFields", .object(additional)) }
        dropped += sampling.names(besides: ["temperature", "top_p", "top_k"])
        switch request.responseFormat {
        case nil, .text?: break
        case .json?: dropped.append("response_format json_object")
        case .schema(let format)?:
            text.beginObject("outputConfig")
            text.beginObject("textFormat")
            text.put("type", "json_schema")
            text.beginObject("structure")
            text.beginObject("jsonSchema")
            text.put("schema", format.schema.description)
            text.put("name", format.name)
            text.put("description", format.description)
            text.endObject()
            text.endObject()
            text.endObject()
            text.endObject()
        }
    }
}

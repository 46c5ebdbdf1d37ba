import ClawDocuments

/// Reads requests of Ollama's API (docs/api.md of ollama/ollama): `/api/chat` and `/api/generate`.
enum OllamaDecoding {
    private static let known: Set<String> = [
        "model", "messages", "tools", "format", "options", "stream", "think", "prompt", "system", "images",
    ]
    private static let knownOptions: Set<String> = [
        "temperature", "top_k", "top_p", "min_p", "seed", "num_predict", "stop", "repeat_penalty", "presence_penalty",
        "frequency_penalty",
    ]

    static func chat(_ document: JSONObject, _ limits: DialectLimits) throws(ModelError) -> ModelRequest {
        let body = Place(.object(document))
        var request = ModelRequest(model: try body["model"].name("the name of a model"))
        var calls = UnansweredCalls()
        for place in try body["messages"].optionalElements("a list of messages", most: limits.messages) {
            try decode(place, limits, &request, &calls)
        }
        for tool in try body["tools"].optionalElements("a list of tools", most: limits.tools) {
            request.tools.append(try OpenAIShared.tool(tool))
        }
        try decodeOptions(body, document, limits, &request)
        return request
    }

    /// A prompt is one message of the user's.
    static func generate(_ document: JSONObject, _ limits: DialectLimits) throws(ModelError) -> ModelRequest {
        let body = Place(.object(document))
        var request = ModelRequest(model: try body["model"].name("the name of a model"))
        if let system = try body["system"].optionalString(), !system.isEmpty { request.system = [.text(system)] }
        let prompt = try body["prompt"].optionalString() ?? ""
        let images = try images(body["images"], limits)
        if !prompt.isEmpty || !images.isEmpty {
            request.messages = [ModelMessage(.user, (prompt.isEmpty ? [] : [.text(prompt)]) + images)]
        }
        try decodeOptions(body, document, limits, &request)
        return request
    }

    // MARK: messages

    private static func decode(
        _ place: Place, _ limits: DialectLimits, _ request: inout ModelRequest, _ calls: inout UnansweredCalls
    ) throws(ModelError) {
        _ = try place.object("an object with 'role' and 'content'")
        let role = try place["role"].name("system, user, assistant or tool")
        let words = try place["content"].optionalString() ?? ""
        let text: [ContentPart] = words.isEmpty ? [] : [.text(words)]
        let images = try images(place["images"], limits)
        switch role {
        case "system":
            if request.messages.isEmpty {
                request.system += text
            } else {
                request.messages.append(ModelMessage(.system, text))
            }
        case "user": request.messages.append(ModelMessage(.user, text + images))
        case "assistant":
            var parts: [ContentPart] = []
            if let thought = try place["thinking"].optionalString(), !thought.isEmpty {
                parts.append(.reasoning(Reasoning(thought)))
            }
            parts += text
            for (ordinal, call) in try place["tool_calls"].optionalElements("a list of calls", most: limits.parts)
                .enumerated()
            {
                let id = try call["id"].optionalString()
                let made = ToolCall(
                    id: id ?? "call_\(request.messages.count)_\(ordinal)",
                    name: try call["function"]["name"].name("the tool's name"),
                    arguments: ToolArguments.text(call["function"]["arguments"].json))
                calls.note(made)
                parts.append(.toolCall(made))
            }
            request.messages.append(ModelMessage(.assistant, parts))
        case "tool":
            let name = try (place["tool_name"].isMissing ? place["name"] : place["tool_name"]).optionalString()
            let id = try place["tool_call_id"].optionalString()
            guard let id = calls.answer(id: id, name: name) else {
                throw ModelError(
                    .invalidRequest, "'\(place.path)' answers a tool call that no message before it makes.",
                    param: place.path, code: "invalid_value")
            }
            let result = ToolResult(callID: id, name: name, parts: text + images)
            request.messages.append(ModelMessage(.tool, [.toolResult(result)]))
        default: throw place["role"].unknown(role, "system, user, assistant or tool")
        }
    }

    private static func images(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> [ContentPart] {
        var images: [ContentPart] = []
        for image in try place.optionalElements("a list of images in base64", most: limits.parts) {
            let data = try image.name("an image in base64")
            images.append(.image(Media(.base64(data), mediaType: mediaType(ofImage: data))))
        }
        return images
    }

    /// The type of an image by the first bytes of its base64 text; Ollama does not say it.
    static func mediaType(ofImage data: String) -> String {
        let types = [("iVBOR", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp")]
        return types.first { data.hasPrefix($0.0) }?.1 ?? "image/png"
    }

    // MARK: options

    private static func decodeOptions(
        _ body: Place, _ document: JSONObject, _ limits: DialectLimits, _ request: inout ModelRequest
    ) throws(ModelError) {
        let options = body["options"]
        if !options.isMissing { _ = try options.object() }
        request.sampling = try OpenAIShared.sampling(options)
        request.sampling.repetitionPenalty = try options["repeat_penalty"].optionalNumber()
        // Below zero means no limit.
        request.maxOutputTokens = try options["num_predict"].optionalInteger().flatMap { $0 > 0 ? $0 : nil }
        request.stopSequences = try OpenAIShared.stop(options["stop"], limits)
        request.isStreaming = try body["stream"].optionalBool() ?? true
        request.wantsStreamUsage = true
        switch body["think"].json {
        case .bool(let isEnabled)?: request.reasoning = ReasoningOptions(isEnabled: isEnabled)
        case .string(let effort)?: request.reasoning = ReasoningOptions(effort: effort)
        case nil: break
        default: throw body["think"].wrong("true, false, low, medium or high")
        }
        switch body["format"].json {
        case nil, .string("")?: break
        case .string("json")?: request.responseFormat = .json
        case .object(let schema)?:
            request.responseFormat = .schema(JSONSchemaFormat(name: "answer", schema: .object(schema)))
        default: throw body["format"].wrong("\"json\" or a JSON schema")
        }
        var rest = document.without(known)
        if let others = options.json?.object?.without(knownOptions), !others.isEmpty {
            rest["options"] = .object(others)
        }
        if !rest.isEmpty { request.extras = DialectExtras(.ollama, rest) }
    }
}

/// Which calls have no result yet: older clients name the tool in a result, or nothing, and mean the next one.
private struct UnansweredCalls {
    private var calls: [ToolCall] = []

    mutating func note(_ call: ToolCall) { calls.append(call) }

    mutating func answer(id: String?, name: String?) -> String? {
        if let id, !id.isEmpty {
            calls.removeAll { $0.id == id }
            return id
        }
        guard let index = calls.firstIndex(where: { name == nil || $0.name == name }) ?? calls.indices.first else {
            return nil
        }
        return calls.remove(at: index).id
    }
}

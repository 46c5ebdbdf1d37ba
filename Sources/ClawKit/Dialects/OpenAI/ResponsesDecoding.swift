import ClawDocuments

/// Reads a request of OpenAI's Responses API (OpenAI API reference, "Create a model response").
enum ResponsesDecoding {
    private static let known: Set<String> = [
        "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "temperature", "top_p",
        "max_output_tokens", "reasoning", "user", "metadata", "service_tier", "stream", "stream_options", "store",
        "include", "truncation", "background",
    ]

    static func request(_ document: JSONObject, _ limits: DialectLimits) throws(ModelError) -> ModelRequest {
        let body = Place(.object(document))
        var request = ModelRequest(model: try body["model"].name("the name of a model"))
        try refuseState(body)
        if let words = try body["instructions"].optionalString(), !words.isEmpty { request.system = [.text(words)] }
        try decode(input: body["input"], limits, &request)
        for tool in try body["tools"].optionalElements("a list of tools", most: limits.tools) {
            request.tools.append(try decode(tool: tool))
        }
        request.toolChoice = try OpenAIShared.toolChoice(body["tool_choice"], nameIn: nil)
        request.allowsParallelTools = try body["parallel_tool_calls"].optionalBool()
        request.responseFormat = try format(body["text"]["format"])
        request.sampling.temperature = try body["temperature"].optionalNumber()
        request.sampling.topP = try body["top_p"].optionalNumber()
        request.maxOutputTokens = try body["max_output_tokens"].optionalCount(least: 1)
        let reasoning = body["reasoning"]
        if !reasoning.isMissing {
            request.reasoning = ReasoningOptions(
                effort: try reasoning["effort"].optionalString(), summary: try reasoning["summary"].optionalString())
        }
        request.user = try body["user"].optionalString()
        request.metadata = try OpenAIShared.metadata(body["metadata"])
        request.serviceTier = try body["service_tier"].optionalString()
        request.isStreaming = try body["stream"].optionalBool() ?? false
        request.wantsStreamUsage = true
        let rest = document.without(known)
        if !rest.isEmpty { request.extras = DialectExtras(.openAIResponses, rest) }
        return request
    }

    /// Answers kept at the provider cannot be had from another.
    private static func refuseState(_ body: Place) throws(ModelError) {
        for member in ["previous_response_id", "conversation", "prompt"] where !body[member].isMissing {
            throw body[member].unsupported(
                "this model's upstream keeps no answers; send the whole conversation in 'input'.")
        }
        if try body["background"].optionalBool() == true {
            throw body["background"].unsupported("this model's upstream answers at once only; leave it out.")
        }
    }

    // MARK: input

    private static func decode(
        input place: Place, _ limits: DialectLimits, _ request: inout ModelRequest
    ) throws(ModelError) {
        if let words = place.json?.string {
            request.messages = [ModelMessage(.user, words)]
            return
        }
        for item in try place.elements("a string or a list of items", most: limits.messages) {
            _ = try item.object("an item such as {\"role\":\"user\",\"content\":\"…\"}")
            let type = try item["type"].optionalString() ?? "message"
            switch type {
            case "message": try decode(message: item, limits, &request)
            case "function_call":
                request.append(
                    .toolCall(
                        ToolCall(
                            id: try item["call_id"].name("the call's id"),
                            name: try item["name"].name("the tool's name"),
                            arguments: try item["arguments"].optionalString() ?? "")))
            case "function_call_output":
                let output = item["output"]
                let parts = try output.json?.string == nil ? self.parts(output, limits) : [.text(output.string())]
                request.messages.append(
                    ModelMessage(
                        .tool,
                        [.toolResult(ToolResult(callID: try item["call_id"].name("the call's id"), parts: parts))]))
            case "reasoning": request.append(.reasoning(try reasoning(item, limits)))
            case "item_reference":
                throw item["type"].unsupported("this model's upstream keeps no items; send the item itself.")
            default: request.append(ContentPart(.other(DialectValue(.openAIResponses, item.json ?? .null))))
            }
        }
    }

    private static func decode(
        message item: Place, _ limits: DialectLimits, _ request: inout ModelRequest
    ) throws(ModelError) {
        let role = try item["role"].name("user, assistant, system or developer")
        let parts: [ContentPart]
        if let words = item["content"].json?.string {
            parts = [.text(words)]
        } else {
            parts = try self.parts(item["content"], limits)
        }
        switch role {
        case "user": request.messages.append(ModelMessage(.user, parts))
        case "assistant": for part in parts { request.append(part) }
        case "system", "developer":
            if request.messages.isEmpty {
                request.system += parts
            } else {
                request.messages.append(ModelMessage(.system, parts))
            }
        default: throw item["role"].unknown(role, "user, assistant, system or developer")
        }
    }

    private static func parts(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> [ContentPart] {
        var parts: [ContentPart] = []
        for part in try place.elements("a string or a list of parts", most: limits.parts) {
            switch try part["type"].name("the part's type, such as \"input_text\"") {
            case "input_text", "output_text", "text": parts.append(.text(try part["text"].string()))
            case "refusal": parts.append(.refusal(try part["refusal"].string()))
            case "input_image":
                let detail = try part["detail"].optionalString()
                if let id = try part["file_id"].optionalString() {
                    parts.append(.image(Media(.file(id), detail: detail)))
                } else {
                    parts.append(.image(Media(url: try part["image_url"].name("the image's URL"), detail: detail)))
                }
            case "input_file":
                var media: Media
                if let id = try part["file_id"].optionalString() {
                    media = Media(.file(id))
                } else {
                    let url = part["file_url"].isMissing ? part["file_data"] : part["file_url"]
                    media = Media(url: try url.name("the file as a data: URL, or give 'file_id'"))
                }
                media.name = try part["filename"].optionalString()
                parts.append(.document(media))
            default: parts.append(ContentPart(.other(DialectValue(.openAIResponses, part.json ?? .null))))
            }
        }
        return parts
    }

    private static func reasoning(_ item: Place, _ limits: DialectLimits) throws(ModelError) -> Reasoning {
        var words: [String] = []
        for member in ["summary", "content"] {
            for part in try item[member].optionalElements("a list of texts", most: limits.parts) {
                if let text = try part["text"].optionalString() { words.append(text) }
            }
        }
        var reasoning = Reasoning(words.joined(separator: "\n\n"), id: try item["id"].optionalString())
        // What this library wrote for another provider carries the signature, see ``ResponsesAnswers``.
        if let sealed = try item["encrypted_content"].optionalString() {
            if sealed.hasPrefix(ResponsesAnswers.signatureMark) {
                reasoning.signature = String(sealed.dropFirst(ResponsesAnswers.signatureMark.count))
            } else {
                reasoning.redacted = sealed
            }
        }
        return reasoning
    }

    // MARK: tools and format

    private static func decode(tool place: Place) throws(ModelError) -> ToolDefinition {
        let object = try place.object("an object with 'type' and 'name'")
        let type = try place["type"].name("function")
        guard type == "function" else {
            return ToolDefinition(builtIn: DialectValue(.openAIResponses, .object(object)))
        }
        return try OpenAIShared.function(place, cacheMark: nil)
    }

    private static func format(_ place: Place) throws(ModelError) -> ResponseFormat? {
        if place.isMissing { return nil }
        let type = try place["type"].name("text, json_object or json_schema")
        switch type {
        case "text": return .text
        case "json_object": return .json
        case "json_schema":
            return .schema(
                JSONSchemaFormat(
                    name: try place["name"].optionalString() ?? "answer", schema: place["schema"].json ?? [:],
                    description: try place["description"].optionalString(), isStrict: try place["strict"].optionalBool()
                ))
        default: throw place["type"].unknown(type, "text, json_object or json_schema")
        }
    }
}

extension ModelRequest {
    /// Adds to the assistant's turn that is going on, or begins one.
    fileprivate mutating func append(_ part: ContentPart) {
        if messages.last?.role == .assistant {
            messages[messages.count - 1].parts.append(part)
        } else {
            messages.append(ModelMessage(.assistant, [part]))
        }
    }
}

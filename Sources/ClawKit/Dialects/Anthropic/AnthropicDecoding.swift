import ClawDocuments

/// Reads a request of Anthropic's Messages API (Anthropic API reference, "Create a Message").
enum AnthropicDecoding {
    static let known: Set<String> = [
        "model", "max_tokens", "system", "messages", "tools", "tool_choice", "metadata", "stop_sequences", "stream",
        "temperature", "top_k", "top_p", "thinking", "service_tier", "output_config", "output_format",
    ]

    /// - Parameter counting: for `count_tokens`, which takes the same members but no limit on output.
    static func request(
        _ document: JSONObject, _ limits: DialectLimits, counting: Bool = false
    ) throws(ModelError) -> ModelRequest {
        let body = Place(.object(document), style: .dots)
        var request = ModelRequest(model: try body["model"].name("the name of a model"))
        request.maxOutputTokens = try body["max_tokens"].optionalCount(least: 1)
        if request.maxOutputTokens == nil, !counting {
            throw body["max_tokens"].wrong("the most tokens the answer may have")
        }
        if !body["system"].isMissing { request.system = try AnthropicContent.parts(body["system"], limits) }
        let messages = try body["messages"].elements("a list with at least one message", most: limits.messages)
        guard !messages.isEmpty else { throw body["messages"].wrong("a list with at least one message") }
        for message in messages { try decode(message, limits, &request.messages) }
        for tool in try body["tools"].optionalElements("a list of tools", most: limits.tools) {
            request.tools.append(try decode(tool: tool))
        }
        try decode(choice: body["tool_choice"], &request)
        request.user = try body["metadata"]["user_id"].optionalString()
        for place in try body["stop_sequences"].optionalElements("a list of strings", most: limits.stopSequences) {
            request.stopSequences.append(try place.string())
        }
        request.isStreaming = try body["stream"].optionalBool() ?? false
        request.wantsStreamUsage = true
        request.sampling.temperature = try body["temperature"].optionalNumber()
        request.sampling.topK = try body["top_k"].optionalInteger()
        request.sampling.topP = try body["top_p"].optionalNumber()
        request.serviceTier = try body["service_tier"].optionalString()
        request.reasoning = try reasoning(body)
        request.responseFormat = try responseFormat(body)
        let rest = document.without(known)
        if !rest.isEmpty { request.extras = DialectExtras(.anthropic, rest) }
        return request
    }

    // MARK: messages

    /// A user's message may hold results of tools among other things; they become messages of their own.
    private static func decode(
        _ place: Place, _ limits: DialectLimits, _ messages: inout [ModelMessage]
    ) throws(ModelError) {
        _ = try place.object("an object with 'role' and 'content'")
        let role = try place["role"].name("user or assistant")
        let parts = try AnthropicContent.parts(place["content"], limits)
        switch role {
        case "assistant": messages.append(ModelMessage(.assistant, parts))
        case "system": messages.append(ModelMessage(.system, parts))
        case "user":
            var run: [ContentPart] = []
            var runIsResults = false
            for part in parts {
                let isResult = part.toolResult != nil
                if isResult != runIsResults, !run.isEmpty {
                    messages.append(ModelMessage(runIsResults ? .tool : .user, run))
                    run = []
                }
                runIsResults = isResult
                run.append(part)
            }
            messages.append(ModelMessage(runIsResults ? .tool : .user, run))
        default: throw place["role"].unknown(role, "user or assistant")
        }
    }

    // MARK: tools

    private static func decode(tool place: Place) throws(ModelError) -> ToolDefinition {
        let object = try place.object("an object with 'name' and 'input_schema'")
        let type = try place["type"].optionalString() ?? "custom"
        guard type == "custom" else { return ToolDefinition(builtIn: DialectValue(.anthropic, .object(object))) }
        return ToolDefinition(
            name: try place["name"].name("the tool's name"), description: try place["description"].optionalString(),
            inputSchema: .object(try place["input_schema"].object("a JSON schema")),
            isStrict: try place["strict"].optionalBool(), cacheMark: OpenAIContent.cacheMark(place.json))
    }

    private static func decode(choice place: Place, _ request: inout ModelRequest) throws(ModelError) {
        guard !place.isMissing else { return }
        let type = try place["type"].name("auto, any, tool or none")
        switch type {
        case "auto": request.toolChoice = .auto
        case "any": request.toolChoice = .required
        case "none": request.toolChoice = ToolChoice.none
        case "tool": request.toolChoice = .tool(try place["name"].name("the tool's name"))
        default: throw place["type"].unknown(type, "auto, any, tool or none")
        }
        if let disabled = try place["disable_parallel_tool_use"].optionalBool() {
            request.allowsParallelTools = !disabled
        }
    }

    // MARK: options

    private static func reasoning(_ body: Place) throws(ModelError) -> ReasoningOptions? {
        let thinking = body["thinking"]
        let effort = try body["output_config"]["effort"].optionalString()
        guard !thinking.isMissing || effort != nil else { return nil }
        return ReasoningOptions(
            effort: effort, budgetTokens: try thinking["budget_tokens"].optionalCount(),
            isEnabled: (try thinking["type"].optionalString()).map { $0 != "disabled" },
            summary: try thinking["display"].optionalString())
    }

    /// `output_config.format`, or `output_format` as it was first called.
    private static func responseFormat(_ body: Place) throws(ModelError) -> ResponseFormat? {
        let format = body["output_config"]["format"].isMissing ? body["output_format"] : body["output_config"]["format"]
        guard !format.isMissing else { return nil }
        let type = try format["type"].name("json_schema")
        guard type == "json_schema" else { throw format["type"].unknown(type, "json_schema") }
        return .schema(
            JSONSchemaFormat(
                name: "answer", schema: .object(try format["schema"].object("a JSON schema")), isStrict: true))
    }
}

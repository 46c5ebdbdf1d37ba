import ClawDocuments

/// Reads a chat completion request (OpenAI API reference, "Create chat completion").
enum OpenAIChatDecoding {
    /// The members that have a place in the intermediate form.
    static let known: Set<String> = [
        "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "temperature", "top_p",
        "top_k", "min_p", "frequency_penalty", "presence_penalty", "repetition_penalty", "seed", "max_tokens",
        "max_completion_tokens", "stop", "reasoning_effort", "thinking", "user", "metadata", "service_tier", "n",
        "stream", "stream_options", "functions", "function_call",
    ]

    static func request(_ document: JSONObject, _ limits: DialectLimits) throws(ModelError) -> ModelRequest {
        let body = Place(.object(document))
        var request = ModelRequest(model: try body["model"].name("the name of a model"))
        try decodeMessages(
            body["messages"].elements("a list with at least one message", most: limits.messages), limits, &request)
        try decodeTools(body, limits, &request)
        request.responseFormat = try responseFormat(body["response_format"])
        request.sampling = try OpenAIShared.sampling(body)
        request.maxOutputTokens = try OpenAIShared.outputLimit(body)
        request.stopSequences = try OpenAIShared.stop(body["stop"], limits)
        request.reasoning = try reasoning(body)
        request.user = try body["user"].optionalString()
        request.metadata = try OpenAIShared.metadata(body["metadata"])
        request.serviceTier = try body["service_tier"].optionalString()
        request.choices = try body["n"].optionalCount(least: 1) ?? 1
        request.isStreaming = try body["stream"].optionalBool() ?? false
        request.wantsStreamUsage = try body["stream_options"]["include_usage"].optionalBool() ?? false
        let rest = document.without(known)
        if !rest.isEmpty { request.extras = DialectExtras(.openAI, rest) }
        return request
    }

    // MARK: messages

    private static func decodeMessages(
        _ messages: [Place], _ limits: DialectLimits, _ request: inout ModelRequest
    ) throws(ModelError) {
        guard !messages.isEmpty else {
            throw Place([], path: "messages").wrong("a list with at least one message")
        }
        for place in messages {
            _ = try place.object("an object with 'role' and 'content'")
            let role = try place["role"].name("a string such as \"user\"")
            let name = try place["name"].optionalString()
            switch role {
            case "system", "developer":
                let parts = try OpenAIContent.parts(place["content"], limits)
                if request.messages.isEmpty {
                    request.system += parts
                } else {
                    request.messages.append(ModelMessage(.system, parts, name: name))
                }
            case "user":
                request.messages.append(
                    ModelMessage(.user, try OpenAIContent.parts(place["content"], limits), name: name))
            case "assistant":
                request.messages.append(ModelMessage(.assistant, try assistant(place, limits), name: name))
            case "tool":
                let result = ToolResult(
                    callID: try place["tool_call_id"].name("the id of the call that this answers"), name: name,
                    parts: try OpenAIContent.parts(place["content"], limits))
                let mark = OpenAIContent.cacheMark(place.json)
                request.messages.append(ModelMessage(.tool, [ContentPart(.toolResult(result), cacheMark: mark)]))
            case "function":
                let function = try place["name"].name("the name of the function that answered")
                let result = ToolResult(
                    callID: legacyID(function), name: function,
                    parts: try OpenAIContent.parts(place["content"], limits))
                request.messages.append(ModelMessage(.tool, [.toolResult(result)]))
            default:
                throw place["role"].unknown(role, "system, developer, user, assistant or tool")
            }
        }
    }

    private static func assistant(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> [ContentPart] {
        var parts = OpenAIContent.reasoning(of: place.json)
        if !place["content"].isMissing { parts += try OpenAIContent.parts(place["content"], limits) }
        if let refusal = try place["refusal"].optionalString() { parts.append(.refusal(refusal)) }
        for call in try place["tool_calls"].optionalElements("a list of tool calls", most: limits.parts) {
            let function = call["function"]
            if function.isMissing, let custom = call.json, custom["type"]?.string == "custom" {
                parts.append(ContentPart(.other(DialectValue(.openAI, custom))))
                continue
            }
            parts.append(
                .toolCall(
                    ToolCall(
                        id: try call["id"].name("the call's id"), name: try function["name"].name("the tool's name"),
                        arguments: try function["arguments"].optionalString() ?? "",
                        signature: OpenAIContent.signature(ofCall: call.json))))
        }
        let legacy = place["function_call"]
        if !legacy.isMissing {
            let name = try legacy["name"].name("the function's name")
            parts.append(
                .toolCall(
                    ToolCall(
                        id: legacyID(name), name: name, arguments: try legacy["arguments"].optionalString() ?? "")))
        }
        return parts
    }

    /// Before there were tools there was one function call at a time, without an id.
    private static func legacyID(_ function: String) -> String { "call_\(function)" }

    // MARK: tools

    private static func decodeTools(
        _ body: Place, _ limits: DialectLimits, _ request: inout ModelRequest
    ) throws(ModelError) {
        for tool in try body["tools"].optionalElements("a list of tools", most: limits.tools) {
            request.tools.append(try OpenAIShared.tool(tool))
        }
        for function in try body["functions"].optionalElements("a list of functions", most: limits.tools) {
            request.tools.append(try OpenAIShared.function(function, cacheMark: nil))
        }
        request.allowsParallelTools = try body["parallel_tool_calls"].optionalBool()
        request.toolChoice = try OpenAIShared.toolChoice(body["tool_choice"], nameIn: "function")
        let legacy = body["function_call"]
        if !legacy.isMissing, request.toolChoice == nil {
            request.toolChoice =
                legacy.json?.string == nil
                ? .tool(try legacy["name"].name("the function's name"))
                : try OpenAIShared.toolChoice(legacy, nameIn: "function")
        }
    }

    private static func responseFormat(_ place: Place) throws(ModelError) -> ResponseFormat? {
        if place.isMissing { return nil }
        let type = try place["type"].name("text, json_object or json_schema")
        switch type {
        case "text": return .text
        case "json_object": return .json
        case "json_schema":
            let format = place["json_schema"]
            return .schema(
                JSONSchemaFormat(
                    name: try format["name"].optionalString() ?? "answer", schema: format["schema"].json ?? [:],
                    description: try format["description"].optionalString(),
                    isStrict: try format["strict"].optionalBool()))
        default: throw place["type"].unknown(type, "text, json_object or json_schema")
        }
    }

    private static func reasoning(_ body: Place) throws(ModelError) -> ReasoningOptions? {
        let effort = try body["reasoning_effort"].optionalString()
        // Not OpenAI's, but LiteLLM and others take Anthropic's member here.
        let thinking = body["thinking"]
        guard effort != nil || !thinking.isMissing else { return nil }
        return ReasoningOptions(
            effort: effort, budgetTokens: try thinking["budget_tokens"].optionalCount(),
            isEnabled: (try thinking["type"].optionalString()).map { $0 != "disabled" })
    }
}

import ClawDocuments

/// Writes a request for an upstream that speaks Anthropic's Messages API.
struct AnthropicEncoding {
    private let request: ModelRequest
    private let target: UpstreamTarget
    private var text = JSONText(capacity: 4096)
    private var dropped: [String] = []

    static func encode(
        _ request: ModelRequest, to target: UpstreamTarget, counting: Bool = false
    ) throws(ModelError) -> (body: [UInt8], dropped: [String]) {
        try request.requireOneChoice()
        var encoding = AnthropicEncoding(request: request, target: target)
        encoding.write(counting: counting)
        return (encoding.text.bytes, encoding.dropped)
    }

    private init(request: ModelRequest, target: UpstreamTarget) { (self.request, self.target) = (request, target) }

    private mutating func write(counting: Bool) {
        text.beginObject()
        text.put("model", target.model)
        writeSystem()
        writeMessages()
        writeTools()
        let budget = thinkingBudget()
        if !counting { writeLimits(thinks: budget != nil) }
        if let budget {
            text.beginObject("thinking")
            text.put("type", "enabled")
            text.put("budget_tokens", budget)
            text.endObject()
        }
        if case .schema(let format)? = request.responseFormat {
            text.put("output_config", ["format": ["type": "json_schema", "schema": format.schema]] as JSON)
        } else if case .json? = request.responseFormat {
            dropped.append("response_format json_object")
        }
        if let extras = request.extras {
            if extras.family == .anthropic { text.put(extras.members) } else { dropped += extras.members.names }
        }
        text.endObject()
    }

    private mutating func writeLimits(thinks: Bool) {
        text.put("max_tokens", limit)
        let sampling = request.sampling
        if thinks {
            if sampling.temperature != nil || sampling.topK != nil {
                dropped.append("temperature and top_k while thinking")
            }
        } else {
            // OpenAI's goes up to 2.
            text.put("temperature", sampling.temperature.map { min(1, max(0, $0)) })
            text.put("top_k", sampling.topK)
        }
        text.put("top_p", sampling.topP)
        dropped += sampling.names(besides: ["temperature", "top_k", "top_p"])
        let stops = request.stopSequences.filter { !$0.trimmingBlanks.isEmpty }
        if stops.count < request.stopSequences.count { dropped.append("stop sequences of blanks") }
        if !stops.isEmpty { text.put("stop_sequences", .array(stops.map(JSON.string))) }
        if let user = request.user { text.put("metadata", ["user_id": .string(user)] as JSON) }
        if let tier = request.serviceTier {
            if tier == "auto" || tier == "standard_only" {
                text.put("service_tier", tier)
            } else {
                dropped.append("service_tier")
            }
        }
        if request.isStreaming { text.put("stream", true) }
    }

    private var limit: Int { request.maxOutputTokens ?? target.defaultOutputLimit }

    /// At least 1024, and less than the whole limit; none while a tool is forced.
    private mutating func thinkingBudget() -> Int? {
        guard let wanted = request.reasoning?.budget else { return nil }
        switch request.toolChoice {
        case .required?, .tool?:
            dropped.append("reasoning while a tool is forced")
            return nil
        default: break
        }
        guard limit > 1024 else {
            dropped.append("reasoning within \(limit) tokens")
            return nil
        }
        return min(max(1024, wanted), limit - 1)
    }

    // MARK: messages

    /// Instructions in the midst of a conversation join those before it: no other place has their authority.
    private mutating func writeSystem() {
        let parts = (request.system + request.messages.filter { $0.role == .system }.flatMap(\.parts)).filter {
            $0.text != ""
        }
        guard !parts.isEmpty else { return }
        if parts.allSatisfy({ $0.text != nil && $0.cacheMark == nil }), parts.count == 1 {
            text.put("system", parts[0].text)
            return
        }
        text.beginArray("system")
        for part in parts { AnthropicContent.write(part, to: &text, dropped: &dropped) }
        text.endArray()
    }

    /// Turns alternate: what one side says in several messages becomes one.
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
            for part in parts { AnthropicContent.write(part, to: &text, dropped: &dropped) }
        }
        if open != nil { endMessage() }
        text.endArray()
    }

    /// Whether a part leaves a block; a message of none would be refused.
    private mutating func isWritten(_ part: ContentPart) -> Bool {
        switch part.content {
        case .text(let words), .refusal(let words): return !words.isEmpty
        case .audio:
            dropped.append("audio")
            return false
        case .reasoning(let reasoning):
            if reasoning.redacted != nil || reasoning.signature?.isEmpty == false { return true }
            dropped.append("reasoning without signature")
            return false
        case .other(let value) where value.family != .anthropic:
            dropped.append("\(value.family) part '\(value.json["type"]?.string ?? "")'")
            return false
        default: return true
        }
    }

    private mutating func endMessage() {
        text.endArray()
        text.endObject()
    }

    // MARK: tools

    private mutating func writeTools() {
        let known = request.tools.filter { $0.builtIn == nil || $0.builtIn?.family == .anthropic }
        dropped += request.tools.filter { $0.builtIn != nil && $0.builtIn?.family != .anthropic }.map {
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
            text.put("name", tool.name)
            text.put("description", tool.description)
            text.put("input_schema", Self.schema(tool.inputSchema))
            if tool.isStrict == true { text.put("strict", true) }
            OpenAIContent.writeMark(tool.cacheMark, to: &text)
            text.endObject()
        }
        text.endArray()
        writeChoice()
    }

    /// Anthropic insists on the type that others leave out.
    static func schema(_ json: JSON) -> JSON {
        guard var object = json.object else { return ["type": "object", "properties": [:]] }
        if object["type"] == nil { object["type"] = "object" }
        return .object(object)
    }

    private mutating func writeChoice() {
        guard request.toolChoice != nil || request.allowsParallelTools == false else { return }
        text.beginObject("tool_choice")
        switch request.toolChoice {
        case nil, .auto?: text.put("type", "auto")
        case ToolChoice.none?: text.put("type", "none")
        case .required?: text.put("type", "any")
        case .tool(let name)?:
            text.put("type", "tool")
            text.put("name", name)
        }
        if let parallel = request.allowsParallelTools, request.toolChoice != ToolChoice.none {
            text.put("disable_parallel_tool_use", !parallel)
        }
        text.endObject()
    }
}

extension Sampling {
    /// The members that are set and are none of these, by OpenAI's names.
    func names(besides known: Set<String>) -> [String] {
        let all: [(String, Bool)] = [
            ("temperature", temperature != nil), ("top_p", topP != nil), ("top_k", topK != nil), ("min_p", minP != nil),
            ("frequency_penalty", frequencyPenalty != nil), ("presence_penalty", presencePenalty != nil),
            ("repetition_penalty", repetitionPenalty != nil), ("seed", seed != nil),
        ]
        return all.filter { $0.1 && !known.contains($0.0) }.map(\.0)
    }
}

extension ModelRequest {
    /// Most dialects give one answer.
    func requireOneChoice() throws(ModelError) {
        guard choices > 1 else { return }
        throw ModelError(
            .unsupported, "'n' is \(choices), but this model's upstream gives one answer; leave out 'n'.", param: "n",
            code: "unsupported_value")
    }
}

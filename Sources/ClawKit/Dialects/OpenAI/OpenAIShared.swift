public import ClawDocuments

/// What several of OpenAI's request forms have in common.
enum OpenAIShared {
    static func sampling(_ body: Place) throws(ModelError) -> Sampling {
        var sampling = Sampling()
        sampling.temperature = try body["temperature"].optionalNumber()
        sampling.topP = try body["top_p"].optionalNumber()
        sampling.topK = try body["top_k"].optionalInteger()
        sampling.minP = try body["min_p"].optionalNumber()
        sampling.frequencyPenalty = try body["frequency_penalty"].optionalNumber()
        sampling.presencePenalty = try body["presence_penalty"].optionalNumber()
        sampling.repetitionPenalty = try body["repetition_penalty"].optionalNumber()
        sampling.seed = try body["seed"].optionalInteger()
        return sampling
    }

    /// `max_completion_tokens`, which replaces the older `max_tokens`; both given, the smaller one holds.
    static func outputLimit(_ body: Place) throws(ModelError) -> Int? {
        let new = try body["max_completion_tokens"].optionalCount(least: 1)
        let old = try body["max_tokens"].optionalCount(least: 0)
        return switch (new, old) {
        case (let new?, let old?): min(new, old)
        default: new ?? old
        }
    }

    /// One text or a list of them.
    static func stop(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> [String] {
        if let one = place.json?.string { return one.isEmpty ? [] : [one] }
        var sequences: [String] = []
        for element in try place.optionalElements("a string or a list of strings", most: limits.stopSequences) {
            sequences.append(try element.string())
        }
        return sequences
    }

    static func metadata(_ place: Place) throws(ModelError) -> [String: String] {
        guard !place.isMissing else { return [:] }
        var metadata: [String: String] = [:]
        for (name, value) in try place.object("an object of strings") {
            metadata[name] = value.string ?? value.description
        }
        return metadata
    }

    // MARK: tools

    /// `{"type":"function","function":{…}}`; any other type is a tool the provider runs.
    static func tool(_ place: Place) throws(ModelError) -> ToolDefinition {
        let object = try place.object("an object with 'type' and 'function'")
        let type = try place["type"].optionalString() ?? "function"
        guard type == "function" else { return ToolDefinition(builtIn: DialectValue(.openAI, .object(object))) }
        return try function(place["function"], cacheMark: OpenAIContent.cacheMark(place.json))
    }

    static func function(_ place: Place, cacheMark: CacheMark?) throws(ModelError) -> ToolDefinition {
        ToolDefinition(
            name: try place["name"].name("the tool's name"), description: try place["description"].optionalString(),
            inputSchema: place["parameters"].json ?? ["type": "object", "properties": [:]],
            isStrict: try place["strict"].optionalBool(), cacheMark: cacheMark)
    }

    /// `"auto"`, `"none"`, `"required"`, or an object that names one tool, directly or in a member.
    static func toolChoice(_ place: Place, nameIn member: String?) throws(ModelError) -> ToolChoice? {
        guard let json = place.json else { return nil }
        if let word = json.string {
            switch word {
            case "auto": return .auto
            case "none": return ToolChoice.none
            case "required", "any": return .required
            default: throw place.unknown(word, "auto, none, required, or an object that names a tool")
            }
        }
        let type = try place["type"].optionalString()
        if type == "allowed_tools" || type == "custom" {
            throw place["type"].unsupported("only the choice of a function can be translated; send the tools allowed.")
        }
        let named = member.map { place[$0] } ?? place
        return .tool(try (named.isMissing ? place : named)["name"].name("the tool's name"))
    }
}

extension FinishReason {
    /// OpenAI's `finish_reason`.
    init(openAI word: String) {
        self =
            switch word {
            case "stop": .stop
            case "length", "max_tokens": .length
            case "tool_calls", "function_call": .toolCalls
            case "content_filter": .contentFilter
            default: .other(word)
            }
    }

    /// OpenAI's word; clients know no others.
    var openAI: String {
        switch self {
        case .stop, .stopSequence, .pause, .other: "stop"
        case .length, .contextWindow: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter, .refusal: "content_filter"
        }
    }
}

extension TokenUsage {
    /// OpenAI's `usage` of chats, completions and embeddings; nil where there is none.
    public init?(openAI json: JSON?) {
        guard let json, json.object != nil,
            json["prompt_tokens"]?.number != nil || json["completion_tokens"]?.number != nil
        else { return nil }
        self.init()
        let prompt = Self.count(json["prompt_tokens"]) ?? 0
        let details = json["prompt_tokens_details"]
        // DeepSeek says it in a member of its own.
        cacheRead = min(
            prompt, Self.count(details?["cached_tokens"]) ?? Self.count(json["prompt_cache_hit_tokens"]) ?? 0)
        cacheWrite = min(
            prompt - cacheRead,
            Self.count(details?["cache_write_tokens"]) ?? Self.count(details?["cache_creation_tokens"]) ?? 0)
        input = prompt - cacheRead - cacheWrite
        audioInput = Self.count(details?["audio_tokens"]) ?? 0
        output = Self.count(json["completion_tokens"]) ?? 0
        let made = json["completion_tokens_details"]
        reasoning = min(output, Self.count(made?["reasoning_tokens"]) ?? 0)
        audioOutput = Self.count(made?["audio_tokens"]) ?? 0
        acceptedPrediction = Self.count(made?["accepted_prediction_tokens"]) ?? 0
        rejectedPrediction = Self.count(made?["rejected_prediction_tokens"]) ?? 0
    }

    /// Writes OpenAI's `usage` as a value.
    func writeOpenAI(to text: inout JSONText) {
        text.beginObject()
        text.put("prompt_tokens", totalInput)
        text.put("completion_tokens", output)
        text.put("total_tokens", total)
        text.beginObject("prompt_tokens_details")
        text.put("cached_tokens", cacheRead)
        text.put("cache_write_tokens", cacheWrite)
        text.put("audio_tokens", audioInput)
        text.endObject()
        text.beginObject("completion_tokens_details")
        text.put("reasoning_tokens", reasoning)
        text.put("audio_tokens", audioOutput)
        text.put("accepted_prediction_tokens", acceptedPrediction)
        text.put("rejected_prediction_tokens", rejectedPrediction)
        text.endObject()
        text.endObject()
    }
}

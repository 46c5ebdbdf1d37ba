import ClawDocuments

/// OpenAI's legacy completions: a prompt becomes one message of the user's, the answer's text the completion.
enum OpenAICompletions {
    private static let known: Set<String> = [
        "model", "prompt", "max_tokens", "temperature", "top_p", "top_k", "min_p", "frequency_penalty",
        "presence_penalty", "repetition_penalty", "seed", "stop", "stream", "stream_options", "user", "n", "echo",
        "suffix",
    ]

    static func request(_ document: JSONObject, _ limits: DialectLimits) throws(ModelError) -> ModelRequest {
        let body = Place(.object(document))
        var request = ModelRequest(model: try body["model"].name("the name of a model"))
        let prompt = try prompt(body["prompt"])
        request.messages = [ModelMessage(.user, prompt)]
        for member in ["echo", "suffix"] {
            let place = body[member]
            guard let json = place.json, json.bool != false, json.string != "" else { continue }
            throw place.unsupported("a chat model's upstream cannot do this; leave it out.")
        }
        request.sampling = try OpenAIShared.sampling(body)
        request.maxOutputTokens = try OpenAIShared.outputLimit(body)
        request.stopSequences = try OpenAIShared.stop(body["stop"], limits)
        request.user = try body["user"].optionalString()
        request.choices = try body["n"].optionalCount(least: 1) ?? 1
        request.isStreaming = try body["stream"].optionalBool() ?? false
        request.wantsStreamUsage = try body["stream_options"]["include_usage"].optionalBool() ?? false
        let rest = document.without(known)
        if !rest.isEmpty { request.extras = DialectExtras(.openAI, rest) }
        return request
    }

    /// One text; lists of one text are the same.
    private static func prompt(_ place: Place) throws(ModelError) -> String {
        if let text = place.json?.string { return text }
        guard let list = place.json?.array else { throw place.wrong("a string") }
        guard list.count == 1, let text = list[0].string else {
            throw place.unsupported("a chat model's upstream takes one prompt of text; send one string.")
        }
        return text
    }

    static func encode(_ answer: ModelAnswer, _ context: ReplyContext) -> [UInt8] {
        var text = JSONText(capacity: 512)
        writeHead(context, to: &text)
        text.beginArray("choices")
        text.beginObject()
        text.put("text", answer.parts.joinedText)
        text.put("index", 0)
        text.putNull("logprobs")
        text.put("finish_reason", answer.finish.openAICompletion)
        text.endObject()
        text.endArray()
        text.key("usage")
        answer.usage.writeOpenAI(to: &text)
        text.endObject()
        return text.bytes
    }

    static func writeHead(_ context: ReplyContext, to text: inout JSONText) {
        text.beginObject()
        text.put("id", "cmpl-" + context.id)
        text.put("object", "text_completion")
        text.put("created", context.created)
        text.put("model", context.model)
    }
}

extension FinishReason {
    /// Completions know no tools.
    var openAICompletion: String { self == .toolCalls ? "stop" : openAI }
}

/// Writes a stream of `text_completion` events: the answer's text alone.
struct OpenAICompletionStreamEncoder: Sendable {
    private let context: ReplyContext
    private var grammar = StreamGrammar()
    private var usage: TokenUsage?

    init(_ context: ReplyContext) { self.context = context }

    var hasEnded: Bool { grammar.hasEnded }

    mutating func encode(_ event: StreamEvent, to out: inout [UInt8]) {
        var grammar = grammar
        grammar.admit(event) { write($0, to: &out) }
        self.grammar = grammar
    }

    private mutating func write(_ event: StreamEvent, to out: inout [UInt8]) {
        switch event {
        case .partDelta(_, .text(let words)), .partDelta(_, .refusal(let words)): chunk(words, nil, to: &out)
        case .usage(let usage): self.usage = usage
        case .ping: out += ": keep-alive\n\n".utf8
        case .finish(let reason):
            chunk("", reason, to: &out)
            if context.includesUsage { usageChunk(to: &out) }
            out += "data: [DONE]\n\n".utf8
        case .error(let error):
            out += "data: ".utf8
            out += OpenAIErrors.encode(error)
            out += "\n\n".utf8
        case .start, .partStart, .partStop, .partDelta: break
        }
    }

    private func chunk(_ words: String, _ reason: FinishReason?, to out: inout [UInt8]) {
        var text = JSONText()
        OpenAICompletions.writeHead(context, to: &text)
        text.beginArray("choices")
        text.beginObject()
        text.put("text", words)
        text.put("index", 0)
        text.putNull("logprobs")
        if let reason { text.put("finish_reason", reason.openAICompletion) } else { text.putNull("finish_reason") }
        text.endObject()
        text.endArray()
        if context.includesUsage { text.putNull("usage") }
        end(text, to: &out)
    }

    private func usageChunk(to out: inout [UInt8]) {
        var text = JSONText()
        OpenAICompletions.writeHead(context, to: &text)
        text.put("choices", raw: "[]")
        text.key("usage")
        (usage ?? TokenUsage()).writeOpenAI(to: &text)
        end(text, to: &out)
    }

    private func end(_ text: consuming JSONText, to out: inout [UInt8]) {
        text.endObject()
        out += "data: ".utf8
        out += text.bytes
        out += "\n\n".utf8
    }
}

public import ClawDocuments
public import HTTPTypes

/// What a client speaks: how its request is read, and how answers, streams and errors are written for it.
public enum ClientDialect: String, Sendable, Hashable, CaseIterable {
    /// `POST /v1/chat/completions`
    case openAIChat
    /// `POST /v1/completions`
    case openAICompletions
    /// `POST /v1/responses`
    case openAIResponses
    /// `POST /v1/messages`
    case anthropicMessages
    /// `POST /api/chat`
    case ollamaChat
    /// `POST /api/generate`
    case ollamaGenerate

    public var family: DialectFamily {
        switch self {
        case .openAIChat, .openAICompletions: .openAI
        case .openAIResponses: .openAIResponses
        case .anthropicMessages: .anthropic
        case .ollamaChat, .ollamaGenerate: .ollama
        }
    }

    // MARK: requests

    /// Reads a request whole.
    /// - Throws: ``ModelError`` that names the member and what it should be.
    public func decode(
        _ document: JSONObject, limits: DialectLimits = DialectLimits()
    ) throws(ModelError) -> ModelRequest {
        switch self {
        case .openAIChat: try OpenAIChatDecoding.request(document, limits)
        case .openAICompletions: try OpenAICompletions.request(document, limits)
        case .openAIResponses: try ResponsesDecoding.request(document, limits)
        case .anthropicMessages: try AnthropicDecoding.request(document, limits)
        case .ollamaChat: try OllamaDecoding.chat(document, limits)
        case .ollamaGenerate: try OllamaDecoding.generate(document, limits)
        }
    }

    // MARK: answers

    /// Writes a whole answer.
    public func encode(_ answer: ModelAnswer, _ context: ReplyContext) -> DialectReply {
        let body =
            switch self {
            case .openAIChat: OpenAIAnswers.encode(answer, context)
            case .openAICompletions: OpenAICompletions.encode(answer, context)
            case .openAIResponses: ResponsesAnswers.encode(answer, context)
            case .anthropicMessages: AnthropicAnswers.encode(answer, context)
            case .ollamaChat: OllamaAnswers.encode(answer, context, .chat)
            case .ollamaGenerate: OllamaAnswers.encode(answer, context, .generate)
            }
        return DialectReply(body: body)
    }

    /// Writes an error in place of an answer, with the status and the headers that the dialect's SDKs obey.
    public func encode(_ error: ModelError) -> DialectReply {
        var headers = error.replyHeaders
        switch family {
        case .openAI, .openAIResponses:
            if let id = error.requestID, let name = HTTPField.Name("x-request-id") { headers[name] = id }
            return DialectReply(
                status: .init(code: error.kind.status), headers: headers, body: OpenAIErrors.encode(error))
        case .anthropic:
            if let id = error.requestID, let name = HTTPField.Name("request-id") { headers[name] = id }
            return DialectReply(
                status: .init(code: error.kind.anthropicStatus), headers: headers, body: AnthropicAnswers.encode(error))
        case .ollama, .gemini, .bedrock:
            return DialectReply(
                status: .init(code: error.kind.status), headers: headers, body: OllamaAnswers.encode(error))
        }
    }

    // MARK: streams

    /// The headers of a streamed answer.
    public var streamHeaders: HTTPFields {
        var headers: HTTPFields = [
            .contentType: family == .ollama ? "application/x-ndjson" : "text/event-stream; charset=utf-8",
            .cacheControl: "no-cache",
        ]
        // nginx would hold events back otherwise.
        if let name = HTTPField.Name("x-accel-buffering") { headers[name] = "no" }
        return headers
    }

    public func streamEncoder(_ context: ReplyContext) -> ClientStreamEncoder { ClientStreamEncoder(self, context) }
}

/// Writes a streamed answer in a client's dialect: whatever events come, the client sees one start, each block started
/// and stopped once, and one ending.
public struct ClientStreamEncoder: Sendable {
    private var encoder: any StreamEncoding

    public init(_ dialect: ClientDialect, _ context: ReplyContext) {
        encoder =
            switch dialect {
            case .openAIChat: OpenAIStreamEncoder(context)
            case .openAICompletions: OpenAICompletionStreamEncoder(context)
            case .openAIResponses: ResponsesStreamEncoder(context)
            case .anthropicMessages: AnthropicStreamEncoder(context)
            case .ollamaChat: OllamaStreamEncoder(context, .chat)
            case .ollamaGenerate: OllamaStreamEncoder(context, .generate)
            }
    }

    /// Whether the ending has been written; nothing follows it.
    public var hasEnded: Bool { encoder.hasEnded }

    /// The bytes for an event; none where the dialect has nothing to say.
    public mutating func encode(_ event: StreamEvent) -> [UInt8] {
        var out: [UInt8] = []
        encoder.encode(event, to: &out)
        return out
    }

    /// The bytes for several events at once.
    public mutating func encode(_ events: some Sequence<StreamEvent>) -> [UInt8] {
        var out: [UInt8] = []
        for event in events { encoder.encode(event, to: &out) }
        return out
    }

    /// The bytes for a stream that ends here. Without a finish before it, that is an error and never a success.
    public mutating func encodeEnd() -> [UInt8] {
        hasEnded ? [] : encode(.error(ModelError(.truncated, "The answer broke off before it was whole; try again.")))
    }
}

/// The state machine behind a dialect's stream.
protocol StreamEncoding: Sendable {
    var hasEnded: Bool { get }
    mutating func encode(_ event: StreamEvent, to out: inout [UInt8])
}

extension OpenAIStreamEncoder: StreamEncoding {}
extension OpenAICompletionStreamEncoder: StreamEncoding {}
extension ResponsesStreamEncoder: StreamEncoding {}
extension AnthropicStreamEncoder: StreamEncoding {}
extension OllamaStreamEncoder: StreamEncoding {}

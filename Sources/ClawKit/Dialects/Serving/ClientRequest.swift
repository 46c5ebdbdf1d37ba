public import ClawDocuments

/// A client's request, read as far as routing and budgets need it; ``decoded(limits:)`` reads the rest.
///
/// Where the upstream speaks the client's dialect the rest is never read:
/// ``UpstreamTarget/passing(_:headers:maxOutputTokens:)`` sends the client's own bytes.
public struct ClientRequest: Sendable {
    public let dialect: ClientDialect
    /// The name asked for.
    public let model: String
    public let isStreaming: Bool
    /// Whether the client wants usage in its stream; only OpenAI's chats and completions make that a question.
    public let wantsStreamUsage: Bool
    /// The most tokens the answer may have, where the client said so.
    public let maxOutputTokens: Int?
    /// How many answers are asked for.
    public let choices: Int
    public let document: JSONObject
    public let bytes: [UInt8]

    /// - Throws: ``ModelError`` that names the member and what it should be.
    public init(
        _ dialect: ClientDialect, _ bytes: [UInt8], limits: DialectLimits = DialectLimits()
    ) throws(ModelError) {
        let document = try Self.parse(bytes, limits)
        let body = Place(.object(document), style: dialect == .anthropicMessages ? .dots : .brackets)
        self.dialect = dialect
        self.document = document
        self.bytes = bytes
        model = try body["model"].name("the name of a model")
        isStreaming = try body["stream"].optionalBool() ?? (dialect.family == .ollama)
        switch dialect {
        case .openAIChat, .openAICompletions:
            wantsStreamUsage = try body["stream_options"]["include_usage"].optionalBool() ?? false
            maxOutputTokens = try OpenAIShared.outputLimit(body)
            choices = try max(body["n"].optionalCount(least: 1) ?? 1, body["best_of"].optionalCount() ?? 1)
        case .openAIResponses:
            (wantsStreamUsage, choices) = (true, 1)
            maxOutputTokens = try body["max_output_tokens"].optionalCount(least: 1)
        case .anthropicMessages:
            (wantsStreamUsage, choices) = (true, 1)
            maxOutputTokens = try body["max_tokens"].optionalCount(least: 1)
        case .ollamaChat, .ollamaGenerate:
            (wantsStreamUsage, choices) = (true, 1)
            maxOutputTokens = try body["options"]["num_predict"].optionalInteger().flatMap { $0 > 0 ? $0 : nil }
        }
        guard let member = dialect.conversation else { return }
        guard let list = document[member]?.array, !list.isEmpty || dialect == .ollamaChat else {
            throw body[member].wrong("a list with at least one message")
        }
    }

    /// The whole request in the intermediate form.
    public func decoded(limits: DialectLimits = DialectLimits()) throws(ModelError) -> ModelRequest {
        try dialect.decode(document, limits: limits)
    }

    static func parse(_ bytes: [UInt8], _ limits: DialectLimits) throws(ModelError) -> JSONObject {
        guard bytes.count <= limits.requestBytes else {
            throw ModelError(
                .tooLarge, "The body has \(bytes.count) bytes, the limit is \(limits.requestBytes); send less.",
                code: "request_too_large")
        }
        let json: JSON
        do { json = try JSONParser.parse(bytes, limits: .init(depth: limits.depth, bytes: limits.requestBytes)) } catch
        {
            throw ModelError(
                .invalidRequest, "The body is \(error.description). Send a JSON object.", code: "invalid_json")
        }
        guard let object = json.object else {
            throw ModelError(
                .invalidRequest, "The body is a JSON \(json.typeName); send an object with 'model'.",
                code: "invalid_type")
        }
        return object
    }
}

extension ClientDialect {
    /// The member that must be a list with something in it.
    fileprivate var conversation: String? {
        switch self {
        case .openAIChat, .anthropicMessages: "messages"
        case .openAICompletions, .openAIResponses, .ollamaChat, .ollamaGenerate: nil
        }
    }
}

public import HTTPTypes

/// An upstream's dialect, the model's name there, and the habits in which servers of one dialect differ.
public struct UpstreamTarget: Sendable, Hashable {
    /// Which member carries the limit on output.
    public enum OutputLimitName: String, Sendable, Hashable, CaseIterable {
        /// Understood by most servers.
        case maxTokens = "max_tokens"
        /// What OpenAI's reasoning models insist on.
        case maxCompletionTokens = "max_completion_tokens"
    }

    public var dialect: UpstreamDialect
    /// The model's name at the upstream: a model, a deployment (Azure), a model id or profile ARN (Bedrock).
    public var model: String
    /// OpenAI-compatible and Azure only.
    public var outputLimitName: OutputLimitName
    /// Whether thoughts of earlier turns are sent back as `reasoning_content` (vLLM, DeepSeek, LiteLLM); OpenAI itself
    /// refuses members it does not know. OpenAI-compatible only.
    public var sendsReasoning: Bool
    /// Whether the server knows `stream_options.include_usage`. OpenAI-compatible and Azure only.
    public var streamsUsage: Bool
    /// Whether `/responses` is served, so that such requests may pass unchanged. OpenAI-compatible and Azure only.
    public var servesResponses: Bool
    /// Azure's `api-version`; Anthropic's `anthropic-version`. Nil for the version this library was made for.
    public var apiVersion: String?
    /// Anthropic requires a limit on output: this one where the request has none.
    public var defaultOutputLimit: Int

    public init(
        _ dialect: UpstreamDialect, model: String, outputLimitName: OutputLimitName? = nil,
        sendsReasoning: Bool? = nil, streamsUsage: Bool = true, servesResponses: Bool = false,
        apiVersion: String? = nil, defaultOutputLimit: Int = 4096
    ) {
        (self.dialect, self.model, self.apiVersion) = (dialect, model, apiVersion)
        self.outputLimitName = outputLimitName ?? (dialect == .azureOpenAI ? .maxCompletionTokens : .maxTokens)
        self.sendsReasoning = sendsReasoning ?? (dialect == .openAI)
        (self.streamsUsage, self.servesResponses) = (streamsUsage, servesResponses)
        self.defaultOutputLimit = defaultOutputLimit
    }
}

/// A request as it goes to an upstream, but for its credentials.
public struct UpstreamCall: Sendable, Hashable {
    public var method: HTTPRequest.Method
    /// What is appended to the upstream's base URL, with the query: `/chat/completions`.
    public var path: String
    public var headers: HTTPFields
    public var body: [UInt8]
    /// What the request asked for and the upstream's dialect cannot say; sent without it. For headers and logs, or to
    /// refuse instead.
    public var dropped: [String]

    public init(
        method: HTTPRequest.Method = .post, path: String, headers: HTTPFields = [:], body: [UInt8] = [],
        dropped: [String] = []
    ) {
        (self.method, self.path, self.headers, self.body, self.dropped) = (method, path, headers, body, dropped)
        if !body.isEmpty, self.headers[.contentType] == nil { self.headers[.contentType] = "application/json" }
    }
}

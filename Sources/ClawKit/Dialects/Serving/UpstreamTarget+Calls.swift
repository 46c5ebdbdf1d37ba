import ClawBase
import ClawDocuments
import HTTPTypes

extension UpstreamTarget {
    /// The request in the upstream's dialect.
    /// - Throws: ``ModelError`` of the class `unsupported`, where something that must not be left out cannot be said.
    public func call(_ request: ModelRequest) throws(ModelError) -> UpstreamCall {
        let written: (body: [UInt8], dropped: [String])
        let path: String
        switch dialect {
        case .openAI:
            written = try OpenAIChatEncoding.encode(request, to: self)
            path = "/chat/completions"
        case .azureOpenAI:
            written = try OpenAIChatEncoding.encode(request, to: self)
            path = azurePath("/chat/completions")
        case .anthropic:
            try request.require([.imageURL, .imageData, .documentURL, .documentData, .file], in: "Anthropic")
            written = try AnthropicEncoding.encode(request, to: self)
            path = "/v1/messages"
        case .ollama:
            written = try OllamaEncoding.encode(request, to: self)
            path = "/api/chat"
        case .gemini:
            written = try GeminiEncoding.encode(request, to: self)
            path = geminiPath(request.isStreaming ? "streamGenerateContent?alt=sse" : "generateContent")
        case .bedrock:
            written = try BedrockEncoding.encode(request, to: self)
            path = "/model/\(Percent.encode(model))/\(request.isStreaming ? "converse-stream" : "converse")"
        }
        return UpstreamCall(
            path: path, headers: headers(accepting: request.isStreaming), body: written.body, dropped: written.dropped)
    }

    func headers(accepting stream: Bool) -> HTTPFields {
        var headers: HTTPFields = [.accept: acceptedType(stream)]
        if dialect == .anthropic, let name = HTTPField.Name("anthropic-version") {
            headers[name] = apiVersion ?? "2023-06-01"
        }
        return headers
    }

    private func acceptedType(_ stream: Bool) -> String {
        guard stream else { return "application/json" }
        return switch dialect {
        case .ollama: "application/x-ndjson"
        case .bedrock: "application/vnd.amazon.eventstream"
        case .openAI, .azureOpenAI, .anthropic, .gemini: "text/event-stream"
        }
    }

    /// Azure's paths name the deployment and the version, or, in its `v1` API, neither.
    func azurePath(_ path: String) -> String {
        let version = apiVersion ?? "2024-10-21"
        if version == "v1" { return "/openai/v1\(path)" }
        if version == "preview" || version == "latest" { return "/openai/v1\(path)?api-version=\(version)" }
        return "/openai/deployments/\(Percent.encode(model))\(path)?api-version=\(Percent.encode(version))"
    }

    /// Names may be given with or without `models/`, or be those of tuned models.
    func geminiPath(_ method: String) -> String {
        let name = model.contains("/") ? model : "models/\(model)"
        return "/\(Percent.encode(name, allowing: "/")):\(method)"
    }
}

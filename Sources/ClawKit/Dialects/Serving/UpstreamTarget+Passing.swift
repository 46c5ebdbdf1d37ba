import ClawBase
import ClawDocuments
public import HTTPTypes

extension UpstreamTarget {
    /// Whether requests of a client's dialect can pass unchanged.
    public func passes(_ client: ClientDialect) -> Bool {
        switch (client, dialect) {
        case (.openAIChat, .openAI), (.openAIChat, .azureOpenAI), (.openAICompletions, .openAI),
            (.openAICompletions, .azureOpenAI), (.anthropicMessages, .anthropic), (.ollamaChat, .ollama),
            (.ollamaGenerate, .ollama):
            true
        case (.openAIResponses, .openAI), (.openAIResponses, .azureOpenAI): servesResponses
        default: false
        }
    }

    /// The client's own bytes, with the model's name, the limit on output and the wish for usage set; nil where
    /// client and upstream do not speak alike.
    ///
    /// Members stay as they were written; those that are set are replaced where they stand.
    /// - Parameters:
    ///   - headers: the client's; those that belong to the dialect (`anthropic-beta`, `openai-beta` …) go along.
    ///   - maxOutputTokens: the limit to set; nil leaves the client's.
    public func passing(
        _ request: ClientRequest, headers client: HTTPFields = [:], maxOutputTokens: Int? = nil
    ) -> UpstreamCall? {
        guard passes(request.dialect) else { return nil }
        var edits: [(name: String, value: [UInt8])] = []
        // Values of equal text need no edit; a second member of the name might differ, though, and was not checked.
        edits.append(("model", JSON.string(model).bytes()))
        if let maxOutputTokens { edits += limitEdits(maxOutputTokens, request) }
        if let edit = usageEdit(request) { edits.append(edit) }
        var headers = headers(accepting: request.isStreaming)
        for field in client where Self.travels(field.name) { headers.append(field) }
        return UpstreamCall(
            path: path(passing: request.dialect), headers: headers, body: JSONEdit.setting(edits, in: request.bytes))
    }

    private static func travels(_ name: HTTPField.Name) -> Bool {
        ["anthropic-beta", "openai-beta", "openai-organization", "openai-project"].contains(name.canonicalName)
    }

    private func path(passing client: ClientDialect) -> String {
        let path =
            switch client {
            case .openAIChat: "/chat/completions"
            case .openAICompletions: "/completions"
            case .openAIResponses: "/responses"
            case .anthropicMessages: "/v1/messages"
            case .ollamaChat: "/api/chat"
            case .ollamaGenerate: "/api/generate"
            }
        return dialect == .azureOpenAI ? azurePath(path) : path
    }

    private func limitEdits(_ limit: Int, _ request: ClientRequest) -> [(name: String, value: [UInt8])] {
        let value = Array(String(limit).utf8)
        switch request.dialect {
        case .openAIChat, .openAICompletions:
            let present = ["max_tokens", "max_completion_tokens"].filter { request.document[$0] != nil }
            let fallback = request.dialect == .openAIChat ? outputLimitName.rawValue : "max_tokens"
            return (present.isEmpty ? [fallback] : present).map { ($0, value) }
        case .openAIResponses: return [("max_output_tokens", value)]
        case .anthropicMessages: return [("max_tokens", value)]
        case .ollamaChat, .ollamaGenerate:
            let options =
                request.document["options"].flatMap { $0.object == nil ? nil : $0.bytes() } ?? Array("{}".utf8)
            return [("options", JSONEdit.setting([("num_predict", value)], in: options))]
        }
    }

    /// Usage is always asked for; the relay strips it where the client did not.
    private func usageEdit(_ request: ClientRequest) -> (name: String, value: [UInt8])? {
        guard request.isStreaming, !request.wantsStreamUsage, streamsUsage,
            request.dialect == .openAIChat || request.dialect == .openAICompletions
        else { return nil }
        var options = request.document["stream_options"]?.object ?? [:]
        options["include_usage"] = true
        return ("stream_options", JSON.object(options).bytes())
    }
}

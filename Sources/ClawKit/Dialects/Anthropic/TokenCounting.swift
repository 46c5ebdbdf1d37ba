import ClawDocuments

/// Anthropic's `POST /v1/messages/count_tokens`.
public enum TokenCounting {
    /// Reads a request: one for an answer, without a limit on output.
    public static func decode(
        _ bytes: [UInt8], limits: DialectLimits = DialectLimits()
    ) throws(ModelError) -> ModelRequest {
        try AnthropicDecoding.request(ClientRequest.parse(bytes, limits), limits, counting: true)
    }

    /// The answer to a client.
    public static func encode(inputTokens: Int) -> DialectReply {
        DialectReply(body: JSON.object(["input_tokens": .integer(Int64(inputTokens))]).bytes())
    }

    /// What an upstream counted; nil where it does not say.
    public static func decode(answer body: [UInt8]) -> Int? {
        TokenUsage.count((try? JSONParser.parse(body))?["input_tokens"])
    }
}

extension UpstreamTarget {
    /// The request to count a prompt's tokens; nil for dialects whose upstreams cannot.
    public func counting(_ request: ModelRequest) throws(ModelError) -> UpstreamCall? {
        guard dialect == .anthropic else { return nil }
        let written = try AnthropicEncoding.encode(request, to: self, counting: true)
        return UpstreamCall(path: "/v1/messages/count_tokens", headers: headers(accepting: false), body: written.body)
    }

    /// The client's own bytes with the model's name set; nil for dialects whose upstreams cannot count.
    public func passingCount(_ bytes: [UInt8]) -> UpstreamCall? {
        guard dialect == .anthropic else { return nil }
        return UpstreamCall(
            path: "/v1/messages/count_tokens", headers: headers(accepting: false),
            body: JSONEdit.setting([("model", JSON.string(model).bytes())], in: bytes))
    }
}

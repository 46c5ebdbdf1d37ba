public import ClawBase
import ClawDocuments
public import HTTPTypes

/// What an upstream speaks.
public enum UpstreamDialect: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's chat completions, as vLLM, LiteLLM, llama.cpp and many more serve them. Paths follow a base URL that
    /// ends in `/v1`.
    case openAI
    /// Anthropic's Messages API; paths begin with `/v1`.
    case anthropic
    /// Ollama's own API; paths begin with `/api`.
    case ollama
    /// Azure OpenAI; paths begin with `/openai`.
    case azureOpenAI
    /// Google's `generateContent`; paths follow a base URL that ends in `/v1beta`.
    case gemini
    /// Amazon Bedrock's Converse; paths begin with `/model`. Calls must be signed: ``AWSSignature``, unless a bearer
    /// key is used.
    case bedrock

    public var family: DialectFamily {
        switch self {
        case .openAI, .azureOpenAI: .openAI
        case .anthropic: .anthropic
        case .ollama: .ollama
        case .gemini: .gemini
        case .bedrock: .bedrock
        }
    }

    /// The headers that carry a key.
    public func credentials(_ key: Secret<String>) -> HTTPFields {
        func header(_ name: String) -> HTTPFields {
            guard let name = HTTPField.Name(name) else { return [:] }
            return [name: key.reveal()]
        }
        return switch self {
        case .openAI, .ollama, .bedrock: [.authorization: "Bearer \(key.reveal())"]
        case .anthropic: header("x-api-key")
        case .azureOpenAI: header("api-key")
        case .gemini: header("x-goog-api-key")
        }
    }

    /// Whether a response is a stream of this dialect; where one was asked for and this is none, it is a whole answer
    /// or an error.
    public func isStream(_ headers: HTTPFields) -> Bool {
        let type = (headers[.contentType] ?? "").split(separator: ";").first.map {
            String($0).trimmingBlanks.lowercased()
        }
        return switch self {
        case .openAI, .azureOpenAI, .anthropic, .gemini: type == "text/event-stream"
        case .ollama: type == "application/x-ndjson" || type == "application/json-lines"
        case .bedrock: type == "application/vnd.amazon.eventstream"
        }
    }

    // MARK: answers

    /// Reads a whole answer.
    /// - Throws: ``ModelError`` for a status that is none of success, for an error told with status 200, and for
    ///   what is no whole answer.
    public func decodeAnswer(
        status: Int = 200, headers: HTTPFields = [:], body: [UInt8], limits: DialectLimits = DialectLimits()
    ) throws(ModelError) -> ModelAnswer {
        guard (200..<300).contains(status) else { throw decodeError(status: status, headers: headers, body: body) }
        let json: JSON
        do { json = try JSONParser.parse(body, limits: .init(depth: limits.depth, bytes: limits.answerBytes)) } catch {
            throw ModelError(.malformed, "The upstream's answer is \(error.description).")
        }
        guard json.object != nil else {
            throw ModelError(.malformed, "The upstream's answer is a JSON \(json.typeName); check its base URL.")
        }
        if json["error"].map({ !$0.isNull }) ?? false || json["type"]?.string == "error"
            || json["object"]?.string == "error",
            let error = decode(error: json, status: nil, headers: headers)
        {
            throw error
        }
        return switch self {
        case .openAI, .azureOpenAI: try OpenAIAnswers.decode(json)
        case .anthropic: try AnthropicAnswers.decode(json)
        case .ollama: try OllamaAnswers.decode(json)
        case .gemini: try GeminiAnswers.decode(json)
        case .bedrock: try BedrockAnswers.decode(json)
        }
    }

    /// Reads the error in a failed response; there is always one.
    public func decodeError(status: Int, headers: HTTPFields = [:], body: [UInt8]) -> ModelError {
        let json = try? JSONParser.parse(body, limits: .init(depth: 64, bytes: 1 << 20))
        if let error = decode(error: json, status: status, headers: headers) { return error }
        var error = ModelError(
            ModelError.Kind(status: status), "The upstream answered with status \(status) and no further word.",
            status: status)
        error.takeHeaders(headers)
        return error
    }

    private func decode(error json: JSON?, status: Int?, headers: HTTPFields) -> ModelError? {
        switch self {
        case .anthropic: AnthropicAnswers.decode(error: json, status: status, headers: headers)
        case .bedrock: BedrockAnswers.decode(error: json, status: status, headers: headers)
        case .openAI, .azureOpenAI, .ollama, .gemini: OpenAIErrors.decode(json, status: status, headers: headers)
        }
    }

    public func streamDecoder(limits: DialectLimits = DialectLimits()) -> UpstreamStreamDecoder {
        UpstreamStreamDecoder(self, limits: limits)
    }
}

/// Reads a streamed answer of an upstream from chunks that may end anywhere.
///
/// What comes out is well-formed (``StreamGrammar``) and ends once: with ``StreamEvent/finish(_:)``, where the
/// dialect's proof of a whole answer was there, or with ``StreamEvent/error(_:)``.
public struct UpstreamStreamDecoder: Sendable {
    private var decoder: any StreamDecoding
    private var grammar = StreamGrammar()
    private var room: Int

    public init(_ dialect: UpstreamDialect, limits: DialectLimits = DialectLimits()) {
        room = limits.answerBytes
        decoder =
            switch dialect {
            case .openAI, .azureOpenAI: OpenAIStreamDecoder(limits)
            case .anthropic: AnthropicStreamDecoder(limits)
            case .ollama: OllamaStreamDecoder(limits)
            case .gemini: GeminiStreamDecoder(limits)
            case .bedrock: BedrockStreamDecoder(limits)
            }
    }

    /// Whether the answer has its ending; bytes after it mean nothing.
    public var hasEnded: Bool { grammar.hasEnded }

    /// The events these bytes complete. ``StreamEvent/isTokenActivity`` says which of them are the model's progress;
    /// an upstream that only keeps its connection alive sends ``StreamEvent/ping``.
    public mutating func receive(_ bytes: [UInt8]) -> [StreamEvent] {
        guard !hasEnded else { return [] }
        var told: [StreamEvent] = []
        room -= bytes.count
        if room >= 0 {
            decoder.receive(bytes) { told.append($0) }
        } else {
            told = [.error(ModelError(.malformed, "The upstream's answer is larger than the gateway takes."))]
        }
        return admit(told)
    }

    /// The events that follow from the end of the upstream's bytes: nothing, a finish, or an error.
    public mutating func receiveEnd() -> [StreamEvent] {
        guard !hasEnded else { return [] }
        var told: [StreamEvent] = []
        decoder.receiveEnd { told.append($0) }
        return admit(told)
    }

    private mutating func admit(_ told: [StreamEvent]) -> [StreamEvent] {
        var events: [StreamEvent] = []
        events.reserveCapacity(told.count)
        for event in told { grammar.admit(event) { events.append($0) } }
        return events
    }
}

/// The state machine behind an upstream's stream.
protocol StreamDecoding: Sendable {
    mutating func receive(_ bytes: [UInt8], _ emit: (StreamEvent) -> Void)
    mutating func receiveEnd(_ emit: (StreamEvent) -> Void)
}

extension OpenAIStreamDecoder: StreamDecoding {}
extension AnthropicStreamDecoder: StreamDecoding {}
extension OllamaStreamDecoder: StreamDecoding {}
extension GeminiStreamDecoder: StreamDecoding {}
extension BedrockStreamDecoder: StreamDecoding {}

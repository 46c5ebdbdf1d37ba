public import ClawBase
import ClawDocuments
import HTTPTypes

/// An upstream that speaks OpenAI's chat completions: OpenAI itself, vLLM, LiteLLM, Ollama and many more.
///
/// Requests and answers pass through byte for byte, except for the model's name in the request.
public struct OpenAIUpstream: ModelUpstream {
    /// How long to wait for what.
    public struct Deadlines: Sendable, Hashable {
        /// Until the head of a whole answer, which comes only when the model has finished.
        public var answer: Duration
        /// Until the head of a stream.
        public var streamHead: Duration
        /// Between two reads of a body.
        public var silence: Duration

        public init(
            answer: Duration = .seconds(600), streamHead: Duration = .seconds(120), silence: Duration = .seconds(120)
        ) {
            (self.answer, self.streamHead, self.silence) = (answer, streamHead, silence)
        }
    }

    /// How many bytes a whole answer may have.
    static let answerLimit = 32 << 20
    /// How many bytes of an error's body are read.
    static let errorLimit = 256 << 10

    public let name: String
    private let endpoint: String
    private let model: String?
    private let key: SecretLocation?
    private let secrets: any SecretSource
    private let transport: any Transport
    private let deadlines: Deadlines

    /// - Parameters:
    ///   - baseURL: what `/chat/completions` is put behind, `http://127.0.0.1:8000/v1`.
    ///   - model: the model's name at the upstream; nil: as asked for.
    ///   - key: where the upstream's key is kept; asked for anew at each request, so that it can be rotated.
    public init(
        baseURL: String, model: String? = nil, key: SecretLocation? = nil,
        secrets: any SecretSource = CompositeSecrets([EnvironmentSecrets(), FileSecrets()]),
        transport: any Transport, deadlines: Deadlines = Deadlines()
    ) {
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        endpoint = "\(base)/chat/completions"
        name = base.split(separator: "/").dropFirst().first.map(String.init) ?? base
        (self.model, self.key, self.secrets) = (model, key, secrets)
        (self.transport, self.deadlines) = (transport, deadlines)
    }

    public func answer(_ request: ChatRequest) async throws -> ChatAnswer {
        let key = try await revealedKey()
        let response: Response
        do { response = try await transport.send(outgoing(request, key: key)) } catch { throw failure(error) }
        guard response.status.kind == .successful else { throw await refusal(response, key: key) }
        let isStream = response.headers[.contentType]?.lowercased().hasPrefix("text/event-stream") ?? false
        if isStream != request.isStreaming { throw try await wrongForm(response, key: key, isStream: isStream) }
        return isStream ? .stream(stream(response.body, key: key)) : .complete(try await completion(response, key: key))
    }

    private func outgoing(_ request: ChatRequest, key: String?) -> Request {
        var headers: HTTPFields = [
            .contentType: "application/json", .userAgent: "ClawKit",
            .accept: request.isStreaming ? "text/event-stream" : "application/json",
        ]
        if let key { headers[.authorization] = "Bearer \(key)" }
        return Request(
            .post, endpoint, headers: headers, body: .bytes(request.bytes(naming: model ?? request.model)),
            headTimeout: request.isStreaming ? deadlines.streamHead : deadlines.answer, idleTimeout: deadlines.silence)
    }

    private func revealedKey() async throws -> String? {
        guard let key else { return nil }
        do { return try await secrets.secret(key).reveal() } catch let finding as Finding {
            throw UpstreamFailure(
                .upstreamCredential, upstream: name,
                "The gateway has no key for the upstream \(name): \(finding.message)")
        }
    }

    private func completion(_ response: Response, key: String?) async throws -> ChatCompletion {
        let bytes: [UInt8]
        do { bytes = try await response.body.collect(limit: Self.answerLimit) } catch { throw failure(error) }
        guard let json = try? JSONParser.parse(bytes), let object = json.object else {
            throw invalid("something that is no JSON object")
        }
        // Some servers report an error under status 200.
        if object["choices"] == nil, let error = OpenAIError(from: json) { throw reported(error, key: key) }
        guard object["choices"]?.array != nil else { throw invalid("a JSON object without 'choices'") }
        return ChatCompletion(bytes: bytes, usage: TokenUsage(openAI: object["usage"]))
    }

    private func stream(_ body: Body, key: String?) -> ChatStream {
        let relay = OpenAIStreamRelay(upstream: name, body: body, redacting: key, failure: failure)
        return ChatStream { try await relay.next() }
    }

    // MARK: failures

    /// What a transport's error means to the client.
    @Sendable private func failure(_ error: any Error) -> any Error {
        switch error {
        case let error as TransportError where error.code == .timeout:
            UpstreamFailure(
                .upstreamTimeout, upstream: name, status: .gatewayTimeout,
                "The upstream \(name) stayed silent for too long; try again, or ask the operator to look at it.")
        case let error as TransportError where error.code == .disconnected:
            UpstreamFailure(
                .upstreamTruncated, upstream: name,
                "The upstream \(name) broke off in the midst of its answer; try again.")
        case is TransportError:
            UpstreamFailure(
                .upstreamUnreachable, upstream: name,
                "The upstream \(name) cannot be reached; check that it runs and that its baseURL is right.")
        case let finding as Finding:
            UpstreamFailure(
                .upstreamInvalid, upstream: name, "The upstream \(name) answered too much: \(finding.message)")
        default: error
        }
    }

    private func invalid(_ what: String) -> UpstreamFailure {
        UpstreamFailure(
            .upstreamInvalid, upstream: name,
            "The upstream \(name) answered \(what); check that its baseURL leads to an OpenAI-compatible API.")
    }

    private func reported(_ error: OpenAIError, key: String?) -> UpstreamFailure {
        UpstreamFailure(
            .upstreamRefused, upstream: name, status: .badGateway, error: key.map(error.redacting) ?? error)
    }

    private func wrongForm(_ response: Response, key: String?, isStream: Bool) async throws -> UpstreamFailure {
        if isStream { return invalid("with a stream where a whole answer was asked for") }
        let bytes: [UInt8]
        do { bytes = try await response.body.collect(limit: Self.errorLimit) } catch {
            return invalid("without a stream where one was asked for")
        }
        let error = (try? JSONParser.parse(bytes)).flatMap(OpenAIError.init(from:))
        return error.map { reported($0, key: key) } ?? invalid("without a stream where one was asked for")
    }

    /// The upstream's own error, with its status and the headers that say how to go on.
    private func refusal(_ response: Response, key: String?) async -> UpstreamFailure {
        let status = response.status
        guard status.kind == .clientError || status.kind == .serverError else {
            return invalid("with status \(status.code)")
        }
        if status == .unauthorized || status == .forbidden {
            // Its own words may quote parts of the key, and the mend is not the client's.
            return UpstreamFailure(
                .upstreamCredential, upstream: name, status: status,
                "The upstream \(name) refused the gateway's key (\(status.code)); the operator must renew it."
            )
        }
        let bytes = (try? await response.body.collect(limit: Self.errorLimit)) ?? []
        let own = (try? JSONParser.parse(bytes)).flatMap(OpenAIError.init(from:))
        let error =
            own
            ?? OpenAIError(
                "The upstream \(name) answered with status \(status.code) and no further word.", type: "upstream_error",
                code: FindingCode.upstreamRefused.rawValue)
        return UpstreamFailure(
            .upstreamRefused, upstream: name, status: status, error: key.map(error.redacting) ?? error,
            headers: response.headers.guidance)
    }
}

extension TokenUsage {
    /// Reads OpenAI's `usage` object; nil where there is none.
    init?(openAI json: JSON?) {
        guard let prompt = json?["prompt_tokens"]?.integer else { return nil }
        self.init(prompt: Int(prompt), completion: Int(json?["completion_tokens"]?.integer ?? 0))
    }
}

extension HTTPFields {
    /// Those of a failed response that OpenAI's SDKs obey or show.
    var guidance: HTTPFields {
        let names = ["retry-after", "retry-after-ms", "x-should-retry", "x-request-id"]
        return HTTPFields(
            filter { names.contains($0.name.canonicalName) || $0.name.canonicalName.hasPrefix("x-ratelimit-") })
    }
}

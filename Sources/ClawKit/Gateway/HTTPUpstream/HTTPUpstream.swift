public import ClawBase
public import ClawDialects
public import HTTPTypes

/// An upstream over HTTP, in any dialect.
///
///     HTTPUpstream("https://api.openai.com/v1", .init(.openAI, model: "gpt-4o-mini"),
///         key: .environment("OPENAI_API_KEY"), transport: CurlTransport())
///
/// Where it speaks the client's dialect, requests and answers pass as they are, but for the model's name, the limit on
/// output and the wish for usage.
public struct HTTPUpstream: ModelUpstream {
    public let name: String
    public let target: UpstreamTarget
    let time: any TimeSource
    let limits: DialectLimits
    private let baseURL: String
    private let key: UpstreamKey
    private let headers: HTTPFields
    private let transport: any Transport
    /// The base URL taken apart, once: whither requests go, and what stands before their paths.
    private let place: HTTPRequest
    private let folder: String

    /// How many bytes of an error's body are read.
    static let errorLimit = 256 << 10

    /// - Parameters:
    ///   - baseURL: what the dialect's paths are put behind, `http://127.0.0.1:8000/v1`.
    ///   - name: nil: the host.
    ///   - key: how it proves itself; asked for anew at each request, so that it can be rotated.
    ///   - headers: sent with each request.
    public init(
        _ baseURL: String, _ target: UpstreamTarget, name: String? = nil, key: UpstreamKey = .none,
        headers: HTTPFields = [:], transport: some Transport, time: some TimeSource = .system,
        limits: DialectLimits = DialectLimits()
    ) {
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.baseURL = base
        place = Request(.post, base).head
        folder = place.path == "/" ? "" : place.path ?? ""
        self.name = name ?? base.split(separator: "/").dropFirst().first.map(String.init) ?? base
        (self.target, self.key, self.headers, self.transport) = (target, key, headers, transport)
        (self.time, self.limits) = (time, limits)
    }

    public func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
        let passing = call.wantsEvents ? nil : target.passing(
            call.request, headers: call.headers, maxOutputTokens: call.maxOutputTokens)
        var outgoing = try passing ?? target.call(call.decoded())
        let secret = try await key.apply(to: &outgoing, of: target.dialect, baseURL: baseURL, name: name, now: time.now)
        let deadlines = call.deadlines
        let silence = SilenceLimit(
            wait(deadlines.firstToken, deadlines), least: min(deadlines.firstToken, deadlines.betweenTokens))
        var request = request(
            outgoing, within: wait(call.request.isStreaming ? deadlines.headers : deadlines.firstToken, deadlines))
        request.silence = silence
        request.connectTimeout = deadlines.connect
        do {
            let response = try await transport.send(request)
            guard response.status.kind == .successful else { throw await refusal(response) }
            return try await read(response, call, passes: passing != nil, silence, secret)
        } catch {
            throw Self.meaning(of: error, name, secret)
        }
    }

    private func read(
        _ response: Response, _ call: ModelCall, passes: Bool, _ silence: SilenceLimit, _ secret: Secret<String>?
    ) async throws -> UpstreamAnswer {
        guard call.request.isStreaming, target.dialect.isStream(response.headers) else {
            let bytes = try await response.body.collect(limit: limits.answerBytes)
            let answer = try target.dialect.decodeAnswer(
                status: response.status.code, headers: response.headers, body: bytes, limits: limits)
            // A whole answer where a stream was asked for: some servers do not stream with tools.
            if call.request.isStreaming { return .stream(.of(answer)) }
            return .whole(passes ? WholeAnswer(bytes: bytes, usage: answer.usage) : WholeAnswer(answer))
        }
        let reader = UpstreamStream(
            response.body, call, passes ? .relay : .decoder, target.dialect, silence, name: name, secret: secret,
            limits, time)
        return .stream(AnswerStream { try await reader.next() })
    }

    private func refusal(_ response: Response) async -> ModelError {
        let bytes = (try? await response.body.collect(limit: Self.errorLimit)) ?? []
        var error = target.dialect.decodeError(
            status: response.status.code, headers: response.headers, body: bytes)
        if [.authentication, .permission].contains(error.kind), [401, 403].contains(response.status.code) {
            // Its own words may quote parts of the key, and the mend is not the client's.
            error.message =
                "The upstream \(name) refused the gateway's key (\(response.status.code)); the operator must renew it."
            (error.param, error.code) = (nil, "upstream_credential")
        }
        return error
    }

    public func embed(_ request: EmbeddingRequest, _ deadlines: AttemptDeadlines) async throws -> EmbeddingAnswer {
        var outgoing = try target.call(request)
        let secret = try await key.apply(to: &outgoing, of: target.dialect, baseURL: baseURL, name: name, now: time.now)
        do {
            var asked = self.request(outgoing, within: wait(deadlines.firstToken, deadlines))
            asked.connectTimeout = deadlines.connect
            let response = try await transport.send(asked)
            guard response.status.kind == .successful else { throw await refusal(response) }
            return try target.dialect.decodeEmbeddings(
                status: response.status.code, headers: response.headers,
                body: try await response.body.collect(limit: limits.answerBytes), count: request.inputs.count,
                limits: limits)
        } catch {
            throw Self.meaning(of: error, name, secret)
        }
    }

    private func request(_ outgoing: UpstreamCall, within limit: Duration) -> Request {
        var head = place
        head.method = outgoing.method
        head.path = folder + outgoing.path
        head.headerFields = outgoing.headers
        var request = Request(head: head, body: .bytes(outgoing.body), headTimeout: limit)
        for field in headers { request.headers[field.name] = field.value }
        request.headers[.userAgent] = "ClawKit"
        return request
    }

    private func wait(_ limit: Duration, _ deadlines: AttemptDeadlines) -> Duration {
        max(.milliseconds(1), min(limit, deadlines.until - time.now))
    }

    /// What went wrong, in no dialect and without the key.
    static func meaning(of error: any Error, _ name: String, _ secret: Secret<String>?) -> any Error {
        let meaning: ModelError
        switch error {
        case let error as ModelError: meaning = error
        case let error as TransportError where error.code == .timeout:
            meaning = ModelError(.timeout, "The upstream \(name) stayed silent for too long; try again.")
        case let error as TransportError where error.code == .disconnected:
            meaning = ModelError(.truncated, "The upstream \(name) broke off in the midst of its answer; try again.")
        case is TransportError:
            meaning = ModelError(
                .unreachable, "The upstream \(name) cannot be reached; check that it runs and that its baseURL is right.")
        case let finding as Finding:
            meaning = ModelError(.malformed, "The upstream \(name) answered too much: \(finding.message)")
        default: return error
        }
        return secret.map { meaning.redacting($0.reveal()) } ?? meaning
    }
}

extension AnswerStream {
    /// A whole answer as a stream.
    static func of(_ answer: ModelAnswer) -> AnswerStream {
        var events: [StreamEvent] = [.start(StreamStart(id: answer.id, model: answer.model, created: answer.created))]
        for (index, part) in answer.parts.enumerated() {
            guard let (start, deltas) = part.streamed else { continue }
            events.append(.partStart(index, start))
            events += deltas.map { .partDelta(index, $0) }
            events.append(.partStop(index))
        }
        events += [.usage(answer.usage), .finish(answer.finish)]
        return AnswerStream(steps: [AnswerStep(events: events)])
    }

    /// Steps that are there already.
    public init(steps: [AnswerStep]) {
        let rest = Remaining(steps)
        self.init { rest.next() }
    }
}

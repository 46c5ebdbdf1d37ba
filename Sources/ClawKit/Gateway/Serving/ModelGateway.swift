public import ClawBase
public import ClawDialects
import ClawDocuments
public import ClawLedger
import HTTPTypes
public import Logging
public import Tracing

/// Serves models to holders of virtual keys, in the dialects of OpenAI, Anthropic and Ollama.
///
/// `/v1/chat/completions`, `/v1/completions`, `/v1/responses`, `/v1/embeddings`, `/v1/models`; `/v1/messages` and
/// `/v1/messages/count_tokens`; `/api/chat`, `/api/generate`, `/api/tags`; `/health`, `/health/liveliness`,
/// `/health/readiness`, `/metrics`.
///
/// Errors have the form of the dialect that was spoken; the header `X-Claw-Error-Source` says whose an error is. Keys
/// appear in no log and no answer.
public struct ModelGateway: Handler {
    let router: ModelRouter
    let grants: any GrantDirectory
    let budgets: any LimitDirectory
    let book: UsageBook?
    let admission: FairAdmission
    let openCalls = OpenCalls()
    /// What became of the last requests, by the id that answers bear in `X-Claw-Call-Id`.
    public let traces: TraceLog
    let limits: DialectLimits
    let guardrails: Guardrails
    let cache: AnswerCache
    let sendsLiteLLMHeaders: Bool
    let tracer: (any Tracer)?
    let time: any TimeSource
    let metrics = GatewayMetrics()
    let logger: Logger

    /// - Parameters:
    ///   - budgets: what each level may spend; none by default.
    ///   - book: where calls are accounted for; the caller runs it (``UsageBook/run()``), so that rows are written. nil:
    ///     nothing is accounted for, and whoever has a budget is refused.
    ///   - admission: how many requests are under way at once, and how the tenants' others wait; several gateways of one
    ///     process may share it.
    ///   - guardrails: what requests are held against before they go to a model.
    ///   - cache: where answers are kept for the keys whose grants say so; several gateways of one process may share it.
    ///     nil: one with the limits that an ``AnswerCache`` has by itself.
    ///   - tracer: where requests become spans; nil: the process's own, where one is bootstrapped.
    ///   - sendsLiteLLMHeaders: whether answers also bear the headers that LiteLLM's users read.
    public init(
        router: ModelRouter, grants: any GrantDirectory, budgets: any LimitDirectory = InMemoryLimits(),
        book: UsageBook? = nil, admission: FairAdmission? = nil, guardrails: Guardrails = Guardrails(),
        cache: AnswerCache? = nil, limits: DialectLimits = DialectLimits(), sendsLiteLLMHeaders: Bool = false, tracer: (any Tracer)? = nil,
        time: any TimeSource = .system,
        logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.router, self.grants, self.budgets, self.limits) = (router, grants, budgets, limits)
        (self.time, self.logger, self.tracer, self.sendsLiteLLMHeaders) = (time, logger, tracer, sendsLiteLLMHeaders)
        (self.book, self.guardrails) = (book, guardrails)
        self.admission = admission ?? FairAdmission(time: time)
        self.cache = cache ?? AnswerCache(time: time)
        traces = TraceLog()
        grants.follow { [openCalls] in openCalls.lookAgain($0) }
    }

    /// Ends open streams whose key ends, until cancelled. Without it keys count for requests that begin.
    /// - Throws: `CancellationError`.
    public func run() async throws { try await openCalls.run(grants, time: time) }

    public func respond(to request: Request) async -> Response {
        let path = request.path
        if let (endpoint, method) = GatewayEndpoint.at(path, request.headers) {
            guard request.method == method || request.method == .head && method == .get else {
                return refuse(method: request, endpoint, allowed: method)
            }
            do { return try await answer(request, endpoint) } catch {
                if !error.isCounted { metrics.refused(error.error.kind.status, error.error.kind) }
                return error.response(endpoint.dialect)
            }
        }
        if path == "/health", request.method == .get { return await health(request) }
        guard let response = operations(path) else {
            let isModels = path == "/v1" || path.hasPrefix("/v1/")
            let text = "There is nothing at \(path); models are served under /v1, and Ollama's API under /api."
            return isModels
                ? GatewayRefusal(.request, ModelError(.notFound, text, code: "unknown_url")).response(.openAIChat)
                : .finding(Finding(.unknownRoute, text), status: .notFound)
        }
        guard request.method == .get || request.method == .head else {
            return .finding(
                Finding(.methodNotAllowed, "\(path) does not take \(request.method.rawValue); use GET."),
                status: .methodNotAllowed, headers: [.allow: "GET"])
        }
        return response
    }

    private func answer(_ request: Request, _ endpoint: GatewayEndpoint) async throws(GatewayRefusal) -> Response {
        let grant = try await grant(of: request)
        switch endpoint {
        case .answer(let dialect): return try await answer(request, dialect, grant)
        case .embeddings: return try await embeddings(request, grant)
        case .countTokens: return try await countTokens(request, grant)
        case .models(let name, let form): return try models(name.map { Percent.decode($0) }, form, grant)
        case .ollamaVersion: return .json(["version": "0.12.0"])
        }
    }

    private func operations(_ path: Substring) -> Response? {
        switch path {
        // Both spellings: LiteLLM's, and the one people type.
        case "/health/liveliness", "/health/liveness": .json(["status": "alive"])
        case "/health/readiness": .json(["status": "healthy", "models": .integer(Int64(router.aliases.count))])
        case "/metrics":
            Response(
                status: .ok, headers: [.contentType: MetricsText.contentType], body: .string(metrics.text(router.groups, now: time.now)))
        default: nil
        }
    }

    private func refuse(method request: Request, _ endpoint: GatewayEndpoint, allowed: HTTPRequest.Method) -> Response {
        let error = ModelError(
            .invalidRequest, "\(request.path) does not take \(request.method.rawValue); use \(allowed.rawValue).",
            code: "method_not_allowed")
        var response = GatewayRefusal(.request, error, headers: [.allow: allowed.rawValue]).response(endpoint.dialect)
        response.head.status = .methodNotAllowed
        return response
    }
}

extension Response {
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .bytes(json.bytes()))
    }
}

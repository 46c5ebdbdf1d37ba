public import ClawBase
import ClawDocuments
import HTTPTypes
public import Logging

/// Serves models to holders of virtual keys, in OpenAI's dialect.
///
/// `/v1/chat/completions`, `/v1/models`, `/v1/models/{id}`; `/health/liveliness`, `/health/readiness`, `/metrics`.
/// Errors under `/v1` have OpenAI's form, elsewhere a ``Finding``'s. The header `X-Claw-Error-Source` says whose an
/// error is: `gateway` or `upstream`. Keys appear in no log and no answer.
public struct ModelGateway: Handler {
    /// How many bytes a request may have.
    public static let requestLimit = 16 << 20

    let router: ModelRouter
    let grants: any GrantDirectory
    let time: any TimeSource
    let metrics: GatewayMetrics
    let logger: Logger

    public init(
        router: ModelRouter, grants: any GrantDirectory, time: any TimeSource = .system,
        logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.router, self.grants, self.time, self.logger) = (router, grants, time, logger)
        metrics = GatewayMetrics()
    }

    public func respond(to request: Request) async -> Response {
        let path = request.path
        if path == "/v1" || path.hasPrefix("/v1/") {
            do { return try await model(request, String(path.dropFirst("/v1".count))) } catch {
                metrics.refused(error.status)
                return error.response
            }
        }
        guard let response = operations(path) else {
            return .finding(
                Finding(.unknownRoute, "There is nothing at \(path); models are served under /v1."), status: .notFound)
        }
        guard request.method == .get || request.method == .head else { return methodNotAllowed(request, "GET") }
        return response
    }

    private func operations(_ path: Substring) -> Response? {
        switch path {
        // Both spellings: LiteLLM's, and the one people type.
        case "/health/liveliness", "/health/liveness": .json(["status": "alive"])
        case "/health/readiness": .json(["status": "healthy", "models": .integer(Int64(router.aliases.count))])
        case "/metrics":
            Response(
                status: .ok, headers: [.contentType: MetricsText.contentType], body: .string(metrics.text))
        default: nil
        }
    }

    private func model(_ request: Request, _ path: String) async throws(Refusal) -> Response {
        let grant = try await grant(of: request)
        switch path {
        case "/chat/completions":
            guard request.method == .post else { throw Refusal.method(request.method.rawValue, path, allowed: "POST") }
            return try await chat(request, grant)
        case "/models":
            guard request.method == .get else { throw Refusal.method(request.method.rawValue, path, allowed: "GET") }
            return models(grant)
        case _ where path.hasPrefix("/models/") && request.method == .get:
            return try model(named: Percent.decode(path.dropFirst("/models/".count)), grant)
        default:
            throw Refusal(
                .notFound,
                OpenAIError("There is nothing at /v1\(path) for \(request.method.rawValue).", code: "unknown_url"))
        }
    }

    private func methodNotAllowed(_ request: Request, _ allowed: String) -> Response {
        .finding(
            Finding(.methodNotAllowed, "\(request.path) does not take \(request.method.rawValue); use \(allowed)."),
            status: .methodNotAllowed, headers: [.allow: allowed])
    }
}

extension Response {
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .bytes(json.bytes()))
    }
}

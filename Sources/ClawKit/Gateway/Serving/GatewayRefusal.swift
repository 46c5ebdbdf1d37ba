import ClawBase
import ClawDialects
import ClawLedger
import HTTPTypes

/// A request that gets an error, and whose error it is.
struct GatewayRefusal: Error {
    /// Said in the header `X-Claw-Error-Source`, so that nobody takes the platform's 429 for the upstream's.
    enum Source: String { case request, key, guardrail, budget, overload, upstream, gateway }

    var source: Source
    var error: ModelError
    var headers: HTTPFields = [:]
    /// Whether its exchange has been counted already, under the model's name.
    var isCounted = false

    init(_ source: Source, _ error: ModelError, headers: HTTPFields = [:]) {
        (self.source, self.error, self.headers) = (source, error, headers)
    }

    init(_ refusal: UsageRefusal, now: Timestamp) {
        source = .budget
        if refusal.unit == .inFlight || refusal.isPassing {
            error = ModelError(.rateLimited, refusal.description, code: "budget_reserved", type: "rate_limit_error")
            error.retryAfter = .after(.seconds(1))
        } else if let reset = refusal.resetsAt, reset - now <= .seconds(60) {
            error = ModelError(.rateLimited, refusal.description, code: "rate_limit_exceeded", type: "rate_limit_error")
            error.retryAfter = .at(reset)
        } else {
            error = ModelError(.spendLimit, refusal.description, code: "budget_exceeded", type: "budget_exceeded")
            error.retryAfter = refusal.resetsAt.map { .at($0) }
        }
    }

    func response(_ dialect: ClientDialect) -> Response {
        let reply = dialect.encode(error)
        var headers = reply.headers
        for field in self.headers { headers[field.name] = field.value }
        headers[.errorSource] = source.rawValue
        return Response(status: reply.status, headers: headers, body: .bytes(reply.body))
    }

    static func key(_ message: String) -> GatewayRefusal {
        GatewayRefusal(
            .key, ModelError(.authentication, message, code: "invalid_api_key"), headers: [.wwwAuthenticate: "Bearer"])
    }
}

extension HTTPField.Name {
    // Valid token characters, so the initialisers cannot fail.
    /// Whose an error is.
    static let errorSource = HTTPField.Name("X-Claw-Error-Source")!
    /// Which deployment answered.
    static let upstream = HTTPField.Name("X-Claw-Upstream")!
    static let callID = HTTPField.Name("X-Claw-Call-Id")!
    static let responseCost = HTTPField.Name("X-Claw-Response-Cost")!
    static let attemptedRetries = HTTPField.Name("X-Claw-Attempted-Retries")!
    static let attemptedFallbacks = HTTPField.Name("X-Claw-Attempted-Fallbacks")!
    static let apiKey = HTTPField.Name("X-Api-Key")!
}

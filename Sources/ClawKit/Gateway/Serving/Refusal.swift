import ClawBase
import HTTPTypes

/// A request the gateway itself refuses, in OpenAI's form.
struct Refusal: Error {
    var status: HTTPResponse.Status
    var error: OpenAIError
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ error: OpenAIError, headers: HTTPFields = [:]) {
        (self.status, self.error, self.headers) = (status, error, headers)
    }

    var response: Response {
        var headers = headers
        headers[.errorSource] = "gateway"
        return error.response(status, headers: headers)
    }

    static func method(_ method: String, _ path: String, allowed: String) -> Refusal {
        Refusal(
            .methodNotAllowed,
            OpenAIError("/v1\(path) does not take \(method); use \(allowed).", code: "method_not_allowed"),
            headers: [.allow: allowed])
    }

    static func key(_ message: String) -> Refusal {
        Refusal(.unauthorized, OpenAIError(message, code: "invalid_api_key"), headers: [.wwwAuthenticate: "Bearer"])
    }
}

extension HTTPField.Name {
    // Valid token characters, so the initialisers cannot fail.
    /// Whose an error is: `gateway` or `upstream`.
    static let errorSource = HTTPField.Name("X-Claw-Error-Source")!
    /// Which upstream answered.
    static let upstream = HTTPField.Name("X-Claw-Upstream")!
    static let apiKey = HTTPField.Name("X-Api-Key")!
}

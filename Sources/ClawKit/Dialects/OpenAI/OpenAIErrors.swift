import ClawDocuments
import HTTPTypes

/// Errors in OpenAI's form: `{"error":{"message","type","param","code"}}`.
enum OpenAIErrors {
    static func encode(_ error: ModelError) -> [UInt8] {
        var text = JSONText()
        text.beginObject()
        text.beginObject("error")
        text.put("message", error.message)
        text.put("type", error.type ?? error.kind.openAIType)
        if let param = error.param { text.put("param", param) } else { text.putNull("param") }
        if let code = error.code ?? error.kind.openAICode { text.put("code", code) } else { text.putNull("code") }
        text.endObject()
        text.endObject()
        return text.bytes
    }

    /// The error in a value: OpenAI's own form, the bare `{"object":"error","message":…}` of some servers, a message
    /// only (`{"error":"…"}`), or FastAPI's `{"detail":…}`. Nil where there is none.
    static func decode(_ json: JSON?, status: Int?, headers: HTTPFields = [:]) -> ModelError? {
        guard let json else { return nil }
        if let list = json.array { return decode(list.first, status: status, headers: headers) }
        let body: JSON
        if let error = json["error"], !error.isNull {
            body = error.string.map { ["message": .string($0), "code": json["code"] ?? .null] } ?? error
        } else if json["object"]?.string == "error" || json["type"]?.string == "error" {
            body = json
        } else if let detail = json["detail"], status.map({ $0 >= 400 }) ?? false {
            body = ["message": .string(detail.string ?? detail.description)]
        } else {
            return nil
        }
        let code = body["code"].flatMap { $0.isNull ? nil : $0.string ?? $0.description }
        let type = body["type"]?.string ?? body["status"]?.string
        let message = body["message"]?.string ?? "The upstream failed without a word."
        // Some servers answer 200 and put the status into the code.
        let told =
            status.flatMap { $0 >= 400 ? $0 : nil }
            ?? code.flatMap(Int.init).flatMap { (400..<600).contains($0) ? $0 : nil }
        var error = ModelError(
            ErrorWords.kind(code: code, type: type, message: message, status: told), message,
            param: body["param"]?.string, code: code, type: type, status: told)
        error.takeHeaders(headers)
        // Google says it in the body: `{"@type":"…RetryInfo","retryDelay":"34.07s"}`.
        for detail in body["details"]?.array ?? [] where error.retryAfter == nil {
            error.retryAfter = detail["retryDelay"]?.string.flatMap(RetryAdvice.init(seconds:))
        }
        return error
    }
}

extension ModelError {
    /// What the headers of a failed response say about going on.
    mutating func takeHeaders(_ headers: HTTPFields) {
        retryAfter = retryAfter ?? RetryAdvice(headers)
        if let name = HTTPField.Name("x-should-retry"), let word = headers[name] {
            shouldRetry = word == "true" ? true : word == "false" ? false : nil
        }
        for name in ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid"] where requestID == nil {
            if let name = HTTPField.Name(name) { requestID = headers[name] }
        }
    }

    /// Headers for the client that OpenAI's and Anthropic's SDKs obey.
    var replyHeaders: HTTPFields {
        var headers = retryAfter?.headers ?? [:]
        if let name = HTTPField.Name("x-should-retry") {
            if kind == .spendLimit {
                headers[name] = "false"
            } else if let shouldRetry {
                headers[name] = "\(shouldRetry)"
            }
        }
        return headers
    }
}

extension ModelError.Kind {
    var openAIType: String {
        switch self {
        case .rateLimited: "rate_limit_error"
        case .spendLimit: "insufficient_quota"
        case .authentication: "authentication_error"
        case .permission: "permission_error"
        case .timeout: "timeout_error"
        case .overloaded, .server, .unreachable, .truncated, .malformed: "server_error"
        case .contextWindow, .contentPolicy, .notFound, .invalidRequest, .unsupported, .conflict, .tooLarge, .cancelled:
            "invalid_request_error"
        }
    }

    var openAICode: String? {
        switch self {
        case .rateLimited: "rate_limit_exceeded"
        case .spendLimit: "insufficient_quota"
        case .overloaded: "overloaded"
        case .contextWindow: "context_length_exceeded"
        case .contentPolicy: "content_policy_violation"
        case .authentication: "invalid_api_key"
        case .permission: "permission_denied"
        case .notFound: "model_not_found"
        case .unsupported: "unsupported_value"
        case .tooLarge: "request_too_large"
        case .timeout: "timeout"
        case .unreachable: "upstream_unreachable"
        case .truncated: "upstream_truncated"
        case .malformed: "upstream_malformed"
        case .cancelled: "cancelled"
        case .invalidRequest, .conflict, .server: nil
        }
    }
}

/// The words by which upstreams tell what went wrong.
enum ErrorWords {
    /// The class of an error, by its code, then its type, then its status and what the message says.
    static func kind(code: String?, type: String?, message: String, status: Int?) -> ModelError.Kind {
        if let kind = code.flatMap(kind(word:)) { return refined(kind, message, status) }
        if let kind = type.flatMap(kind(word:)) { return refined(kind, message, status) }
        return refined(status.map(ModelError.Kind.init(status:)) ?? .server, message, status)
    }

    private static func kind(word: String) -> ModelError.Kind? {
        switch word.lowercased() {
        case "context_length_exceeded", "model_context_window_exceeded", "string_above_max_length",
            "contextwindowexceedederror":
            .contextWindow
        case "content_policy_violation", "content_filter", "responsibleaipolicyviolation",
            "contentpolicyviolationerror", "invalid_prompt":
            .contentPolicy
        case "insufficient_quota", "billing_error", "billing_hard_limit_reached", "enforced_spend_limit_reached",
            "budget_exceeded", "quota_exceeded", "credit_balance_too_low", "servicequotaexceededexception":
            .spendLimit
        case "rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "ratelimiterror", "too_many_requests",
            "resource_exhausted", "throttlingexception", "toomanyrequestsexception":
            .rateLimited
        case "overloaded_error", "overloaded", "engine_overloaded", "unavailable", "serviceunavailableexception",
            "modelnotreadyexception", "slow_down", "server_overloaded":
            .overloaded
        case "invalid_api_key", "authentication_error", "unauthenticated", "authenticationerror",
            "unrecognizedclientexception", "expiredtokenexception", "invalidsignatureexception":
            .authentication
        case "permission_error", "permission_denied", "permissiondeniederror", "accessdeniedexception": .permission
        case "model_not_found", "not_found_error", "not_found", "notfounderror", "resourcenotfoundexception",
            "deploymentnotfound":
            .notFound
        case "request_too_large": .tooLarge
        case "timeout", "timeout_error", "deadline_exceeded", "modeltimeoutexception": .timeout
        case "conflict", "conflict_error", "conflictexception": .conflict
        case "api_error", "server_error", "internal_error", "internal", "internalservererror", "modelerrorexception",
            "internalserverexception", "modelstreamerrorexception":
            .server
        case "invalid_request_error", "invalid_argument", "failed_precondition", "badrequesterror",
            "validationexception", "validation_error":
            .invalidRequest
        default: nil
        }
    }

    /// Servers that know one word for all bad requests say more in the message.
    private static func refined(_ kind: ModelError.Kind, _ message: String, _ status: Int?) -> ModelError.Kind {
        let message = message.prefix(2048).lowercased()
        func says(_ phrases: String...) -> Bool { phrases.contains { message.contains($0) } }
        switch kind {
        case .invalidRequest, .tooLarge:
            if status == 413 { return .tooLarge }
            if says(
                "context length", "context window", "maximum context", "prompt is too long", "input is too long",
                "too many input tokens", "exceeds the maximum number of tokens", "exceed context limit",
                "exceeds the available context size", "input length and `max_tokens` exceed")
            {
                return .contextWindow
            }
            if says("content management policy", "content policy", "content filtering policy", "safety system") {
                return .contentPolicy
            }
            if says("credit balance is too low") { return .spendLimit }
            if says("api key not valid") { return .authentication }
            return kind
        case .rateLimited:
            return says("exceeded your current quota, please check your plan and billing") && !says("retry in")
                ? .spendLimit : kind
        default: return kind
        }
    }
}

/// Why there is no answer: a closed class on which routing decides, and the words, in no dialect.
public struct ModelError: Error, Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Too many requests or tokens for now; another time or another upstream may do.
        case rateLimited
        /// The upstream has too much to do (Anthropic's 529, a 503).
        case overloaded
        /// The account's money or quota is used up; to ask again is of no use.
        case spendLimit
        /// The conversation is longer than the model's window.
        case contextWindow
        /// The provider's policy forbids the prompt.
        case contentPolicy
        /// No key, or a wrong one.
        case authentication
        /// The key may not do this.
        case permission
        /// No such model or path.
        case notFound
        case invalidRequest
        /// What was asked for cannot be said in the upstream's dialect.
        case unsupported
        case conflict
        /// The body or one of its parts is too large.
        case tooLarge
        /// Somebody waited for too long.
        case timeout
        /// The upstream failed.
        case server
        /// The upstream cannot be reached.
        case unreachable
        /// The answer broke off.
        case truncated
        /// The upstream's answer is none in its dialect.
        case malformed
        /// The client left.
        case cancelled
    }

    public var kind: Kind
    /// One sentence: what is wrong, and the mend.
    public var message: String
    /// The place in the request: `messages[2].content`.
    public var param: String?
    /// The code and the type an upstream gave, or what the gateway wants programs to match on.
    public var code: String?
    public var type: String?
    /// The upstream's status, where there was one.
    public var status: Int?
    public var retryAfter: RetryAdvice?
    /// The server's own word on trying again (`x-should-retry`).
    public var shouldRetry: Bool?
    /// The upstream's name for the exchange.
    public var requestID: String?

    public init(
        _ kind: Kind, _ message: String, param: String? = nil, code: String? = nil, type: String? = nil,
        status: Int? = nil, retryAfter: RetryAdvice? = nil
    ) {
        (self.kind, self.message, self.param, self.code, self.type) = (kind, message, param, code, type)
        (self.status, self.retryAfter) = (status, retryAfter)
    }

    /// Whether the same request may succeed at another time.
    public var isRetryable: Bool {
        switch kind {
        case .spendLimit: false
        default: shouldRetry ?? kind.isTransient
        }
    }

    /// The same error with every occurrence of a secret gone.
    public func redacting(_ secret: String) -> ModelError {
        guard !secret.isEmpty else { return self }
        var error = self
        func clean(_ text: String?) -> String? { text?.replacing(secret, with: "[redacted]") }
        error.message = clean(message) ?? ""
        (error.param, error.code, error.type) = (clean(param), clean(code), clean(type))
        error.requestID = clean(requestID)
        return error
    }
}

extension ModelError.Kind {
    /// Whether the fault may pass of itself.
    public var isTransient: Bool {
        switch self {
        case .rateLimited, .overloaded, .timeout, .server, .unreachable, .truncated, .malformed, .conflict: true
        default: false
        }
    }

    /// The status that tells this to a client; dialects may have one of their own.
    public var status: Int {
        switch self {
        case .rateLimited, .spendLimit: 429
        case .overloaded: 503
        case .contextWindow, .contentPolicy, .invalidRequest, .unsupported: 400
        case .authentication: 401
        case .permission: 403
        case .notFound: 404
        case .conflict: 409
        case .tooLarge: 413
        case .timeout: 504
        case .server: 500
        case .unreachable, .truncated, .malformed: 502
        case .cancelled: 499
        }
    }

    /// What a status means where the body says no more.
    public init(status: Int) {
        self =
            switch status {
            case 401: .authentication
            case 402: .spendLimit
            case 403: .permission
            case 404: .notFound
            case 408, 504: .timeout
            case 409: .conflict
            case 413: .tooLarge
            case 429: .rateLimited
            case 503, 529: .overloaded
            case 400..<500: .invalidRequest
            default: .server
            }
    }
}

extension ModelError: CustomStringConvertible {
    public var description: String { "\(kind.rawValue)\(param.map { " (\($0))" } ?? ""): \(message)" }
}

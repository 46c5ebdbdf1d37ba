import ClawBase
import ClawDocuments
import HTTPTypes

/// Why a token is not exchanged, as RFC 6749, section 5.2, wants it told.
struct ExchangeRefusal: Error {
    /// The codes of RFC 6749 and RFC 8693. A token that is not good is `invalid_grant`, so that programs can tell it from
    /// a request that is wrong in itself.
    enum Code: String {
        case invalidRequest = "invalid_request", invalidGrant = "invalid_grant", invalidScope = "invalid_scope"
        case invalidTarget = "invalid_target", unsupportedGrantType = "unsupported_grant_type"
        /// Of the authorization endpoint there, and of those that have to tell the same here.
        case unavailable = "temporarily_unavailable", server = "server_error"
    }

    var code: Code
    /// What is wrong and what to do.
    var words: String
    var status = HTTPResponse.Status.badRequest
    var retryAfter: Duration?

    init(
        _ code: Code, _ words: String, status: HTTPResponse.Status = .badRequest, retryAfter: Duration? = nil
    ) {
        (self.code, self.words, self.status, self.retryAfter) = (code, words, status, retryAfter)
    }

    static func busy(_ words: String, for wait: Duration = .seconds(1)) -> ExchangeRefusal {
        ExchangeRefusal(.unavailable, words, status: .tooManyRequests, retryAfter: wait)
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if let retryAfter { headers[.retryAfter] = String(max(1, Int(retryAfter.inSeconds.rounded(.up)))) }
        let body: JSON = ["error": .string(code.rawValue), "error_description": .string(Self.allowed(words))]
        return Response(status: status, headers: headers, body: .bytes(body.bytes()))
    }

    /// The description may have neither quotes nor backslashes nor anything beyond ASCII.
    private static func allowed(_ words: String) -> String {
        String(
            words.unicodeScalars.prefix(500).map { scalar -> Character in
                if scalar == "\"" || scalar == "\\" { return "'" }
                return (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "?"
            })
    }
}

public import ClawBase
import ClawDocuments
public import HTTPTypes

/// Why an upstream gave no (whole) answer, in the form the client gets to see.
public struct UpstreamFailure: Error, Sendable {
    /// What kind of failure: ``FindingCode/upstreamUnreachable`` and its siblings.
    public let code: FindingCode
    /// The upstream's name.
    public let upstream: String
    /// The status for the client, where no response has begun.
    public let status: HTTPResponse.Status
    /// The error for the client: the upstream's own where it sent one.
    public let error: OpenAIError
    /// Headers of the upstream that tell a client how to go on (`Retry-After` and the like).
    public let headers: HTTPFields

    public init(
        _ code: FindingCode, upstream: String, status: HTTPResponse.Status, error: OpenAIError,
        headers: HTTPFields = [:]
    ) {
        (self.code, self.upstream, self.status, self.error, self.headers) = (code, upstream, status, error, headers)
    }

    /// A failure in the gateway's own words; the sentence should name the upstream and the mend.
    public init(
        _ code: FindingCode, upstream: String, status: HTTPResponse.Status = .badGateway, _ message: String
    ) {
        self.init(
            code, upstream: upstream, status: status,
            error: OpenAIError(message, type: "upstream_error", code: code.rawValue))
    }
}

extension UpstreamFailure: CustomStringConvertible {
    public var description: String { "\(code): \(error.message)" }
}

extension FindingCode {
    /// No connection to the upstream.
    public static let upstreamUnreachable = FindingCode(rawValue: "E_UPSTREAM_UNREACHABLE")
    /// The upstream stayed silent beyond a deadline.
    public static let upstreamTimeout = FindingCode(rawValue: "E_UPSTREAM_TIMEOUT")
    /// The upstream's stream broke off before its end.
    public static let upstreamTruncated = FindingCode(rawValue: "E_UPSTREAM_TRUNCATED")
    /// The upstream answered something that is not of its dialect.
    public static let upstreamInvalid = FindingCode(rawValue: "E_UPSTREAM_INVALID")
    /// The upstream answered with an error of its own.
    public static let upstreamRefused = FindingCode(rawValue: "E_UPSTREAM_REFUSED")
    /// The upstream did not take the gateway's key, or the gateway has none to show.
    public static let upstreamCredential = FindingCode(rawValue: "E_UPSTREAM_CREDENTIAL")
}

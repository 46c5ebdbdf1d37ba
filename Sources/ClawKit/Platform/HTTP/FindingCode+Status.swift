public import ClawBase
import ClawKubernetes
public import HTTPTypes

extension FindingCode {
    /// Nobody is signed in, or the session is over.
    public static let session = FindingCode(rawValue: "E_SESSION")
    /// Signed in, but the thing belongs to somebody else.
    public static let notOwner = FindingCode(rawValue: "E_NOT_OWNER")
    /// Signed in, but the action needs another role.
    public static let forbidden = FindingCode(rawValue: "E_FORBIDDEN")
    /// Too many attempts; wait.
    public static let throttled = FindingCode(rawValue: "E_THROTTLED")
    /// The token may do less than this.
    public static let scope = FindingCode(rawValue: "E_SCOPE")
    /// The password must be changed before anybody signs in with it.
    public static let passwordChange = FindingCode(rawValue: "E_PASSWORD_CHANGE")
    /// That is no password to take.
    public static let badPassword = FindingCode(rawValue: "E_PASSWORD")
    /// An operation was given up where only a person could say how to go on.
    public static let needsAttention = FindingCode(rawValue: "E_NEEDS_ATTENTION")
    /// It exists but does not serve yet.
    public static let notReady = FindingCode(rawValue: "E_NOT_READY")
    /// A stored thing was changed by somebody else meanwhile.
    public static let stale = FindingCode(rawValue: "E_STALE")
    /// Something else still needs it.
    public static let inUse = FindingCode(rawValue: "E_IN_USE")
    /// Kubernetes refuses the object's content.
    public static let invalid = FindingCode(rawValue: "E_INVALID")

    /// The HTTP status a finding of this code is answered with.
    ///
    /// 400 says the request cannot be understood, 422 that it is understood and refused for its content.
    public var httpStatus: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .session, FindingCode(rawValue: "E_TOKEN_EXPIRED"): .unauthorized
        case .notOwner, .forbidden, .passwordChange, .scope: .forbidden
        case .notFound, .unknownRoute: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .alreadyExists, .conflict, .stale, .inUse, FindingCode(rawValue: "E_HOST_CONFLICT"): .conflict
        case .bodyTooLarge: .contentTooLarge
        case .throttled: .tooManyRequests
        case .internalError: .internalServerError
        case .unreachable, .clusterRefused, FindingCode(rawValue: "E_CLUSTER_UNREACHABLE"): .badGateway
        case .notReady, .storage, .busy: .serviceUnavailable
        case .deadline: .gatewayTimeout
        // Names, policy, quota, configuration, versions, and whatever other layers refuse.
        default: .unprocessableContent
        }
    }
}

extension Response {
    /// An error response with the status that belongs to the finding's code.
    public static func finding(_ finding: Finding, headers: HTTPFields = [:]) -> Response {
        .finding(finding, status: finding.code.httpStatus, headers: headers)
    }
}

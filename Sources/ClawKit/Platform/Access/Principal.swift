public import ClawBase

/// Who a request comes from.
public struct Principal: Sendable, Hashable {
    /// By what the request proved it.
    public enum Proof: Sendable, Hashable {
        case session, token
        /// A token that Kubernetes issued for a service account.
        case serviceAccount
    }

    public let user: String
    public let isAdministrator: Bool
    public let proof: Proof
    /// How much of the user's rights the proof carries; a session carries all.
    public let scope: TokenScope
    /// When the proof ends by itself.
    public let expiresAt: Timestamp?
    /// The session's id, where it was one.
    public let session: String?
    /// Where it is a service of a project, and no user of the platform.
    public let service: ServiceIdentity?

    public init(
        user: String, isAdministrator: Bool = false, proof: Proof = .token, scope: TokenScope = .administer,
        expiresAt: Timestamp? = nil, session: String? = nil, service: ServiceIdentity? = nil
    ) {
        self.service = service
        self.scope = scope
        self.user = user
        self.isAdministrator = isAdministrator
        self.proof = proof
        self.expiresAt = expiresAt
        self.session = session
    }
}

/// What a request says about its sender.
public enum Identity: Sendable, Hashable {
    case principal(Principal)
    /// Nobody, and why: nothing was presented, or what was is not (or no longer) valid.
    case anonymous(Finding)

    public var principal: Principal? { if case .principal(let principal) = self { principal } else { nil } }
}

/// Finds out who sent a request.
public protocol Authenticator: Sendable {
    /// - Throws: ``Finding`` only where it could not be found out (the store does not answer).
    func identify(_ request: Request) async throws -> Identity
}

extension Finding {
    static let signInNeeded = Finding(
        .session, "Nobody is signed in; sign in, or send 'Authorization: Bearer <token>'.")
    static let sessionVoid = Finding(.session, "The session is not valid or has been ended; sign in again.")
    static let sessionExpired = Finding(.session, "The session has expired; sign in again.")
    static let tokenUnknown = Finding(.session, "The token is not known or has been revoked; ask for a new one.")
    static let tokenExpired = Finding(.session, "The token has expired; ask for a new one.")
    static let wrongAudience = Finding(
        .session, "The token is not for this service; create one whose audiences have it.")
    static let userDisabled = Finding(.session, "The user is disabled; ask an administrator.")
}

/// Who a client is to an API server, asked for every request: so renewed credentials also reach the reconnects of
/// watches and whatever else outlives a token.
///
/// Implementations must be quick where nothing is to be renewed, and renew once however many ask at the same time:
/// ``RenewedCredentials`` does both for a closure that fetches.
public protocol Credentials: Sendable {
    /// The credential for a request about to be sent.
    /// - Throws: ``Finding`` with ``FindingCode/credentials`` where none can be had, `CancellationError`.
    func credential() async throws -> Credential

    /// The server has answered 401 to `refused`.
    /// - Returns: whether ``credential()`` now gives another, so that asking again makes sense.
    func renew(after refused: Credential) async throws -> Bool
}

extension Credentials {
    public func renew(after refused: Credential) async throws -> Bool { false }
}

/// What one request shows: a header, a client certificate, both, or nothing.
public struct Credential: Sendable, Hashable {
    /// The value of the `Authorization` header.
    public var authorization: Secret<String>?
    /// The certificate for the connection's TLS handshake.
    public var identity: CurlTransport.Identity?
    /// When it stops to be valid; nil where it does not say.
    public var expires: Timestamp?

    public init(
        authorization: Secret<String>? = nil, identity: CurlTransport.Identity? = nil, expires: Timestamp? = nil
    ) {
        self.authorization = authorization
        self.identity = identity
        self.expires = expires
    }

    /// RFC 6750, section 2.1.
    public static func bearer(_ token: Secret<String>, expires: Timestamp? = nil) -> Credential {
        Credential(authorization: Secret("Bearer \(token.reveal())"), expires: expires)
    }

    /// RFC 7617, section 2.
    public static func basic(user: String, password: Secret<String>) -> Credential {
        Credential(authorization: Secret("Basic \(Base64.encode(Array("\(user):\(password.reveal())".utf8)))"))
    }

    /// Whether both prove the same, whatever they say about their end.
    func provesSame(as other: Credential) -> Bool {
        authorization == other.authorization && identity == other.identity
    }
}

/// Credentials that never change.
public struct FixedCredentials: Credentials {
    private let fixed: Credential

    public init(_ credential: Credential) { fixed = credential }

    public func credential() async throws -> Credential { fixed }
}

extension FindingCode {
    public static let credentials = FindingCode(rawValue: "E_CREDENTIALS")
}

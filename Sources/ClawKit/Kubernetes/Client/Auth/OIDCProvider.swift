/// A kubeconfig user's `auth-provider` named `oidc`: an ID token, and a refresh token to get the next.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens>
public struct OIDCProvider: Sendable {
    /// `https://…`, as the provider itself spells it.
    public var issuer: String
    public var clientID: String
    public var clientSecret: Secret<String>?
    public var idToken: Secret<String>?
    public var refreshToken: Secret<String>?
    /// PEM; nil trusts the system's authorities.
    public var certificateAuthority: String?
    /// Called with each new ID token and, where the provider changed it, refresh token. Nothing is written by itself;
    /// where the provider's refresh tokens can be used once, the next process needs the new one.
    public var onRenewal: (@Sendable (Secret<String>, Secret<String>?) async throws -> Void)?

    public init(issuer: String, clientID: String) {
        self.issuer = issuer
        self.clientID = clientID
    }

    /// Credentials from the ID token, renewed by the refresh token and kept in memory.
    /// - Parameter connect: makes the transport to the provider.
    public func credentials(
        time: some TimeSource,
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport = { CurlTransport($0) }
    ) -> RenewedCredentials {
        let session = OIDCSession(self, time: time, connect: connect)
        return RenewedCredentials(time: time) { refused in try await session.token(isRefused: refused != nil) }
    }
}

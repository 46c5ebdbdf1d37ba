public import ClawBase

extension ClawConfiguration {
    /// An OpenID Connect provider as the file names it; its secret stands elsewhere.
    public struct SignInProvider: Sendable, Hashable {
        /// An RFC 1123 label.
        public var name: String
        public var title: String?
        public var issuer: String
        public var clientID: String
        public var clientSecret: SecretLocation?
        public var scopes: [String]?
        public var userClaim: String?
        public var createsUsers = false
        public var groupsClaim: String?
        public var administrators: [String] = []
        public var memberships: [OpenIDProvider.Membership] = []

        public init(name: String, issuer: String, clientID: String) {
            (self.name, self.issuer, self.clientID) = (name, issuer, clientID)
        }

        /// With its secret.
        /// - Throws: ``Finding`` (`E_CONFIG`, `E_SECRET_MISSING`).
        public func provider(secrets: some SecretSource) async throws -> OpenIDProvider {
            var provider = try OpenIDProvider(
                name: DNSLabel(name), title: title, issuer: issuer, clientID: clientID,
                scopes: scopes ?? ["openid", "profile"], createsUsers: createsUsers,
                administrators: Set(administrators), memberships: memberships)
            if let clientSecret { provider.clientSecret = try await secrets.secret(clientSecret) }
            if let userClaim { provider.userClaim = userClaim }
            if let groupsClaim { provider.groupsClaim = groupsClaim }
            return provider
        }
    }
}

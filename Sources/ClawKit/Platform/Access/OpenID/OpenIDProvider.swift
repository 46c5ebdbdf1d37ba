public import ClawBase
public import ClawResources

/// An OpenID Connect provider with which people sign in, and what its word is worth here.
/// <https://openid.net/specs/openid-connect-core-1_0.html>
public struct OpenIDProvider: Sendable {
    /// A role in a project that members of a group have.
    public struct Membership: Sendable, Hashable {
        public var group: String
        public var project: String
        public var role: ProjectRole

        public init(group: String, project: String, role: ProjectRole) {
            (self.group, self.project, self.role) = (group, project, role)
        }
    }

    /// In addresses: `/login/oidc/NAME`; the address to register at the provider is `/login/oidc/NAME/callback`.
    public var name: DNSLabel
    /// On the button.
    public var title: String
    /// `https://id.example.org`, as the provider itself writes it. Plain http is for loopback only.
    public var issuer: String
    public var clientID: String
    /// nil: a public client, which proves itself by PKCE alone.
    public var clientSecret: Secret<String>?
    public var scopes: [String]
    /// Which signatures are taken; whatever a token says.
    public var algorithms: Set<String>
    /// The claim that names new users.
    public var userClaim: String
    /// Whether somebody who is nobody's user yet becomes one.
    public var createsUsers: Bool
    /// The claim with a person's groups.
    public var groupsClaim: String
    /// Groups whose members are administrators of the platform. Where there are any, the provider alone says which of
    /// its users are.
    public var administrators: Set<String>
    /// Likewise for roles in the projects that are named here.
    public var memberships: [Membership]

    /// RSA and ECDSA with SHA-2; neither `none` nor a shared secret.
    public static let standardAlgorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
    ]

    /// - Throws: ``Finding`` (`E_CONFIG`) for an issuer that could be listened to on the way.
    public init(
        name: DNSLabel, title: String? = nil, issuer: String, clientID: String, clientSecret: Secret<String>? = nil,
        scopes: [String] = ["openid", "profile"], algorithms: Set<String> = standardAlgorithms,
        userClaim: String = "preferred_username", createsUsers: Bool = false, groupsClaim: String = "groups",
        administrators: Set<String> = [], memberships: [Membership] = []
    ) throws(Finding) {
        guard OpenIDAddress.isSafe(issuer) else {
            throw Finding(
                .badConfig, "'\(issuer)' is no issuer: give its https address (http only on loopback).", field: "issuer"
            )
        }
        (self.name, self.title, self.issuer, self.clientID) = (name, title ?? name.description, issuer, clientID)
        self.clientSecret = clientSecret
        self.scopes = scopes.contains("openid") ? scopes : ["openid"] + scopes
        (self.algorithms, self.userClaim, self.createsUsers) = (algorithms, userClaim, createsUsers)
        (self.groupsClaim, self.administrators, self.memberships) = (groupsClaim, administrators, memberships)
    }
}

enum OpenIDAddress {
    /// Whether codes and secrets may be sent there: https, or http to this machine.
    static func isSafe(_ url: String) -> Bool {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !url.contains("#") else { return false }
        if url.lowercased().hasPrefix("https://") { return url.utf8.count > 8 }
        guard url.lowercased().hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { !"/?".contains($0) }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["127.0.0.1", "localhost", "[::1]"].contains(host)
    }
}

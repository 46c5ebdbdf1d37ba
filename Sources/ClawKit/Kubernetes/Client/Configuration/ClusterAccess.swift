public import ClawBase

/// How to reach one API server, and as whom: what a kubeconfig's context or a pod's service account comes to.
///
/// Where a file is named beside a text, the text is what stood in the file when it was first read; the file is read
/// again as it changes.
public struct ClusterAccess: Sendable {
    // MARK: where

    /// `https://host:port`, without a slash at the end.
    public var server: String
    /// PEM; nil trusts the system's authorities.
    public var certificateAuthority: String?
    public var certificateAuthorityFile: String?
    /// Only where somebody asked for it by name.
    public var skipsTLSVerification = false
    /// The name the server's certificate must carry, where it is not the server's host.
    public var tlsServerName: String?
    /// `http://`, `https://` or `socks5h://`; may hold a password. nil: none.
    public var proxy: Secret<String>?
    /// Asks the server not to compress its answers: less work for both on a fast network.
    public var disablesCompression = false

    // MARK: as whom; a fixed token goes before the other ways to an Authorization header

    /// PEM.
    public var clientCertificate: String?
    public var clientCertificateFile: String?
    /// PEM.
    public var clientKey: Secret<String>?
    public var clientKeyFile: String?
    public var token: Secret<String>?
    public var tokenFile: String?
    /// HTTP basic authentication.
    public var basic: Credential?
    public var exec: ExecPlugin?
    public var oidc: OIDCProvider?
    /// Credentials of the program's own making, in place of all above.
    public var credentials: (any Credentials)?
    public var impersonation: Impersonation?
    /// What programs that are run for credentials inherit; nil: this process's environment.
    public var environment: [String: String]?

    /// Where no namespace is named.
    public var namespace = "default"

    public init(server: String) { self.server = server }

    /// Whether credentials may be sent there.
    var keepsSecrets: Bool { ServerAddress(server)?.keepsSecrets ?? false }
}

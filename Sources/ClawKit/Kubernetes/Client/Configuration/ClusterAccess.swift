public import ClawBase

/// How to reach one API server, and as whom: what a kubeconfig's context comes to.
public struct ClusterAccess: Sendable {
    /// `https://host:port`, without a slash at the end.
    public var server: String
    /// PEM; nil trusts the system's authorities.
    public var certificateAuthority: String?
    public var skipsTLSVerification = false
    public var tlsServerName: String?
    public var clientCertificate: String?
    public var clientKey: Secret<String>?
    public var token: Secret<String>?
    /// Where no namespace is named.
    public var namespace = "default"

    public init(server: String) { self.server = server }
}

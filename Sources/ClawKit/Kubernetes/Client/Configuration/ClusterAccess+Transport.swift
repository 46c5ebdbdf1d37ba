import ClawBase
import HTTPTypes

extension CurlTransport {
    /// The network transport to an API server, with its authorities and credentials.
    public convenience init(_ access: ClusterAccess, userAgent: String = "clawkit") {
        var configuration = Configuration(baseURL: access.server, userAgent: userAgent)
        configuration.tls.verify = !access.skipsTLSVerification
        configuration.tls.certificateAuthorities = access.certificateAuthority
        configuration.tls.serverName = access.tlsServerName
        if let certificate = access.clientCertificate, let key = access.clientKey {
            configuration.tls.identity = Identity(certificate: certificate, key: key)
        }
        if let token = access.token {
            configuration.defaultHeaders[.authorization] = "Bearer \(token.reveal())"
        }
        self.init(configuration)
    }
}

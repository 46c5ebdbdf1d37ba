import ClawBase
import FoundationEssentials

extension ClusterAccess {
    /// The credentials this access describes.
    func makeCredentials(
        time: some TimeSource, connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport
    ) throws -> any Credentials {
        if let credentials { return credentials }
        var fixed = basic ?? Credential()
        if let token { fixed.authorization = Credential.bearer(token).authorization }
        if let clientCertificate, let clientKey {
            fixed.identity = CurlTransport.Identity(certificate: clientCertificate, key: clientKey)
        }
        let files = FileCredentials(
            fixed, token: try tokenFile.map { try .token($0, time: time) },
            certificate: try clientCertificateFile.map { try .pem($0, time: time) },
            key: try clientKeyFile.map { try .pem($0, time: time) })
        // As in kubectl, a token given beside a plug-in means that token.
        if fixed.authorization != nil || tokenFile != nil { return files }
        if let exec {
            let inherited = environment ?? ProcessInfo.processInfo.environment
            return CombinedCredentials(exec.credentials(inheriting: inherited, time: time), beside: files)
        }
        if let oidc { return CombinedCredentials(oidc.credentials(time: time, connect: connect), beside: files) }
        return files
    }
}

/// Fetched credentials, and the certificate of the kubeconfig where they bring none of their own.
private struct CombinedCredentials: Credentials {
    private let fetched: any Credentials
    private let files: FileCredentials

    init(_ fetched: any Credentials, beside files: FileCredentials) {
        self.fetched = fetched
        self.files = files
    }

    func credential() async throws -> Credential {
        var credential = try await fetched.credential()
        if credential.identity == nil { credential.identity = try await files.credential().identity }
        return credential
    }

    func renew(after refused: Credential) async throws -> Bool {
        // What was refused had perhaps the other's certificate in it; the fetched part is compared with its own.
        var own = try await fetched.credential()
        if own.authorization == refused.authorization, own.identity == nil || own.identity == refused.identity {
            own.expires = refused.expires
            return try await fetched.renew(after: own)
        }
        return true
    }
}

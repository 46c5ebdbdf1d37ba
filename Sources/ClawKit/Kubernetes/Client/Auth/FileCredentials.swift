import ClawBase

/// A bearer token and a client certificate in files that others renew: a service account's projected token, a kubelet's
/// certificate. Either may be fixed instead.
final class FileCredentials: Credentials {
    private let fixed: Credential
    private let token: RotatingFile?
    private let certificate: RotatingFile?
    private let key: RotatingFile?

    /// - Parameter fixed: what counts where no file is named.
    init(_ fixed: Credential, token: RotatingFile?, certificate: RotatingFile?, key: RotatingFile?) {
        self.fixed = fixed
        self.token = token
        self.certificate = certificate
        self.key = key
    }

    func credential() async throws -> Credential {
        var credential = fixed
        if let token { credential.authorization = Credential.bearer(Secret(token.text)).authorization }
        if let identity = fixed.identity, certificate != nil || key != nil {
            credential.identity = CurlTransport.Identity(
                certificate: certificate?.text ?? identity.certificate,
                key: key.map { Secret($0.text) } ?? identity.key)
        }
        return credential
    }

    func renew(after refused: Credential) async throws -> Bool {
        for file in [token, certificate, key] { _ = file?.reread() }
        return try await !credential().provesSame(as: refused)
    }
}

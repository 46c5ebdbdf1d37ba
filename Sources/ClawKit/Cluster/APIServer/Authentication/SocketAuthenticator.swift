import ClawBase
import HTTPTypes

/// For requests over a socket: bearer tokens known beforehand, tokens of service accounts, client certificates.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/>
struct SocketAuthenticator: RequestAuthenticator {
    /// By the tokens' hashes.
    private let known: [String: UserInfo]
    private let accounts: ServiceAccountTokens

    init(_ tokens: [(token: Secret<String>, user: UserInfo)], accounts: ServiceAccountTokens) {
        known = Dictionary(tokens.map { (Token.hash($0.token.reveal()), $0.user) }) { first, _ in first }
        self.accounts = accounts
    }

    func authenticate(_ request: Request) throws -> UserInfo {
        if let certificate = request.peerCertificate, let user = ClientCertificate.user(of: certificate) { return user }
        guard let header = request.headers.value(.authorization), header.prefix(7).lowercased() == "bearer " else {
            return .anonymous
        }
        let token = String(header.dropFirst(7))
        guard !token.isEmpty else { return .anonymous }
        guard let review = try? review(token, audiences: []) else { throw APIStatus.unauthorized }
        return review.user
    }

    /// Whose token it is.
    /// - Parameter audiences: for whom it must be; empty: for this server.
    func review(
        _ token: String, audiences: [String]
    ) throws(ServiceAccountTokens.Refusal) -> (user: UserInfo, audiences: [String]) {
        let wanted = audiences.isEmpty ? [accounts.issuer] : audiences
        // A token known beforehand is for this server alone.
        if wanted.contains(accounts.issuer), let user = known[Token.hash(token)] { return (user, [accounts.issuer]) }
        return try accounts.review(token, audiences: wanted)
    }
}

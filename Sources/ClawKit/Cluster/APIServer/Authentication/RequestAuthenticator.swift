import ClawBase
import HTTPTypes

/// Who sends a request, in the API server's terms.
struct UserInfo: Sendable, Hashable {
    var name: String
    var groups: [String]

    static let administrator = UserInfo(name: "admin", groups: ["system:masters", "system:authenticated"])
}

/// Tells who sends a request.
protocol RequestAuthenticator: Sendable {
    /// - Throws: ``APIStatus/unauthorized``.
    func authenticate(_ request: Request) throws -> UserInfo
}

/// Bearer tokens known beforehand, compared by hash.
struct TokenAuthenticator: RequestAuthenticator {
    private let users: [String: UserInfo]

    init(_ tokens: [(token: Secret<String>, user: UserInfo)]) {
        users = Dictionary(tokens.map { (Token.hash($0.token.reveal()), $0.user) }) { first, _ in first }
    }

    func authenticate(_ request: Request) throws -> UserInfo {
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer "),
            let user = users[Token.hash(String(header.dropFirst(7)))]
        else { throw APIStatus.unauthorized }
        return user
    }
}

/// For the process that embeds the cluster: whoever holds the transport is the administrator.
struct TrustingAuthenticator: RequestAuthenticator {
    func authenticate(_ request: Request) -> UserInfo { .administrator }
}

import ClawBase
import ClawDocuments

/// The claims of a JSON Web Token (RFC 7519), unverified: for the client, which only wants to know how long it may use
/// what it was given. The server verifies.
enum JSONWebToken {
    /// The `exp` claim; nil where the text is no token or has none.
    static func expiration(of token: Secret<String>) -> Timestamp? {
        let parts = token.reveal().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(parts[1]), let claims = try? JSONParser.parse(bytes) else {
            return nil
        }
        switch claims["exp"] {
        case .integer(let seconds)? where (0..<9_000_000_000).contains(seconds): return Timestamp(seconds: seconds)
        case .double(let seconds)? where (0..<9e9).contains(seconds): return Timestamp(seconds: Int64(seconds))
        default: return nil
        }
    }
}

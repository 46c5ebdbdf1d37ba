import ClawBase
import ClawDocuments

/// Tokens of Kubernetes' service accounts, by their look: unverified, so good for nothing but a refusal.
enum AccountToken {
    /// Whether a text is such a token, which must never be taken for a model key: who sees a key of ours cannot act in
    /// the cluster with it, and who sees such a token could.
    static func isMeant(_ text: String) -> Bool {
        guard text.hasPrefix("eyJ") else { return false }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let claims = Base64URL.decode(parts[1]).flatMap({ try? JSONParser.parse($0) }) else {
            return false
        }
        return claims["kubernetes.io"] != nil || claims["sub"]?.string?.hasPrefix("system:serviceaccount:") == true
    }
}

public import ClawBase
import ClawDocuments
import Crypto

/// Tells whether values are others than before, to nobody who does not have the key.
public struct ValueDigest: Sendable {
    private let key: Secret<String>

    public init(key: Secret<String>) { self.key = key }

    /// - Parameter owner: whose values they are: equal values of two owners have two digests.
    func callAsFunction(_ values: [String: Secret<String>], of owner: String) -> String {
        let sorted = values.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value.reveal())) }
        let text = JSON.array([.string(owner), .object(JSONObject(sorted))]).bytes(.canonical)
        let code = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: Array(key.reveal().utf8)))
        return String(Hex.encode(code).prefix(32))
    }
}

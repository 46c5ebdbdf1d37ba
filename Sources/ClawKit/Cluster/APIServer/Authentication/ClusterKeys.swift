import ClawBase
import ClawCertificates
import ClawDocuments
import Crypto

/// The keys a cluster proves itself with: the one that signs tokens of service accounts, and its certificate
/// authority where its owner gave none. They live in the store, out of the API's sight, and as long as it.
struct ClusterKeys: Sendable {
    let tokenKey: P256.Signing.PrivateKey
    let authority: CertificateAuthority

    private static let collection = ObjectStore.Collection(group: "keys.clawkit.dev", plural: "clusterkeys")

    static func load(from store: ObjectStore, authority given: CertificateAuthority?, now: Timestamp) async throws
        -> ClusterKeys
    {
        let kept = store.get(collection, .init(namespace: "", name: "keys"))?.object
        func text(_ name: String) -> String? { kept?["data"]?[name]?.string }
        let tokenKey =
            try text("tokenKey").map { try P256.Signing.PrivateKey(pemRepresentation: $0) } ?? P256.Signing.PrivateKey()
        var authority = given
        if authority == nil, let certificate = text("certificate"), let key = text("certificateKey") {
            authority = try CertificateAuthority(certificatePEM: certificate, keyPEM: Secret(key))
        }
        let keys = ClusterKeys(
            tokenKey: tokenKey, authority: try authority ?? .create(commonName: "clawkit-cluster", now: now))
        guard kept == nil else { return keys }
        var data: JSONObject = ["tokenKey": .string(tokenKey.pemRepresentation)]
        if given == nil {
            data["certificate"] = .string(keys.authority.certificatePEM)
            data["certificateKey"] = .string(keys.authority.keyPEM.reveal())
        }
        _ = try await store.commit(
            collection, ["metadata": ["name": "keys"], "data": .object(data)], expecting: .absent)
        return keys
    }
}

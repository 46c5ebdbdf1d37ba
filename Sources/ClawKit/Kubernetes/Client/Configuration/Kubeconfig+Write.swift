import ClawBase
import ClawDocuments

extension Kubeconfig {
    /// The text of a kubeconfig with one cluster, one user and one context, for kubectl and any other client.
    public static func text(for access: ClusterAccess, name: String, user: String) -> String {
        var cluster: JSONObject = ["server": .string(access.server)]
        if let authority = access.certificateAuthority {
            cluster["certificate-authority-data"] = .string(Base64.encode(Array(authority.utf8)))
        }
        if access.skipsTLSVerification { cluster["insecure-skip-tls-verify"] = true }
        if let name = access.tlsServerName { cluster["tls-server-name"] = .string(name) }
        var credentials = JSONObject()
        if let token = access.token { credentials["token"] = .string(token.reveal()) }
        if let certificate = access.clientCertificate, let key = access.clientKey {
            credentials["client-certificate-data"] = .string(Base64.encode(Array(certificate.utf8)))
            credentials["client-key-data"] = .string(Base64.encode(Array(key.reveal().utf8)))
        }
        let document: JSON = [
            "apiVersion": "v1", "kind": "Config", "current-context": .string(name),
            "clusters": [["name": .string(name), "cluster": .object(cluster)]],
            "users": [["name": .string(user), "user": .object(credentials)]],
            "contexts": [
                [
                    "name": .string(name),
                    "context": [
                        "cluster": .string(name), "user": .string(user), "namespace": .string(access.namespace),
                    ],
                ]
            ],
        ]
        // JSON is YAML, and needs no emitter.
        return String(decoding: document.bytes(.pretty), as: UTF8.self) + "\n"
    }
}

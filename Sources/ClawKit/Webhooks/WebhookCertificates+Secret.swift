import ClawBase
import ClawCertificates
import ClawDocuments
import ClawKubernetes
import ClawModels

/// The Secret's form: of type `kubernetes.io/tls`, with the authority beside.
extension WebhookCertificates {
    private static let boundary = "-----END CERTIFICATE-----\n"

    func read(_ secret: KubernetesSecret) -> Kept? {
        func text(_ name: String) -> String? {
            secret.document["data"]?[name]?.string.flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) }
        }
        guard let bundle = text("ca.crt"), let authorityKey = text("ca.key"), let certificate = text("tls.crt"),
            let key = text("tls.key")
        else { return nil }
        let pems = bundle.split(separator: Self.boundary).map { "\($0)\(Self.boundary)" }.filter {
            $0.contains("BEGIN")
        }
        // What somebody spoilt is made anew.
        guard let first = pems.first,
            let authority = try? CertificateAuthority(certificatePEM: first, keyPEM: Secret(authorityKey)),
            let server = IssuedCertificate(certificatePEM: certificate, keyPEM: Secret(key))
        else { return nil }
        return Kept(
            bundle: [authority.certificatePEM] + pems.dropFirst(), authority: authority, server: server,
            isTrusted: secret.annotations[Self.trustedAnnotation] == "true")
    }

    private static let trustedAnnotation = "clawkit.dev/authority-trusted"

    func write(_ kept: Kept, over found: KubernetesSecret?, in api: any KubernetesAPI) async throws {
        var object = found ?? KubernetesSecret(metadata: ObjectMeta(name: secret.name, namespace: secret.namespace))
        let texts = [
            "ca.crt": kept.bundle.joined(), "ca.key": kept.authority.keyPEM.reveal(),
            "tls.crt": kept.server.certificatePEM, "tls.key": kept.server.keyPEM.reveal(),
        ]
        object.document["data"] = .object(
            JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string(Base64.encode($0.value.utf8))) }))
        if found == nil { object.document["type"] = "kubernetes.io/tls" }
        object.annotations[Self.trustedAnnotation] = kept.isTrusted ? "true" : "false"
        if found == nil { _ = try await api.create(object) } else { _ = try await api.replace(object) }
    }
}

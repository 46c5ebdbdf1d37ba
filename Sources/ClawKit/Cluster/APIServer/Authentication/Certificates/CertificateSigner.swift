import ClawBase
import ClawCertificates
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import SwiftASN1
import X509

/// Signs approved requests of Kubernetes' own signers with the cluster's authority.
/// <https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers>
struct CertificateSigner: Sendable {
    private let authority: CertificateAuthority
    private let client: KubernetesClient

    init(_ authority: CertificateAuthority, _ client: KubernetesClient) {
        (self.authority, self.client) = (authority, client)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let requests = caches.cache(CertificateSigningRequest.self)
        let time = caches.time
        return Controller("certificate-signer", caches: caches, logger: logger) { key in
            guard let request = requests[key], isWaiting(request.document) else { return .settled }
            do {
                var signed = request
                sign(&signed.document, now: time.now)
                _ = try await client.replaceStatus(signed)
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, or changed and asked for again.
            }
            return .settled
        }
        .reconciles(CertificateSigningRequest.self)
    }

    private func isWaiting(_ object: JSONObject) -> Bool {
        let types = Set((object[.status]?["conditions"]?.array ?? []).compactMap { $0["type"]?.string })
        return types.contains("Approved") && types.isDisjoint(with: ["Denied", "Failed"])
            && (object[.status]?["certificate"]?.string ?? "").isEmpty
            && Self.signers.contains(object[.spec]?["signerName"]?.string ?? "")
    }

    private static let signers: Set<String> = [
        "kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet",
        "kubernetes.io/kubelet-serving", "kubernetes.io/legacy-unknown",
    ]

    /// Enters the certificate, or why there is none.
    private func sign(_ object: inout JSONObject, now: Timestamp) {
        let spec = object[.spec] ?? [:]
        let usages = Set((spec["usages"]?.array ?? []).compactMap(\.string))
        let longest = CertificateAuthority.leafLifetime
        let lifetime = spec["expirationSeconds"]?.integer.map { min(Duration.seconds($0), longest) } ?? longest
        do {
            guard let request = CertificateRequestRules.request(in: object),
                request.publicKey.isValidSignature(request.signature, for: request)
            else { throw Finding(.badRequest, "The request is not signed with the key it names.") }
            if let problem = Self.problem(spec["signerName"]?.string ?? "", request, usages) {
                throw Finding(.badRequest, problem)
            }
            let certificate = try authority.sign(request, usages: usages, lifetime: lifetime, now: now)
            object.modify(.status) {
                $0 = $0 ?? [:]; $0?["certificate"] = .string(Base64.encode(Array(certificate.utf8)))
            }
        } catch {
            let message = (error as? Finding)?.message ?? "\(error)"
            let conditions =
                (object[.status]?["conditions"]?.array ?? []) + [
                    [
                        "type": "Failed", "status": "True", "reason": "SignerValidationFailure",
                        "message": .string(message),
                    ]
                ]
            object.modify(.status) { $0?["conditions"] = .array(conditions) }
        }
    }

    /// What a signer does not sign.
    private static func problem(
        _ signer: String, _ request: X509.CertificateSigningRequest, _ usages: Set<String>
    ) -> String? {
        let names =
            (try? request.attributes.extensionRequest?.extensions.subjectAlternativeNames).map { Array($0) } ?? []
        let organizations = request.subject.values(of: ASN1ObjectIdentifier.RDNAttributeType.organizationName)
        let isNode =
            organizations == ["system:nodes"]
            && request.subject.values(of: ASN1ObjectIdentifier.RDNAttributeType.commonName).first?.hasPrefix(
                "system:node:") == true
        switch signer {
        case "kubernetes.io/kube-apiserver-client":
            return usageProblem(usages, needed: "client auth")
        case "kubernetes.io/kube-apiserver-client-kubelet":
            if !isNode { return "The subject must be a node's: CN system:node:NAME, O system:nodes." }
            if !names.isEmpty { return "A kubelet's client certificate has no alternative names." }
            return usageProblem(usages, needed: "client auth")
        case "kubernetes.io/kubelet-serving":
            if !isNode { return "The subject must be a node's: CN system:node:NAME, O system:nodes." }
            let hosts = names.filter { name in
                switch name {
                case .dnsName, .ipAddress: true
                default: false
                }
            }
            if hosts.isEmpty || hosts.count != names.count { return "The names must be DNS names or IP addresses." }
            return usageProblem(usages, needed: "server auth")
        default: return nil
        }
    }

    private static func usageProblem(_ usages: Set<String>, needed: String) -> String? {
        usages.contains(needed) && usages.isSubset(of: [needed, "digital signature", "key encipherment"])
            ? nil : "The usages must be \(needed), and may be digital signature and key encipherment."
    }
}

public import ClawBase
import Crypto
import SwiftASN1
package import X509

extension CertificateAuthority {
    /// Signs what somebody else's key asks for: subject, names and key are the request's, the rest is said here.
    /// - Parameters:
    ///   - usages: as `certificates.k8s.io` names them, `client auth`, `digital signature`, …
    ///   - lifetime: at most until the authority itself ends.
    package func sign(
        _ request: X509.CertificateSigningRequest, usages: Set<String>, lifetime: Duration, now: Timestamp
    ) throws -> String {
        let names = try request.attributes.extensionRequest?.extensions.subjectAlternativeNames
        let purposes = Self.purposes.filter { usages.contains($0.0) }.map(\.1)
        let authorityKey = SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier
        let keyUsage = KeyUsage(
            digitalSignature: !usages.isDisjoint(with: ["digital signature", "signing"]),
            nonRepudiation: usages.contains("content commitment"), keyEncipherment: usages.contains("key encipherment"),
            dataEncipherment: usages.contains("data encipherment"), keyAgreement: usages.contains("key agreement"))
        let leaf = try Certificate(
            version: .v3, serialNumber: Self.serialNumber(), publicKey: request.publicKey,
            notValidBefore: Self.date(now - Self.skew), notValidAfter: Self.date(min(now + lifetime, notAfter)),
            issuer: certificate.subject, subject: request.subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                // Without a bit the extension would not be valid (RFC 5280, section 4.2.1.3).
                if keyUsage != KeyUsage() { Critical(keyUsage) }
                if !purposes.isEmpty { try ExtendedKeyUsage(purposes) }
                AuthorityKeyIdentifier(keyIdentifier: authorityKey)
                if let names { names }
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        return try leaf.serializeAsPEM().pemString + "\n"
    }

    /// Signs the key of a request for somebody who is named here, for both ends of a connection: nothing but the key is
    /// taken from the request.
    /// - Parameters:
    ///   - request: PEM; of a P-256 or P-384 key, signed with it.
    ///   - name: who it is for, at most 64 characters (RFC 5280, appendix A.1).
    ///   - hosts: IP addresses and DNS names by which its holder answers.
    ///   - lifetime: at most until the authority itself ends.
    /// - Throws: ``Finding`` (`E_CERTIFICATE_REQUEST`) where it is none, or somebody else's key.
    public func sign(
        request text: String, name: String, organization: String, hosts: [String], lifetime: Duration, now: Timestamp
    ) throws(Finding) -> SignedCertificate {
        let request: X509.CertificateSigningRequest
        do { request = try X509.CertificateSigningRequest(pemEncoded: text) } catch {
            throw Finding(
                .certificateRequest, "The request is not a PEM text of PKCS #10; make one with 'openssl req -new'.")
        }
        let key = request.publicKey
        guard P256.Signing.PublicKey(key) != nil || P384.Signing.PublicKey(key) != nil else {
            throw Finding(.certificateRequest, "The key of the request must be one of P-256 or P-384.")
        }
        guard key.isValidSignature(request.signature, for: request) else {
            throw Finding(.certificateRequest, "The request is not signed with its own key; make it anew.")
        }
        do {
            let subject = try DistinguishedName {
                OrganizationName(organization)
                CommonName(name)
            }
            let names = SubjectAlternativeNames(hosts.map(GeneralName.init(host:)))
            return try SignedCertificate(
                certificate(for: key, subject, now: now, lifetime: lifetime) {
                    try ExtendedKeyUsage([.clientAuth, .serverAuth])
                    names
                })
        } catch {
            throw Finding(.certificateRequest, "The key of the request cannot be signed; make another.")
        }
    }

    private static let purposes: [(String, ExtendedKeyUsage.Usage)] = [
        ("any", .any), ("server auth", .serverAuth), ("client auth", .clientAuth), ("code signing", .codeSigning),
        ("email protection", .emailProtection), ("timestamping", .timeStamping), ("ocsp signing", .ocspSigning),
    ]
}

extension FindingCode {
    /// A certificate signing request that is not to be signed.
    public static let certificateRequest = FindingCode(rawValue: "E_CERTIFICATE_REQUEST")
}

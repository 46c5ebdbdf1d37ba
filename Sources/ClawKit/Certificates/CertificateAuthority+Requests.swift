package import ClawBase
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

    private static let purposes: [(String, ExtendedKeyUsage.Usage)] = [
        ("any", .any), ("server auth", .serverAuth), ("client auth", .clientAuth), ("code signing", .codeSigning),
        ("email protection", .emailProtection), ("timestamping", .timeStamping), ("ocsp signing", .ocspSigning),
    ]
}

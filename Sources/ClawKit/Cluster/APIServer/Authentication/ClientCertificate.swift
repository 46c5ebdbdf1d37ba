import ClawBase
import Crypto
import SwiftASN1
import X509

/// Who a client certificate is for: the common name is the user, organizations are groups.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates>
enum ClientCertificate {
    /// - Parameter der: a certificate that the TLS server has verified.
    /// - Returns: nil where it is not one for clients.
    static func user(of der: [UInt8]) -> UserInfo? {
        guard let certificate = try? Certificate(derEncoded: der),
            let usage = try? certificate.extensions.extendedKeyUsage,
            usage.contains(.clientAuth) || usage.contains(.any),
            let name = certificate.subject.values(of: ASN1ObjectIdentifier.RDNAttributeType.commonName).first,
            !name.isEmpty
        else { return nil }
        return UserInfo(
            name: name,
            groups: certificate.subject.values(of: ASN1ObjectIdentifier.RDNAttributeType.organizationName) + [
                UserInfo.authenticated
            ],
            extra: ["authentication.kubernetes.io/credential-id": ["X509SHA256=\(Hex.encode(SHA256.hash(data: der)))"]])
    }
}

extension DistinguishedName {
    /// The texts of all attributes of one type, in order.
    func values(of type: ASN1ObjectIdentifier) -> [String] {
        flatMap { name in name.filter { $0.type == type }.compactMap { String($0.value) } }
    }
}

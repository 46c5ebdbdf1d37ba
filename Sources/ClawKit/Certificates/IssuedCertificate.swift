public import ClawBase
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate with its key, as PEM texts.
public struct IssuedCertificate: Sendable {
    public let certificatePEM: String
    public let keyPEM: Secret<String>
    public let notAfter: Timestamp

    init(certificatePEM: String, keyPEM: Secret<String>, notAfter: Timestamp) {
        (self.certificatePEM, self.keyPEM, self.notAfter) = (certificatePEM, keyPEM, notAfter)
    }

    /// One kept earlier; nil where the text is no certificate.
    public init?(certificatePEM: String, keyPEM: Secret<String>) {
        guard let certificate = try? Certificate(pemEncoded: certificatePEM) else { return nil }
        let end = Timestamp(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970))
        self.init(certificatePEM: certificatePEM, keyPEM: keyPEM, notAfter: end)
    }
}

public import ClawBase
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A new key of one's own, and the request to have it signed (RFC 2986), as PEM texts.
public struct CertificateRequest: Sendable {
    public let requestPEM: String
    public let keyPEM: Secret<String>

    /// Makes a P-256 key.
    public init(commonName: String) throws {
        let key = P256.Signing.PrivateKey()
        let request = try CertificateSigningRequest(
            version: .v1, subject: try DistinguishedName { CommonName(commonName) },
            privateKey: Certificate.PrivateKey(key), attributes: CertificateSigningRequest.Attributes(),
            signatureAlgorithm: .ecdsaWithSHA256)
        requestPEM = try request.serializeAsPEM().pemString + "\n"
        keyPEM = Secret(key.pemRepresentation + "\n")
    }
}

/// A certificate for somebody else's key.
public struct SignedCertificate: Sendable, Hashable {
    public let certificatePEM: String
    /// The SHA-256 of its DER form, in lower-case hex.
    public let fingerprint: String
    public let notBefore: Timestamp
    public let notAfter: Timestamp

    /// The fingerprint of a certificate as a TLS server saw it.
    public static func fingerprint(ofDER bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: bytes)) }

    /// One kept earlier.
    /// - Throws: ``Finding`` (`E_CONFIG`) where the text is no certificate.
    public init(certificatePEM: String) throws(Finding) {
        do { self = try SignedCertificate(Certificate(pemEncoded: certificatePEM)) } catch {
            throw Finding(.badConfig, "The certificate is not a PEM text; have another one issued.")
        }
    }

    init(_ certificate: Certificate) throws {
        let pem = try certificate.serializeAsPEM()
        certificatePEM = pem.pemString + "\n"
        fingerprint = Self.fingerprint(ofDER: pem.derBytes)
        notBefore = Timestamp(seconds: Int64(certificate.notValidBefore.timeIntervalSince1970))
        notAfter = Timestamp(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970))
    }
}

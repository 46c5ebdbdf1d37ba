public import ClawBase
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A small certificate authority: one P-256 key that signs servers' and clients' certificates.
///
/// The embedded cluster makes one for itself, as `kubeadm` does. It lives ten years, what it issues one year.
public struct CertificateAuthority: Sendable {
    public let certificatePEM: String
    public let keyPEM: Secret<String>
    let certificate: Certificate
    let key: P256.Signing.PrivateKey

    /// How long an authority lives where nothing else is asked for.
    public static let usualLifetime = Duration.seconds(10 * 365 * 86400)
    package static let leafLifetime = Duration.seconds(365 * 86400)
    /// Other machines' clocks may be slow.
    static let skew = Duration.seconds(300)

    /// Makes a new authority with a new key.
    public static func create(
        commonName: String, now: Timestamp, lifetime: Duration = usualLifetime
    ) throws -> CertificateAuthority {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(commonName) }
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try Certificate(
            version: .v3, serialNumber: serialNumber(), publicKey: publicKey,
            notValidBefore: date(now - skew), notValidAfter: date(now + lifetime), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        return try CertificateAuthority(certificate, key)
    }

    /// An authority kept earlier.
    /// - Throws: ``Finding`` where the texts are not PEM or do not belong together.
    public init(certificatePEM: String, keyPEM: Secret<String>) throws(Finding) {
        do {
            let certificate = try Certificate(pemEncoded: certificatePEM)
            let key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM.reveal())
            guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
                throw Finding(.badConfig, "The authority's key does not belong to its certificate; restore the pair.")
            }
            try self.init(certificate, key)
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding(.badConfig, "The authority's certificate or key is not a P-256 PEM text; restore the pair.")
        }
    }

    private init(_ certificate: Certificate, _ key: P256.Signing.PrivateKey) throws {
        self.certificate = certificate
        self.key = key
        certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
        keyPEM = Secret(key.pemRepresentation + "\n")
    }

    /// When the authority's own certificate ends.
    public var notAfter: Timestamp { Timestamp(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970)) }

    /// Whether a certificate is this authority's.
    public func hasSigned(_ issued: IssuedCertificate) -> Bool {
        guard let leaf = try? Certificate(pemEncoded: issued.certificatePEM) else { return false }
        return certificate.publicKey.isValidSignature(leaf.signature, for: leaf)
    }

    /// A certificate for a server, valid for these IP addresses and DNS names (a leading `*.` is a wildcard).
    /// - Parameter lifetime: a year where not given, and never longer than the authority's own.
    public func issueServer(
        hosts: [String], now: Timestamp, lifetime: Duration? = nil
    ) throws -> IssuedCertificate {
        let names = SubjectAlternativeNames(hosts.map(GeneralName.init(host:)))
        let subject = try DistinguishedName { CommonName(hosts.first ?? "server") }
        return try issue(subject, now: now, lifetime: lifetime ?? Self.leafLifetime) {
            try ExtendedKeyUsage([.serverAuth])
            names
        }
    }

    /// A certificate for a user as Kubernetes reads it: common name = user, organizations = groups.
    /// - Parameter lifetime: a year where not given, and never longer than the authority's own.
    public func issueClient(
        user: String, groups: [String], now: Timestamp, lifetime: Duration? = nil
    ) throws -> IssuedCertificate {
        let subject = try DistinguishedName {
            for group in groups { OrganizationName(group) }
            CommonName(user)
        }
        return try issue(subject, now: now, lifetime: lifetime ?? Self.leafLifetime) {
            try ExtendedKeyUsage([.clientAuth])
        }
    }

    private func issue(
        _ subject: DistinguishedName, now: Timestamp, lifetime: Duration,
        @ExtensionsBuilder _ purpose: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> IssuedCertificate {
        let leafKey = P256.Signing.PrivateKey()
        let leaf = try certificate(
            for: Certificate.PublicKey(leafKey.publicKey), subject, now: now, lifetime: lifetime, purpose)
        return IssuedCertificate(
            certificatePEM: try leaf.serializeAsPEM().pemString + "\n",
            keyPEM: Secret(leafKey.pemRepresentation + "\n"), notAfter: min(now + lifetime, notAfter))
    }

    func certificate(
        for publicKey: Certificate.PublicKey, _ subject: DistinguishedName, now: Timestamp, lifetime: Duration,
        @ExtensionsBuilder _ purpose: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> Certificate {
        let authorityKey = SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier
        let purposes = try purpose().get()
        return try Certificate(
            version: .v3, serialNumber: Self.serialNumber(), publicKey: publicKey,
            notValidBefore: Self.date(now - Self.skew), notValidAfter: Self.date(min(now + lifetime, notAfter)),
            issuer: certificate.subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(keyIdentifier: authorityKey)
                for purpose in purposes { purpose }
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
    }

    /// 126 random bits: positive, and within the 20 octets of RFC 5280, section 4.1.2.2, whatever the first bit.
    static func serialNumber() -> Certificate.SerialNumber {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[0] = bytes[0] & 0x3F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    static func date(_ moment: Timestamp) -> Date { Date(timeIntervalSince1970: Double(moment.seconds)) }
}

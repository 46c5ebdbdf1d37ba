public import ClawBase
import ClawCertificates

/// By what capacity that is trusted by mutual TLS and the platform know each other. All PEM texts.
public struct MemberIdentity: Sendable, Hashable {
    /// What it shows: to the control plane, and as a server to whoever calls it.
    public var certificate: String
    public var key: Secret<String>
    /// Whom it believes: the platform's certificates are from here, at both ends.
    public var authority: String
    /// Where it calls the control plane, `https://host:port`.
    public var controlPlane: String

    func hasExpired(at now: Timestamp) -> Bool {
        guard let signed = try? SignedCertificate(certificatePEM: certificate) else { return true }
        return now >= signed.notAfter
    }

    /// Whether half of its time is over.
    func isDue(at now: Timestamp) -> Bool {
        guard let signed = try? SignedCertificate(certificatePEM: certificate) else { return true }
        return now >= signed.notAfter - (signed.notAfter - signed.notBefore) / 2
    }
}

/// Where an identity is kept: `identity.pem`, the certificate and its key in one file, so that they always belong
/// together; `authority.pem`; and `control-plane`, an address.
struct IdentityDirectory: Sendable {
    let path: String
    let files: any SecretSource

    private static let certificateEnd = "-----END CERTIFICATE-----\n"

    /// nil where there is none yet.
    func read() async -> MemberIdentity? {
        func text(_ name: String) async -> String? { try? await files.secret(.file("\(path)/\(name)")).reveal() + "\n" }
        guard let identity = await text("identity.pem"), let authority = await text("authority.pem"),
            let address = await text("control-plane"), let end = identity.firstRange(of: Self.certificateEnd)
        else { return nil }
        return MemberIdentity(
            certificate: String(identity[..<end.upperBound]), key: Secret(String(identity[end.upperBound...])),
            authority: authority, controlPlane: String(address.dropLast()))
    }

    /// The identity last: once it is there all of it is.
    func write(_ identity: MemberIdentity) throws {
        try PrivateFile.write(Array("\(identity.controlPlane)\n".utf8), to: "\(path)/control-plane")
        try PrivateFile.write(Array(identity.authority.utf8), to: "\(path)/authority.pem")
        try PrivateFile.write(Array((identity.certificate + identity.key.reveal()).utf8), to: "\(path)/identity.pem")
    }
}

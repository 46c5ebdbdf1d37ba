public import ClawBase
import Crypto

/// Makes and checks signed session cookies, without any database.
///
/// The value is `v1.<key id>.<base64url of "user\nissued\nexpires\nepoch">.<base64url of HMAC-SHA256>`, the
/// signature over everything before its point. It can be read by its bearer and changed by nobody.
public struct SessionSigner: Sendable {
    public static let cookieName = "claw_session"
    private static let version = "v1"
    /// More than any cookie made here has.
    private static let maximumLength = 1024

    private let keys: SessionKeys

    public init(keys: SessionKeys) { self.keys = keys }

    public func sign(_ session: Session) -> Secret<String> {
        let payload = "\(session.user)\n\(session.issuedAt.seconds)\n\(session.expiresAt.seconds)\n\(session.epoch)"
        let key = keys.signing
        let signed = "\(Self.version).\(key.id).\(Base64URL.encode(Array(payload.utf8)))"
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key.secret)
        return Secret("\(signed).\(Base64URL.encode(code))")
    }

    /// The session a cookie's value stands for. That its user exists and the epoch is still theirs is the caller's
    /// to check.
    /// - Throws: ``Finding`` (`E_SESSION`): not signed by a key of ours, or expired.
    public func verify(_ value: Secret<String>, now: Timestamp) throws(Finding) -> Session {
        let text = value.reveal()
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, parts.count == 4, parts[0] == Self.version,
            let key = keys.key(parts[1]), let code = Base64URL.decode(parts[3]),
            // Compares in constant time.
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Array(text[..<parts[2].endIndex].utf8), using: key.secret),
            // One session has one spelling: base64 could otherwise vary in unused bits.
            Base64URL.encode(code) == parts[3],
            let payload = Base64URL.decode(parts[2])
        else { throw .sessionVoid }
        let fields = String(decoding: payload, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard fields.count == 4, let issued = Int64(fields[1]), let expires = Int64(fields[2]),
            let epoch = Int(fields[3])
        else { throw .sessionVoid }
        let session = Session(
            user: String(fields[0]), issuedAt: Timestamp(seconds: issued), expiresAt: Timestamp(seconds: expires),
            epoch: epoch)
        guard now < session.expiresAt else { throw .sessionExpired }
        return session
    }
}

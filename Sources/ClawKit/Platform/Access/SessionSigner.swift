public import ClawBase
import Crypto

/// Makes and checks signed session cookies by keys in memory: a valid signature takes no database.
///
/// The value is `v2.<key id>.<base64url of "id\nuser\nissued\nexpires\nepoch">.<base64url of HMAC-SHA256>`, the
/// signature over everything before its point. It can be read by its bearer and changed by nobody.
public struct SessionSigner: Sendable {
    public static let cookieName = "claw_session"
    private static let version = "v2"
    private static let point = UInt8(ascii: ".")
    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    /// More than any cookie made here has.
    private static let maximumLength = 1024

    /// The platform's, where it is shared.
    public let keyring: SessionKeyring

    public init(_ keyring: SessionKeyring) { self.keyring = keyring }

    /// With keys of its own.
    public init(keys: SessionKeys) { self.init(SessionKeyring(keys)) }

    public func sign(_ session: Session) -> Secret<String> {
        let times = "\(session.issuedAt.seconds)\n\(session.expiresAt.seconds)"
        let payload = "\(session.id)\n\(session.user)\n\(times)\n\(session.epoch)"
        let key = keyring.keys.signing
        let signed = "\(Self.version).\(key.id).\(Base64URL.encode(Array(payload.utf8)))"
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key.secret)
        return Secret("\(signed).\(Base64URL.encode(code))")
    }

    /// Learns the key that a cookie names, where another control plane has just made it.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func learnKey(of value: Secret<String>) async throws {
        let text = value.reveal()
        let parts = text.utf8.split(separator: Self.point, maxSplits: 2, omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, parts.count == 3, parts[0].elementsEqual(Self.version.utf8) else {
            return
        }
        try await keyring.learn(Substring(parts[1]))
    }

    /// The session a cookie's value stands for. That its user exists and the epoch is still theirs is the caller's
    /// to check.
    /// - Throws: ``Finding`` (`E_SESSION`): not signed by a key of ours, or expired.
    public func verify(_ value: Secret<String>, now: Timestamp) throws(Finding) -> Session {
        // Bytes: this is done for every request, and to look for characters would take longer than the signature.
        let bytes = Array(value.reveal().utf8)
        let parts = bytes.split(separator: Self.point, omittingEmptySubsequences: false)
        guard bytes.count <= Self.maximumLength, parts.count == 4, parts[0].elementsEqual(Self.version.utf8),
            let key = keyring.keys.key(Self.text(parts[1])[...]), let code = Base64URL.decode(Self.text(parts[3])),
            // Compares in constant time.
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: bytes[..<parts[2].endIndex], using: key.secret),
            // One session has one spelling: base64 could otherwise vary in unused bits.
            Base64URL.encode(code).utf8.elementsEqual(parts[3]),
            let payload = Base64URL.decode(Self.text(parts[2]))
        else { throw .sessionVoid }
        let fields = payload.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Self.text)
        guard fields.count == 5, let issued = Int64(fields[2]), let expires = Int64(fields[3]),
            let epoch = Int(fields[4])
        else { throw .sessionVoid }
        let session = Session(
            id: fields[0], user: fields[1], issuedAt: Timestamp(seconds: issued),
            expiresAt: Timestamp(seconds: expires), epoch: epoch)
        guard now < session.expiresAt else { throw .sessionExpired }
        return session
    }
}

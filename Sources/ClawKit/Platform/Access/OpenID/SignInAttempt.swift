import ClawBase
import ClawDocuments
import Crypto

/// What a browser keeps between being sent to a provider and coming back: so that only who began a sign-in can end it,
/// at whichever control plane. Sealed (AES-256-GCM) with a key derived from the one that signs sessions.
struct SignInAttempt: Sendable {
    static let cookieName = "claw_oidc"
    static let lifetime = Duration.seconds(600)

    let provider: String
    let state: String
    let nonce: String
    /// PKCE's secret (RFC 7636, section 4.1).
    let verifier: String
    /// Where the browser goes afterwards.
    let target: String
    let expiresAt: Timestamp

    init(provider: String, target: String, at now: Timestamp) {
        (self.provider, self.target, expiresAt) = (provider, target, now + Self.lifetime)
        (state, nonce, verifier) = (Self.random(), Self.random(), Self.random())
    }

    /// `S256` (RFC 7636, section 4.2).
    var challenge: String { Base64URL.encode(SHA256.hash(data: Array(verifier.utf8))) }

    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    // MARK: in the cookie

    /// - Throws: an error of the cipher, which has no reason to fail.
    func sealed(with keys: SessionKeys) throws -> Secret<String> {
        let key = keys.signing
        let fields: JSON = [
            .string(provider), .string(state), .string(nonce), .string(verifier), .string(target),
            .integer(expiresAt.seconds),
        ]
        let box = try AES.GCM.seal(fields.bytes(), using: Self.key(key), authenticating: Array(Self.cookieName.utf8))
        let sealed = Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        return Secret("\(key.id).\(Base64URL.encode(sealed))")
    }

    /// nil where it is none of ours, or is over.
    init?(_ text: Secret<String>, keys: SessionKeys, at now: Timestamp) {
        let parts = text.reveal().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, text.reveal().utf8.count <= 8192, let key = keys.key(parts[0]),
            let bytes = Base64URL.decode(parts[1]), bytes.count >= 28,
            let box = try? AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: bytes.prefix(12)), ciphertext: bytes.dropFirst(12).dropLast(16),
                tag: bytes.suffix(16)),
            let opened = try? AES.GCM.open(
                box, using: Self.key(key), authenticating: Array(Self.cookieName.utf8)),
            let fields = (try? JSONParser.parse(Array(opened)))?.array, fields.count == 6,
            let provider = fields[0].string, let state = fields[1].string, let nonce = fields[2].string,
            let verifier = fields[3].string, let target = fields[4].string, let end = fields[5].integer,
            now < Timestamp(seconds: end)
        else { return nil }
        (self.provider, self.state, self.nonce, self.verifier) = (provider, state, nonce, verifier)
        (self.target, expiresAt) = (target, Timestamp(seconds: end))
    }

    private static func key(_ key: SessionKeys.Key) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.secret, info: Array("clawkit sign-in attempt".utf8), outputByteCount: 32)
    }
}

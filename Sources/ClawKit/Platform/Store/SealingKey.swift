public import ClawBase
import Crypto

/// Seals what a store keeps and must be able to give back, so that whoever reads the store's tables or a copy of them
/// has nothing of it: AES-256-GCM with a key derived (HKDF, RFC 5869) from a secret that is kept elsewhere.
public struct SealingKey: Sendable {
    /// A shorter secret could be guessed.
    private static let minimumLength = 32
    private let key: SymmetricKey

    /// - Throws: ``Finding`` (`E_CONFIG`) for a secret of less than 32 bytes.
    public init(_ secret: Secret<String>) throws(Finding) {
        let bytes = Array(secret.reveal().utf8)
        guard bytes.count >= Self.minimumLength else {
            throw Finding(
                .badConfig,
                "The secret that seals the store has \(bytes.count) bytes; give it at least "
                    + "\(Self.minimumLength), from 'openssl rand -base64 32' for example.")
        }
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bytes), info: Array("clawkit platform store".utf8), outputByteCount: 32
        )
    }

    /// - Parameter place: where it will stand; opened elsewhere it is refused.
    func seal(_ bytes: [UInt8], for place: String) throws -> String {
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Array(place.utf8))
        // There with the nonce of 12 bytes that was made for it.
        return Base64URL.encode(Array(box.nonce) + Array(box.ciphertext) + Array(box.tag))
    }

    /// nil where it was sealed with another key or for another place, or was changed.
    func open(_ text: String, for place: String) -> [UInt8]? {
        guard let bytes = Base64URL.decode(text), bytes.count >= 28,
            let box = try? AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: bytes.prefix(12)), ciphertext: bytes.dropFirst(12).dropLast(16),
                tag: bytes.suffix(16)),
            let opened = try? AES.GCM.open(box, using: key, authenticating: Array(place.utf8))
        else { return nil }
        return Array(opened)
    }
}

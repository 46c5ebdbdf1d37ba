import Crypto

/// Random tokens, and the hashes under which the platform keeps them.
public enum Token {
    /// A token with 256 bits of randomness, `<prefix>_<43 characters base64url>`.
    public static func random(prefix: String) -> Secret<String> {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Secret("\(prefix)_\(Base64URL.encode(bytes))")
    }

    /// The SHA-256 of a token in lower-case hex. Fit for random tokens only; a password needs a slow hash.
    public static func hash(_ token: String) -> String {
        Hex.encode(SHA256.hash(data: Array(token.utf8)))
    }
}

/// Lower-case hexadecimal.
public enum Hex {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

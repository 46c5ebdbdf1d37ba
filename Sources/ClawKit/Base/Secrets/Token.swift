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
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
}

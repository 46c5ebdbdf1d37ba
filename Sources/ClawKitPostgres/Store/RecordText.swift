import Crypto

/// Keys and index values as PostgreSQL can keep them: text has no NUL there, and what a B-tree holds is at most a third
/// of a page.
///
/// A backslash is written `\\`, NUL `\0`. Texts longer than 1024 bytes end, after their beginning, with `\#` and a
/// SHA-256: they are told apart, and sort with their beginnings.
enum RecordText {
    private static let limit = 1024

    static func encode(_ text: String) -> String {
        let utf8 = text.utf8
        guard utf8.count > limit || utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) else { return text }
        var escaped = escape(text)
        guard escaped.utf8.count > limit else { return escaped }
        let digest = SHA256.hash(data: Array(utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        var beginning = Array(escaped.utf8.prefix(limit - 128))
        // Not within a character, nor within an escape.
        while let last = beginning.last, last & 0xC0 == 0x80 { beginning.removeLast() }
        if let last = beginning.last, last >= 0xC0 { beginning.removeLast() }
        while beginning.last == UInt8(ascii: "\\") { beginning.removeLast() }
        escaped = String(decoding: beginning, as: UTF8.self)
        return escaped + "\\#" + digest
    }

    /// Whether the text cannot be had back from its form.
    static func isShortened(_ encoded: String) -> Bool {
        encoded.utf8.count > 66 && encoded.utf8.suffix(66).starts(with: "\\#".utf8)
    }

    static func decode(_ encoded: String) -> String {
        guard encoded.utf8.contains(UInt8(ascii: "\\")) else { return encoded }
        var text = ""
        var isEscape = false
        for scalar in encoded.unicodeScalars {
            if isEscape {
                text.unicodeScalars.append(scalar == "0" ? "\u{0}" : scalar)
                isEscape = false
            } else if scalar == "\\" {
                isEscape = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// NUL may also stand in the texts of bodies, where JSON escapes it.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\u{0}": escaped += "\\0"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// Finds keys that are, or hold, aliases.
///
/// Yams hashes every key to find duplicates, and would hash an alias of aliases of aliases for ever: the text of a few
/// lines that stops a server. Nobody writes such keys, so they are refused before the text is parsed. Looks at bytes,
/// not at structure: a text that has aliases, and elsewhere something that only looks like such a key, is refused too.
enum AliasKeys {
    /// The line of the first suspicious key in a text in which an alias follows its anchor.
    static func firstLine(in text: String) -> Int? {
        // Most texts have neither, and are looked at once.
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return nil }
        let bytes = Array(text.utf8)
        var anchors: Set<ArraySlice<UInt8>> = []
        var hasAlias = false
        var suspect: Int?
        var line = 1
        for (index, byte) in bytes.enumerated() {
            let startsToken = index == 0 || isSeparator(bytes[index - 1])
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "&") where startsToken: anchors.insert(name(bytes, after: index))
            case UInt8(ascii: "*") where startsToken:
                let name = name(bytes, after: index)
                guard !name.isEmpty, anchors.contains(name) else { continue }
                hasAlias = true
                if isBeforeColon(bytes, name.endIndex) { suspect = suspect ?? line }
            case UInt8(ascii: "?") where startsToken: suspect = suspect ?? line
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if isBeforeColon(bytes, index + 1) { suspect = suspect ?? line }
            default: break
            }
        }
        return hasAlias ? suspect : nil
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "?"),
            UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            true
        // The line and paragraph separators, and the byte order mark, end in such bytes.
        default: byte >= 0x80
        }
    }

    private static func name(_ bytes: [UInt8], after index: Int) -> ArraySlice<UInt8> {
        bytes[(index + 1)...].prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private static func isBeforeColon(_ bytes: [UInt8], _ index: Int) -> Bool {
        bytes[index...].first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: ":")
    }
}

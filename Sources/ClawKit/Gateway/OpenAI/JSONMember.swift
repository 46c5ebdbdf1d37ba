import ClawDocuments

/// Edits JSON text in place of re-encoding it.
enum JSONMember {
    /// Replaces the value of a top-level member in the text of a JSON object; the text must have been parsed before.
    ///
    /// Every occurrence is replaced, and names are compared unescaped: readers differ in which of two equal names
    /// they heed, and what was checked must be what is sent.
    static func replacing(_ name: String, with value: JSON, in text: [UInt8]) -> [UInt8] {
        var cursor = Cursor(text: text)
        var out: [UInt8] = []
        out.reserveCapacity(text.count + 64)
        var copied = 0
        cursor.skipBlanks()
        cursor.position += 1  // the opening brace
        while true {
            cursor.skip(while: { isBlank($0) || $0 == UInt8(ascii: ",") })
            guard cursor.position < text.count, text[cursor.position] == UInt8(ascii: "\"") else { break }
            let key = cursor.value()
            cursor.skip(while: { isBlank($0) || $0 == UInt8(ascii: ":") })
            let range = cursor.value()
            if matches(text[key], name) {
                out += text[copied..<range.lowerBound]
                out += value.bytes()
                copied = range.upperBound
            }
        }
        return out + text[copied...]
    }

    /// Whether a quoted name, escapes and all, reads as `name`.
    private static func matches(_ quoted: ArraySlice<UInt8>, _ name: String) -> Bool {
        if !quoted.contains(UInt8(ascii: "\\")) { return quoted.dropFirst().dropLast().elementsEqual(name.utf8) }
        return (try? JSONParser.parse(Array(quoted)))?.string == name
    }

    /// Walks over valid JSON without reading it.
    private struct Cursor {
        let text: [UInt8]
        var position = 0

        mutating func skip(while condition: (UInt8) -> Bool) {
            while position < text.count, condition(text[position]) { position += 1 }
        }

        mutating func skipBlanks() { skip(while: isBlank) }

        /// Steps over one value and says where it stands.
        mutating func value() -> Range<Int> {
            let start = position
            var depth = 0
            repeat {
                guard position < text.count else { break }
                switch text[position] {
                case UInt8(ascii: "\""): skipString()
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    position += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    position += 1
                case _ where depth > 0: position += 1
                default: skip(while: { !isBlank($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") })
                }
            } while depth > 0
            return start..<position
        }

        private mutating func skipString() {
            position += 1
            while position < text.count, text[position] != UInt8(ascii: "\"") {
                position += text[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            position += 1
        }
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

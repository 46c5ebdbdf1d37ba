/// Steps over values that nobody wants, checking their syntax.
extension JSONPacker {
    /// Steps over a value, checking its syntax, without writing.
    mutating func step(depth: Int) throws(JSONError) {
        skipBlanks()
        switch peek() {
        case UInt8(ascii: "\""):
            cursor += 1
            try stepString()
        case UInt8(ascii: "{"):
            cursor += 1
            guard depth > 0 else { throw error("arrays and objects nest too deep") }
            skipBlanks()
            if skip(UInt8(ascii: "}")) { return }
            repeat {
                skipBlanks()
                guard skip(UInt8(ascii: "\"")) else { throw error("expected a member's name, found \(found())") }
                try stepString()
                skipBlanks()
                guard skip(UInt8(ascii: ":")) else { throw error("expected ':', found \(found())") }
                try step(depth: depth - 1)
                skipBlanks()
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(found())") }
        case UInt8(ascii: "["):
            cursor += 1
            guard depth > 0 else { throw error("arrays and objects nest too deep") }
            skipBlanks()
            if skip(UInt8(ascii: "]")) { return }
            repeat {
                try step(depth: depth - 1)
                skipBlanks()
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(found())") }
        default:
            // Scalars are few here: packed, and the bytes forgotten.
            let before = used
            try pack(depth: depth, parent: FieldKey.unknown)
            used = before
        }
    }

    @inline(__always)
    mutating func stepString() throws(JSONError) {
        while end - cursor >= 8 {
            let word = load(cursor)
            let stop = SWAR.special(word)
            if stop == 0 {
                cursor += 8
                continue
            }
            let position = stop.trailingZeroBitCount / 8
            guard cursor[position] == UInt8(ascii: "\"") else { break }
            cursor += position + 1
            return
        }
        // Escapes, other than ASCII, the text's last bytes: checked the slow way, and forgotten.
        let before = used
        try copyRestOfString(from: before)
        used = before
    }
}

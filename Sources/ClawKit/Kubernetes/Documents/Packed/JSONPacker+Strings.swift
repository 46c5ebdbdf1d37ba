/// Strings: copied word by word up to the closing quote, escapes resolved, checked to be UTF-8.
extension JSONPacker {
    /// Packs a string, the cursor behind its opening quote: a known one as its number.
    /// - Parameter name: of the member whose value it is, or one of its values.
    @inline(__always)
    mutating func packString(of name: UInt16) throws(JSONError) {
        if name < FieldKey.unknown, packKnownString(of: Int(name)) { return }
        let header = used
        out.storeBytes(of: PackedTag.string8, toByteOffset: header, as: UInt8.self)
        used += 2
        let begin = used
        try copyString()
        let count = used - begin
        if count < 256 {
            out.storeBytes(of: UInt8(count), toByteOffset: header + 1, as: UInt8.self)
        } else {
            // Long strings are rare: the bytes move to make room for the longer length.
            reserve(8)
            (out + begin + 3).copyMemory(from: out + begin, byteCount: count)
            out.storeBytes(of: PackedTag.string32, toByteOffset: header, as: UInt8.self)
            out.storeBytes(of: UInt32(count), toByteOffset: header + 1, as: UInt32.self)
            used += 3
        }
    }

    /// Whether the string is a known one, and packed. A field whose values are mostly unknown is soon left alone.
    @inline(__always)
    private mutating func packKnownString(of name: Int) -> Bool {
        let patience: UInt8 = 12
        guard misses[name] < patience, end - cursor >= known.longest + 16 else { return false }
        let a = load(cursor)
        let b = load(cursor + 8)
        var number = values[name]
        if !known.shapes[Int(number)].matches(a, b, cursor) {
            guard let length = plainLength(a, b),
                let found = known.number(a & SWAR.mask(length), b & SWAR.mask(length - 8), length, at: cursor)
            else {
                misses[name] += 1
                return false
            }
            number = found
            values[name] = found
            misses[name] = misses[name] < 2 ? 0 : misses[name] - 2
        }
        cursor += known.shapes[Int(number)].length
        write(PackedTag.knownString)
        out.storeBytes(of: number, toByteOffset: used, as: UInt16.self)
        used += 2
        return true
    }

    /// Copies a string's bytes up to its closing quote, escapes resolved, and checks them.
    @inline(__always)
    mutating func copyString() throws(JSONError) {
        let begin = used
        var foreign: UInt64 = 0
        while end - cursor >= 8 {
            reserve(16)
            let word = load(cursor)
            (out + used).storeBytes(of: word, as: UInt64.self)
            let stop = SWAR.quoteEscapeOrControl(word)
            if stop == 0 {
                foreign |= word
                cursor += 8
                used += 8
                continue
            }
            let plain = stop.trailingZeroBitCount / 8
            foreign |= word & SWAR.mask(plain)
            cursor += plain
            used += plain
            if cursor.pointee == UInt8(ascii: "\"") {
                cursor += 1
                if foreign & SWAR.highs != 0 { try checkUTF8(from: begin) }
                return
            }
            break
        }
        try copyRestOfString(from: begin)
    }

    /// The slow way: escapes, the text's last bytes, control characters.
    mutating func copyRestOfString(from begin: Int) throws(JSONError) {
        while cursor < end {
            let byte = cursor.pointee
            cursor += 1
            switch byte {
            case UInt8(ascii: "\""): return try checkUTF8(from: begin)
            case UInt8(ascii: "\\"): try copyEscape()
            case 0..<0x20:
                cursor -= 1
                throw error("a control character must be escaped in a string")
            default:
                reserve(16)
                write(byte)
            }
        }
        throw error("the string does not end")
    }

    func checkUTF8(from begin: Int) throws(JSONError) {
        let bytes = UnsafeBufferPointer(
            start: (out + begin).assumingMemoryBound(to: UInt8.self), count: used - begin)
        do {
            _ = try UTF8Span(validating: Span(_unsafeElements: bytes))
        } catch {
            throw self.error("the string is not valid UTF-8")
        }
    }

    mutating func copyEscape() throws(JSONError) {
        reserve(16)
        let byte = peek()
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): write(byte)
        case UInt8(ascii: "b"): write(0x08 as UInt8)
        case UInt8(ascii: "f"): write(0x0C as UInt8)
        case UInt8(ascii: "n"): write(0x0A as UInt8)
        case UInt8(ascii: "r"): write(0x0D as UInt8)
        case UInt8(ascii: "t"): write(0x09 as UInt8)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard end - cursor >= 2, cursor[0] == UInt8(ascii: "\\"), cursor[1] == UInt8(ascii: "u") else {
                    throw error("a high surrogate stands alone")
                }
                cursor += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw error("a high surrogate stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("a low surrogate stands alone") }
            for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() { write(byte) }
        default: throw error("unknown escape")
        }
    }

    mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = peek()
            cursor += cursor < end ? 1 : 0
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): code = code << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): code = code << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw error("expected four hexadecimal digits")
            }
        }
        return code
    }
}

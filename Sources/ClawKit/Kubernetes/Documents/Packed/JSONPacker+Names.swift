/// Members' names: known ones as their numbers.
extension JSONPacker {
    /// Packs a member's name, the cursor behind its opening quote; returns its number, `FieldKey.unknown` for a
    /// custom one.
    @inline(__always)
    mutating func packKey() throws(JSONError) -> UInt16 {
        if end - cursor >= known.longest + 16 {
            let a = load(cursor)
            let b = load(cursor + 8)
            let guess = following[previous]
            if known.shapes[Int(guess)].matches(a, b, cursor) { return take(guess) }
            if let length = plainLength(a, b) {
                let (x, y) = (a & SWAR.mask(length), b & SWAR.mask(length - 8))
                if let number = known.number(x, y, length, at: cursor) {
                    following[previous] = number
                    return take(number)
                }
            }
        }
        return try packCustomName()
    }

    @inline(__always)
    mutating func take(_ number: UInt16) -> UInt16 {
        previous = Int(number)
        cursor += known.shapes[Int(number)].length
        out.storeBytes(of: number, toByteOffset: used, as: UInt16.self)
        used += 2
        return number
    }

    /// The length of the name at the cursor with its closing quote, where it is plain ASCII and not longer than the
    /// longest known one; `a` and `b` are its first sixteen bytes.
    @inline(__always)
    func plainLength(_ a: UInt64, _ b: UInt64) -> Int? {
        var stop = SWAR.special(a)
        var offset = 0
        if stop == 0 {
            stop = SWAR.special(b)
            offset = 8
            while stop == 0, offset < known.longest {
                offset += 8
                stop = SWAR.special(load(cursor + offset))
            }
            if stop == 0 { return nil }
        }
        let position = offset + stop.trailingZeroBitCount / 8
        return cursor[position] == UInt8(ascii: "\"") ? position + 1 : nil
    }

    /// A name that is not known, or stands where it cannot be looked at sixteen bytes at once.
    mutating func packCustomName() throws(JSONError) -> UInt16 {
        let member = used
        used += 2
        let begin = used
        try copyString()
        let count = used - begin
        guard count <= PackedTag.longestName else { throw error("a member's name is longer than 32,767 bytes") }
        if let number = known.number(of: PackedReader.text(out + begin, count: count)) {
            used = begin
            out.storeBytes(of: number, toByteOffset: member, as: UInt16.self)
            following[previous] = number
            previous = Int(number)
            return number
        }
        out.storeBytes(of: UInt16(count) | PackedTag.customName, toByteOffset: member, as: UInt16.self)
        return FieldKey.unknown
    }
}

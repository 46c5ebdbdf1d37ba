/// Looks at eight bytes at once (SIMD within a register).
enum SWAR {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte that is a quote, a backslash or below 0x20. Above the first such byte others may be
    /// marked by mistake; at and below it all are right.
    @inline(__always)
    static func quoteEscapeOrControl(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let escape = word ^ (ones &* 0x5C)
        let low = (quote &- ones) & ~quote | (escape &- ones) & ~escape | (word &- ones &* 0x20) & ~word
        return low & highs
    }

    /// The same, and bytes beyond ASCII.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 { quoteEscapeOrControl(word) | word & highs }

    static func contains(_ byte: UInt8, _ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var offset = 0
        while offset + 8 <= count {
            let word = UnsafeRawPointer(start + offset).loadUnaligned(as: UInt64.self) ^ (ones &* UInt64(byte))
            if (word &- ones) & ~word & highs != 0 { return true }
            offset += 8
        }
        while offset < count {
            if start[offset] == byte { return true }
            offset += 1
        }
        return false
    }

    /// The lowest `count` bytes; none for less than one, all for more than seven.
    @inline(__always)
    static func mask(_ count: Int) -> UInt64 {
        count >= 8 ? .max : count <= 0 ? 0 : (1 << UInt64(count * 8)) - 1
    }
}

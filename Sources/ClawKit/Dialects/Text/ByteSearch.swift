/// Finds bytes eight at a time (a word with a byte of zero: Hacker's Delight, section 6-1).
enum ByteSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte that is zero, exact in the lowest of them.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }

    @inline(__always)
    private static func word(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt64 {
        UInt64(
            littleEndian: UnsafeRawPointer(text.baseAddress.unsafelyUnwrapped).loadUnaligned(
                fromByteOffset: index, as: UInt64.self))
    }

    /// Where the next such byte stands from `start` on; the text's count where there is none.
    @inline(__always)
    static func index(of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        index(of: byte, or: byte, in: text, from: start)
    }

    /// Where the next of two bytes stands from `start` on; the text's count where there is none.
    @inline(__always)
    static func index(of a: UInt8, or b: UInt8, in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        let (first, second) = (ones &* UInt64(a), ones &* UInt64(b))
        while index + 8 <= text.count {
            let word = word(text, index)
            let found = zeros(word ^ first) | zeros(word ^ second)
            if found != 0 { return index + (found.trailingZeroBitCount >> 3) }
            index += 8
        }
        while index < text.count, text[index] != a, text[index] != b { index += 1 }
        return index
    }
}

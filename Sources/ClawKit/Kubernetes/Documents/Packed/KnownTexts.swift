/// The list of known names and values, made once per process and never changed: found by text, and by the raw bytes
/// of JSON.
///
/// Sendable although it holds pointers: what they point to is written here once and never freed. A class: whoever asks
/// for the list gets a reference, not its parts.
final class KnownTexts: @unchecked Sendable {
    static let shared = KnownTexts(FieldKey.knownNames, KnownValues.texts)

    /// A text as it stands in JSON behind its opening quote: with the closing one.
    struct Shape {
        /// The first sixteen bytes, zero where the text is shorter, and the masks that make it so in the input.
        var word0: UInt64 = 0, word1: UInt64 = 0
        var mask0: UInt64 = 0, mask1: UInt64 = 0
        /// With the closing quote.
        var length = 0
        /// The bytes behind the first sixteen.
        var rest: UnsafePointer<UInt8>?

        /// Whether the text stands at `input`, of which at least sixteen bytes and `length` can be read.
        @inline(__always)
        func matches(_ a: UInt64, _ b: UInt64, _ input: UnsafePointer<UInt8>) -> Bool {
            guard a & mask0 == word0, b & mask1 == word1 else { return false }
            guard let rest else { return true }
            for index in 0..<(length - 16) where input[16 + index] != rest[index] { return false }
            return true
        }

        /// Whether a text of this length, without its quote, goes on behind the first sixteen bytes as this one does.
        func restMatches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
            guard let rest else { return true }
            for index in 16..<max(16, length - 1) where text[index] != rest[index - 16] { return false }
            return true
        }
    }

    let texts: [String]
    let shapes: UnsafePointer<Shape>
    /// All texts one after the other, each with a quote behind it, and where each begins.
    private let joined: UnsafePointer<UInt8>
    private let offsets: UnsafePointer<UInt32>
    /// The length of the longest text.
    let longest: Int
    /// Open addressing; each slot holds a text's number or `FieldKey.unknown`.
    private let slots: UnsafePointer<UInt16>
    private let mask: Int

    init(_ lists: StaticString...) {
        texts = lists.flatMap { $0.description.split(separator: "\n").map(String.init) }
        precondition(texts.count < Int(FieldKey.unknown), "too many known texts for 15 bits")
        var capacity = 64
        while capacity < texts.count * 4 { capacity *= 2 }
        mask = capacity - 1
        let slots = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity)
        slots.initialize(repeating: FieldKey.unknown, count: capacity)
        let shapes = UnsafeMutablePointer<Shape>.allocate(capacity: texts.count)
        for (number, text) in texts.enumerated() {
            let shape = Self.shape(text)
            (shapes + number).initialize(to: shape)
            var slot = Self.hash(shape.word0, shape.word1, shape.length) & mask
            while slots[slot] != FieldKey.unknown { slot = (slot + 1) & mask }
            slots[slot] = UInt16(number)
        }
        let all = texts.flatMap { Array($0.utf8) + [UInt8(ascii: "\"")] }
        let joined = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: all.count + 1)
        _ = joined.initialize(from: all)
        let offsets = UnsafeMutablePointer<UInt32>.allocate(capacity: texts.count + 1)
        var offset: UInt32 = 0
        for (number, text) in texts.enumerated() {
            (offsets + number).initialize(to: offset)
            offset += UInt32(text.utf8.count + 1)
        }
        (offsets + texts.count).initialize(to: offset)
        // Never empty: one more byte than the texts was asked for.
        self.joined = UnsafePointer(joined.baseAddress!)
        self.offsets = UnsafePointer(offsets)
        self.slots = UnsafePointer(slots)
        self.shapes = UnsafePointer(shapes)
        longest = texts.map { $0.utf8.count + 1 }.max() ?? 0
    }

    private static func shape(_ text: String) -> Shape {
        let bytes = Array(text.utf8) + [UInt8(ascii: "\"")]
        var shape = Shape()
        shape.length = bytes.count
        for (index, byte) in bytes.prefix(16).enumerated() {
            let shift = UInt64(index % 8 * 8)
            if index < 8 {
                shape.word0 |= UInt64(byte) << shift
                shape.mask0 |= 0xFF << shift
            } else {
                shape.word1 |= UInt64(byte) << shift
                shape.mask1 |= 0xFF << shift
            }
        }
        if bytes.count > 16 {
            let rest = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count - 16)
            _ = UnsafeMutableBufferPointer(start: rest, count: bytes.count - 16).initialize(from: bytes[16...])
            shape.rest = UnsafePointer(rest)
        }
        return shape
    }

    func number(of text: String) -> UInt16? {
        var text = text
        return text.withUTF8(number(of:))
    }

    /// The number of the text that these bytes are.
    func number(of text: UnsafeBufferPointer<UInt8>) -> UInt16? {
        guard text.count < longest else { return nil }
        // As in `Shape`: the first sixteen bytes, with the closing quote.
        var (word0, word1) = (UInt64(0), UInt64(0))
        for index in 0..<min(text.count + 1, 16) {
            let byte = UInt64(index < text.count ? text[index] : UInt8(ascii: "\""))
            if index < 8 { word0 |= byte << UInt64(index * 8) } else { word1 |= byte << UInt64(index * 8 - 64) }
        }
        var slot = Self.hash(word0, word1, text.count + 1) & mask
        while slots[slot] != FieldKey.unknown {
            let shape = shapes + Int(slots[slot])
            if shape.pointee.length == text.count + 1, shape.pointee.word0 == word0, shape.pointee.word1 == word1,
                shape.pointee.restMatches(text)
            {
                return slots[slot]
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// A text's bytes with a quote behind them.
    @inline(__always)
    func quoted(_ number: UInt16) -> UnsafeRawBufferPointer {
        let begin = Int(offsets[Int(number)])
        return UnsafeRawBufferPointer(start: joined + begin, count: Int(offsets[Int(number) + 1]) - begin)
    }

    /// The number of the text that, `length` bytes with its closing quote, stands at `input`; its first
    /// sixteen bytes are in `a` and `b`, zero beyond the length.
    @inline(__always)
    func number(_ a: UInt64, _ b: UInt64, _ length: Int, at input: UnsafePointer<UInt8>) -> UInt16? {
        var slot = Self.hash(a, b, length) & mask
        while slots[slot] != FieldKey.unknown {
            let number = slots[slot]
            let shape = shapes + Int(number)
            if shape.pointee.length == length, shape.pointee.word0 == a, shape.pointee.word1 == b,
                shape.pointee.matches(a, b, input)
            {
                return number
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    @inline(__always)
    private static func hash(_ a: UInt64, _ b: UInt64, _ length: Int) -> Int {
        let mixed = (a ^ (b &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(length)) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed >> 32)
    }
}

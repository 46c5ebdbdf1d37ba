/// The list of known names, made once per process and never changed: found by text, and by the raw bytes of JSON.
///
/// Sendable although it holds pointers: what they point to is written here once and never freed.
struct KnownKeys: @unchecked Sendable {
    static let shared = KnownKeys(names: FieldKey.knownNames)

    /// A name as it stands in JSON text behind its opening quote: with the closing one.
    struct Text {
        /// The first sixteen bytes, zero where the name is shorter, and the masks that make it so in the input.
        var word0: UInt64 = 0, word1: UInt64 = 0
        var mask0: UInt64 = 0, mask1: UInt64 = 0
        /// With the closing quote.
        var length = 0
        /// The bytes behind the first sixteen.
        var rest: UnsafePointer<UInt8>?

        /// Whether the name stands at `input`, of which at least sixteen bytes and `length` can be read.
        @inline(__always)
        func matches(_ a: UInt64, _ b: UInt64, _ input: UnsafePointer<UInt8>) -> Bool {
            guard a & mask0 == word0, b & mask1 == word1 else { return false }
            guard let rest else { return true }
            for index in 0..<(length - 16) where input[16 + index] != rest[index] { return false }
            return true
        }
    }

    let names: [String]
    let texts: UnsafePointer<Text>
    /// All names one after the other, each with a quote behind it, and where each begins.
    private let joined: UnsafePointer<UInt8>
    private let offsets: UnsafePointer<UInt32>
    /// The length of the longest text.
    let longest: Int
    /// Open addressing; each slot holds a name's number or `FieldKey.unknown`.
    private let slots: UnsafePointer<UInt16>
    private let mask: Int
    private let numbers: [String: UInt16]

    init(names list: StaticString) {
        names = list.description.split(separator: "\n").map(String.init)
        precondition(names.count < Int(FieldKey.unknown), "too many known names for 15 bits")
        var capacity = 64
        while capacity < names.count * 4 { capacity *= 2 }
        mask = capacity - 1
        let slots = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity)
        slots.initialize(repeating: FieldKey.unknown, count: capacity)
        // One more, which matches nothing: what is predicted before anything is known.
        let texts = UnsafeMutablePointer<Text>.allocate(capacity: names.count + 1)
        for (number, name) in names.enumerated() {
            let text = Self.text(name)
            (texts + number).initialize(to: text)
            var slot = Self.hash(text.word0, text.word1, text.length) & mask
            while slots[slot] != FieldKey.unknown { slot = (slot + 1) & mask }
            slots[slot] = UInt16(number)
        }
        (texts + names.count).initialize(to: Text(word0: .max, mask0: 0))
        let all = names.flatMap { Array($0.utf8) + [UInt8(ascii: "\"")] }
        let joined = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: all.count + 1)
        _ = joined.initialize(from: all)
        let offsets = UnsafeMutablePointer<UInt32>.allocate(capacity: names.count + 1)
        var offset: UInt32 = 0
        for (number, name) in names.enumerated() {
            (offsets + number).initialize(to: offset)
            offset += UInt32(name.utf8.count + 1)
        }
        (offsets + names.count).initialize(to: offset)
        // Never empty: one more byte than the names was asked for.
        self.joined = UnsafePointer(joined.baseAddress!)
        self.offsets = UnsafePointer(offsets)
        self.slots = UnsafePointer(slots)
        self.texts = UnsafePointer(texts)
        longest = names.map { $0.utf8.count + 1 }.max() ?? 0
        numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt16($0)) })
    }

    private static func text(_ name: String) -> Text {
        let bytes = Array(name.utf8) + [UInt8(ascii: "\"")]
        var text = Text()
        text.length = bytes.count
        for (index, byte) in bytes.prefix(16).enumerated() {
            let shift = UInt64(index % 8 * 8)
            if index < 8 {
                text.word0 |= UInt64(byte) << shift
                text.mask0 |= 0xFF << shift
            } else {
                text.word1 |= UInt64(byte) << shift
                text.mask1 |= 0xFF << shift
            }
        }
        if bytes.count > 16 {
            let rest = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count - 16)
            _ = UnsafeMutableBufferPointer(start: rest, count: bytes.count - 16).initialize(from: bytes[16...])
            text.rest = UnsafePointer(rest)
        }
        return text
    }

    func number(of name: String) -> UInt16? { numbers[name] }

    /// A name's bytes with a quote behind them.
    @inline(__always)
    func quoted(_ number: UInt16) -> UnsafeRawBufferPointer {
        let begin = Int(offsets[Int(number)])
        return UnsafeRawBufferPointer(start: joined + begin, count: Int(offsets[Int(number) + 1]) - begin)
    }

    /// The number of the name whose text, `length` bytes with its closing quote, stands at `input`; its first
    /// sixteen bytes are in `a` and `b`, zero beyond the length.
    @inline(__always)
    func number(_ a: UInt64, _ b: UInt64, _ length: Int, at input: UnsafePointer<UInt8>) -> UInt16? {
        var slot = Self.hash(a, b, length) & mask
        while slots[slot] != FieldKey.unknown {
            let number = slots[slot]
            let text = texts + Int(number)
            if text.pointee.length == length, text.pointee.word0 == a, text.pointee.word1 == b,
                text.pointee.matches(a, b, input)
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

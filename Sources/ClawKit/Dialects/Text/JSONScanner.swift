/// Walks over JSON text without reading it: strings are skipped with their escapes, brackets counted.
///
/// Of text that is no JSON it says so where brackets or quotes do not close; it is no judge of all the rest.
struct JSONScanner {
    private let text: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { position >= text.count }

    @inline(__always)
    var current: UInt8 { position < text.count ? text[position] : 0 }

    @inline(__always)
    mutating func skipBlanks() {
        while position < text.count, text[position] <= 0x20 { position += 1 }
    }

    /// Steps over one byte where it is this one.
    @inline(__always)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < text.count, text[position] == byte else { return false }
        position += 1
        return true
    }

    /// Within an object: steps over the next member's name and colon, and says where the name stands, with its quotes.
    /// Nil at the object's end, where the position then is, and for what is no member.
    mutating func nextKey() -> Range<Int>? {
        skipBlanks()
        if skip(UInt8(ascii: ",")) { skipBlanks() }
        guard current == UInt8(ascii: "\"") else { return nil }
        let start = position
        guard skipString() else { return nil }
        let key = start..<position
        skipBlanks()
        guard skip(UInt8(ascii: ":")) else { return nil }
        skipBlanks()
        return key
    }

    /// Steps over one value and says where it stands; nil where it does not end.
    mutating func skipValue() -> Range<Int>? {
        let start = position
        var depth = 0
        repeat {
            guard position < text.count else { return nil }
            switch text[position] {
            case UInt8(ascii: "\""): guard skipString() else { return nil }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return nil }
                depth -= 1
                position += 1
            case _ where depth > 0: position += 1
            default:
                while position < text.count, text[position] > 0x20, text[position] != UInt8(ascii: ","),
                    text[position] != UInt8(ascii: "}"), text[position] != UInt8(ascii: "]")
                {
                    position += 1
                }
                return position > start ? start..<position : nil
            }
        } while depth > 0
        return start..<position
    }

    /// Steps over a string whose opening quote is here; false where it does not close.
    @inline(__always)
    mutating func skipString() -> Bool {
        position += 1
        while position < text.count {
            position = ByteSearch.index(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), in: text, from: position)
            guard position < text.count else { return false }
            if text[position] == UInt8(ascii: "\"") {
                position += 1
                return true
            }
            position += 2
        }
        return false
    }

    /// Whether the bytes from here on begin with this text.
    @inline(__always)
    func begins(_ words: StaticString) -> Bool {
        let count = words.utf8CodeUnitCount
        guard text.count - position >= count else { return false }
        for index in 0..<count where text[position + index] != words.utf8Start[index] { return false }
        return true
    }

    /// Whether a range of the text is these words.
    @inline(__always)
    func matches(_ range: Range<Int>, _ words: StaticString) -> Bool {
        guard range.count == words.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where text[range.lowerBound + index] != words.utf8Start[index] { return false }
        return true
    }
}

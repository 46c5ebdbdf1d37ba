/// The bytes of a message as they are written.
struct ProtobufBuffer {
    private(set) var bytes: [UInt8] = []

    mutating func tag(_ number: UInt64, _ wire: ProtobufReader.Wire) { varint(number << 3 | wire.rawValue) }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func fixed64(_ value: UInt64) {
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    mutating func integer(_ number: UInt64, _ value: Int64) {
        tag(number, .varint)
        varint(UInt64(bitPattern: value))
    }

    mutating func text(_ number: UInt64, _ text: String) {
        tag(number, .bytes)
        varint(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func data(_ number: UInt64, _ data: some Collection<UInt8>) {
        tag(number, .bytes)
        varint(UInt64(data.count))
        bytes.append(contentsOf: data)
    }

    /// A message within: its length goes before it once it is known. Most need one byte for that, which is kept free.
    mutating func nested(_ number: UInt64, _ body: (inout ProtobufBuffer) -> Void) {
        tag(number, .bytes)
        let start = bytes.count
        bytes.append(0)
        body(&self)
        var length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
            return
        }
        var digits: [UInt8] = []
        while length >= 0x80 {
            digits.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        digits.append(UInt8(length))
        bytes.replaceSubrange(start...start, with: digits)
    }

    /// Four bytes, the largest first: how long the next frame of a stream is.
    static func framed(_ frame: [UInt8]) -> [UInt8] {
        let length = UInt32(clamping: frame.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) } + frame
    }
}

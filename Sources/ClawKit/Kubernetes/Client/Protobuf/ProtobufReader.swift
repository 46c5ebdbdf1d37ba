/// Walks through the fields of one message: <https://protobuf.dev/programming-guides/encoding/>.
struct ProtobufReader {
    enum Wire: UInt64 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case group = 3
        case groupEnd = 4
        case fixed32 = 5
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// The next field's number and form; nil at the end.
    mutating func next() throws(ProtobufError) -> (number: UInt64, wire: Wire)? {
        if isAtEnd { return nil }
        let tag = try varint()
        guard let wire = Wire(rawValue: tag & 7) else { throw ProtobufError("proto: illegal wireType \(tag & 7)") }
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else {
            throw ProtobufError("proto: illegal tag \(tag >> 3) (wire type \(wire.rawValue))")
        }
        return (tag >> 3, wire)
    }

    mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < bytes.endIndex else { throw .truncated }
            guard shift < 64 else { throw ProtobufError("proto: integer overflow") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func fixed64() throws(ProtobufError) -> UInt64 {
        guard bytes.endIndex - position >= 8 else { throw .truncated }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += 8
        return value
    }

    mutating func lengthDelimited() throws(ProtobufError) -> ArraySlice<UInt8> {
        let length = try varint()
        guard length <= UInt64(bytes.endIndex - position) else { throw .truncated }
        defer { position += Int(length) }
        return bytes[position..<position + Int(length)]
    }

    /// Passes over the value of a field that nobody knows.
    mutating func skip(_ wire: Wire) throws(ProtobufError) {
        var groups = 0
        var wire = wire
        while true {
            switch wire {
            case .varint: _ = try varint()
            case .fixed64: _ = try fixed64()
            case .bytes: _ = try lengthDelimited()
            case .fixed32:
                guard bytes.endIndex - position >= 4 else { throw .truncated }
                position += 4
            case .group: groups += 1
            case .groupEnd:
                guard groups > 0 else { throw ProtobufError("proto: unexpected end of group") }
                groups -= 1
            }
            if groups == 0 { return }
            guard let (_, inner) = try next() else { throw .truncated }
            wire = inner
        }
    }
}

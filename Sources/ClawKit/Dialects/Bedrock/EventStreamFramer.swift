/// A message of Amazon's event stream encoding (application/vnd.amazon.eventstream).
public struct EventStreamMessage: Sendable, Hashable {
    /// Headers whose value is a string; others say nothing here.
    public var headers: [String: String]
    public var payload: [UInt8]

    public init(headers: [String: String], payload: [UInt8]) { (self.headers, self.payload) = (headers, payload) }

    /// The message as it goes over the wire.
    public var encoded: [UInt8] {
        var fields: [UInt8] = []
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            fields.append(UInt8(truncatingIfNeeded: name.utf8.count))
            fields += name.utf8
            fields.append(7)
            fields += bigEndian(UInt16(truncatingIfNeeded: value.utf8.count))
            fields += value.utf8
        }
        var out = bigEndian(UInt32(truncatingIfNeeded: 16 + fields.count + payload.count))
        out += bigEndian(UInt32(truncatingIfNeeded: fields.count))
        out += bigEndian(CRC32.checksum(out[...]))
        out += fields
        out += payload
        return out + bigEndian(CRC32.checksum(out[...]))
    }
}

/// Cuts a byte stream into messages; both checksums must be right.
public struct EventStreamFramer: Sendable {
    /// How many bytes one message may have.
    public let limit: Int
    private var pending: [UInt8] = []

    public init(limit: Int = 16 << 20) { self.limit = limit }

    /// Takes the next chunk and returns the messages it completes.
    /// - Throws: ``ModelError`` for what is no message, or one beyond the limit.
    public mutating func feed(_ chunk: [UInt8]) throws(ModelError) -> [EventStreamMessage] {
        pending += chunk
        var messages: [EventStreamMessage] = []
        var start = 0
        while pending.count - start >= 12 {
            let prelude = pending[start..<start + 8]
            guard uint32(pending, start + 8) == CRC32.checksum(prelude) else {
                throw broken("the checksum of a prelude is wrong")
            }
            let (total, headers) = (Int(uint32(pending, start)), Int(uint32(pending, start + 4)))
            guard total >= 16, headers <= total - 16 else { throw broken("a message's lengths are impossible") }
            guard total <= limit else { throw broken("a message is larger than \(limit) bytes") }
            guard pending.count - start >= total else { break }
            let end = start + total - 4
            guard uint32(pending, end) == CRC32.checksum(pending[start..<end]) else {
                throw broken("the checksum of a message is wrong")
            }
            let fields = try read(headers: pending[(start + 12)..<(start + 12 + headers)])
            messages.append(EventStreamMessage(headers: fields, payload: Array(pending[(start + 12 + headers)..<end])))
            start += total
        }
        pending.removeFirst(start)
        return messages
    }

    /// Whether bytes of an unfinished message are held.
    public var hasPartialMessage: Bool { !pending.isEmpty }

    private func read(headers bytes: ArraySlice<UInt8>) throws(ModelError) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = bytes
        func take(_ count: Int) throws(ModelError) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw broken("a header is cut off") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        while let length = rest.popFirst() {
            let name = String(decoding: try take(Int(length)), as: UTF8.self)
            guard let type = rest.popFirst() else { throw broken("a header is cut off") }
            switch type {
            case 0, 1: break
            case 2: _ = try take(1)
            case 3: _ = try take(2)
            case 4: _ = try take(4)
            case 5, 8: _ = try take(8)
            case 6, 7:
                let size = try take(2)
                let value = try take(Int(size[size.startIndex]) << 8 | Int(size[size.startIndex + 1]))
                if type == 7 { fields[name] = String(decoding: value, as: UTF8.self) }
            case 9: _ = try take(16)
            default: throw broken("a header is of unknown type \(type)")
            }
        }
        return fields
    }

    private func broken(_ what: String) -> ModelError {
        ModelError(.malformed, "The upstream's event stream is broken: \(what); try again.")
    }
}

private func bigEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

private func uint32(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
}

/// CRC-32 as in IEEE 802.3, bits reflected.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let table = table
        return ~bytes.reduce(~UInt32(0)) { value, byte in table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
    }
}

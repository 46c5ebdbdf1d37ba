/// The frames of SPDY/3.1 that a port-forward needs, both ways. Pure.
enum SPDYFrame: Sendable, Hashable {
    /// The client opens a stream.
    case open(stream: UInt32, headers: [String: String], isLast: Bool)
    case data(stream: UInt32, [UInt8], isLast: Bool)
    case reset(stream: UInt32)
    case ping(id: UInt32)
    case goAway

    static let finFlag: UInt8 = 1

    /// The server's frames. ``open(stream:headers:isLast:)`` is not one of them.
    var encoded: [UInt8] {
        switch self {
        case .open: []
        case .data(let stream, let bytes, let isLast):
            Self.number(stream & 0x7FFF_FFFF) + Self.flagged(isLast ? Self.finFlag : 0, bytes.count) + bytes
        // CANCEL (section 2.6.3).
        case .reset(let stream): Self.control(3, Self.number(stream) + Self.number(5))
        case .ping(let id): Self.control(6, Self.number(id))
        case .goAway: Self.control(7, Self.number(0) + Self.number(0))
        }
    }

    /// Agrees to a stream.
    static func reply(to stream: UInt32, isFirst: Bool) -> [UInt8] {
        control(2, number(stream) + SPDYHeaders.emptyBlock(isFirst: isFirst))
    }

    private static func control(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0x80, 3, 0, type] + flagged(0, payload.count) + payload
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    private static func flagged(_ flags: UInt8, _ length: Int) -> [UInt8] {
        var word = number(UInt32(length & 0xFF_FFFF))
        word[0] = flags
        return word
    }
}

/// Cuts a client's bytes into frames.
struct SPDYFrameDecoder: Sendable {
    /// The largest frame taken, in bytes.
    private static let limit = 1 << 20
    private var buffer: [UInt8] = []
    private var headers = SPDYHeaders.Reader()

    mutating func append(_ bytes: [UInt8]) { buffer += bytes }

    /// The next frame of a kind that matters here; nil until more bytes have come.
    mutating func next() throws(Inflater.Malformed) -> SPDYFrame? {
        while buffer.count >= 8 {
            let length = Int(buffer[5]) << 16 | Int(buffer[6]) << 8 | Int(buffer[7])
            guard length <= Self.limit else { throw Inflater.Malformed(why: "too large a frame") }
            guard buffer.count >= 8 + length else { return nil }
            let head = Array(buffer[..<8])
            let payload = Array(buffer[8..<(8 + length)])
            buffer.removeFirst(8 + length)
            if let frame = try frame(head, payload) { return frame }
        }
        return nil
    }

    private mutating func frame(_ head: [UInt8], _ payload: [UInt8]) throws(Inflater.Malformed) -> SPDYFrame? {
        func number(_ bytes: [UInt8], _ start: Int) throws(Inflater.Malformed) -> UInt32 {
            guard bytes.count >= start + 4 else { throw Inflater.Malformed(why: "a frame ends too early") }
            return bytes[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        let isLast = head[4] & SPDYFrame.finFlag != 0
        guard head[0] & 0x80 != 0 else { return .data(stream: try number(head, 0), payload, isLast: isLast) }
        guard head[0] == 0x80, head[1] == 3 else { throw Inflater.Malformed(why: "another version than SPDY/3") }
        switch head[3] {
        case 1:
            let stream = try number(payload, 0)
            guard payload.count >= 10 else { throw Inflater.Malformed(why: "a frame ends too early") }
            return .open(stream: stream & 0x7FFF_FFFF, headers: try headers.read(payload[10...]), isLast: isLast)
        case 3: return .reset(stream: try number(payload, 0))
        case 6: return .ping(id: try number(payload, 0))
        case 7: return .goAway
        // The header block of a frame that means nothing here belongs to the compressed stream all the same.
        case 8 where payload.count >= 4:
            _ = try headers.read(payload[4...])
            return nil
        default: return nil
        }
    }
}

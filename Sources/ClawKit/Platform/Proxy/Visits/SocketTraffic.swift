/// Tells what people and programs say on a WebSocket from the pings that only keep it open (RFC 6455, section 5.2). Pure;
/// holds no more than a frame's header.
struct SocketTraffic: Sendable {
    private var header: [UInt8] = []
    /// Of the present frame's payload.
    private var left: UInt64 = 0

    /// Whether a frame with data begins in these bytes, or goes on.
    mutating func saysSomething(_ bytes: [UInt8]) -> Bool {
        var (rest, found) = (bytes[...], false)
        while !rest.isEmpty {
            if left > 0 {
                let count = Int(clamping: min(left, UInt64(rest.count)))
                (rest, left) = (rest.dropFirst(count), left - UInt64(count))
                found = found || isData
                continue
            }
            if header.count == length(of: header) { header = [] }
            header.append(rest.removeFirst())
            guard header.count == length(of: header) else { continue }
            left = payload
            found = found || isData
        }
        return found
    }

    /// Continuations, texts and bytes; control frames have the highest bit of the opcode.
    private var isData: Bool { header.first.map { $0 & 0x08 == 0 } ?? false }

    /// Nothing is whole before the second byte.
    private func length(of header: [UInt8]) -> Int {
        guard header.count >= 2 else { return 2 }
        let extended = header[1] & 0x7F == 126 ? 2 : header[1] & 0x7F == 127 ? 8 : 0
        return 2 + extended + (header[1] & 0x80 == 0 ? 0 : 4)
    }

    private var payload: UInt64 {
        let short = header[1] & 0x7F
        guard short >= 126 else { return UInt64(short) }
        return header[2..<(short == 126 ? 4 : 10)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// The same for streams: of server-sent events, comments only keep the connection open
/// (<https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>).
enum EventTraffic {
    static func saysSomething(_ bytes: [UInt8]) -> Bool {
        bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).contains { $0.first != UInt8(ascii: ":") }
    }
}

/// Cuts a byte stream into frames. Pure; holds no more than one frame of the allowed size and what came with it.
package struct WebSocketFrameDecoder: Sendable {
    private let role: WebSocketRole
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0

    /// - Parameters:
    ///   - role: ours: a server takes masked frames only, a client unmasked ones only.
    ///   - limit: the largest payload of one frame, in bytes.
    package init(role: WebSocketRole, limit: Int) { (self.role, self.limit) = (role, limit) }

    package mutating func append(_ bytes: [UInt8]) {
        if start == buffer.count {
            (buffer, start) = (bytes, 0)
        } else {
            if start > 0 {
                buffer.removeFirst(start)
                start = 0
            }
            buffer += bytes
        }
    }

    /// The next whole frame; nil until more bytes have come.
    package mutating func next() throws(WebSocketError) -> WebSocketFrame? {
        let count = buffer.count - start
        guard count >= 2 else { return nil }
        let (first, second) = (buffer[start], buffer[start + 1])
        let opcode = try check(first, second)
        var header = 2
        var length = Int(second & 0x7F)
        if length == 126 {
            guard count >= 4 else { return nil }
            length = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
            header = 4
            guard length > 125 else { throw WebSocketError(.protocolError, "A frame's length is not in its shortest form.") }
        } else if length == 127 {
            guard count >= 10 else { return nil }
            let wide = buffer[(start + 2)..<(start + 10)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            header = 10
            guard wide > 0xFFFF else { throw WebSocketError(.protocolError, "A frame's length is not in its shortest form.") }
            length = Int(clamping: wide)
        }
        guard length <= limit else { throw WebSocketError(.tooLarge, "A frame is larger than \(limit) bytes.") }
        let keyLength = role == .server ? 4 : 0
        guard count >= header + keyLength + length else { return nil }
        let keyStart = start + header
        var payload = Array(buffer[(keyStart + keyLength)..<(keyStart + keyLength + length)])
        if role == .server { WebSocketFrame.mask(&payload, from: 0, by: Array(buffer[keyStart..<(keyStart + 4)])) }
        start = keyStart + keyLength + length
        return WebSocketFrame(opcode, payload, isFinal: first & 0x80 != 0)
    }

    private func check(_ first: UInt8, _ second: UInt8) throws(WebSocketError) -> WebSocketFrame.Opcode {
        guard first & 0x70 == 0 else { throw WebSocketError(.protocolError, "A frame has reserved bits set.") }
        guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else {
            throw WebSocketError(.protocolError, "A frame has the unknown opcode \(first & 0x0F).")
        }
        guard (second & 0x80 != 0) == (role == .server) else {
            throw WebSocketError(
                .protocolError, role == .server ? "A client's frame is not masked." : "A server's frame is masked.")
        }
        if opcode.isControl {
            guard first & 0x80 != 0 else { throw WebSocketError(.protocolError, "A control frame is fragmented.") }
            guard second & 0x7F <= UInt8(WebSocketFrame.controlLimit) else {
                throw WebSocketError(.protocolError, "A control frame is longer than 125 bytes.")
            }
        }
        return opcode
    }
}

import Synchronization

/// A WebSocket (RFC 6455) over any ``ByteChannel``, either end.
///
/// Any number of tasks may send; one receives. Pings are answered, and closes acknowledged, by ``receive()``, so keep
/// receiving even where no message is expected. No extensions are negotiated.
public final class WebSocket: Sendable {
    private struct Receiving {
        var decoder: WebSocketFrameDecoder
        var assembler: WebSocketAssembler
        var hasEnded = false
        /// Whether anything came since the last look: the peer is there.
        var isAlive = true

        mutating func next() throws(WebSocketError) -> WebSocketAssembler.Event? {
            while let frame = try decoder.next() {
                if let event = try assembler.add(frame) { return event }
            }
            return nil
        }
    }

    /// What was agreed on in the handshake; nil: none.
    public let subprotocol: String?
    private let role: WebSocketRole
    private let channel: any ByteChannel
    private let receiving: Mutex<Receiving>
    private let closing = Mutex<Bool>(false)
    private let turns = Turns()

    /// The largest message taken, in bytes, where nothing else is said.
    public static let messageLimit = 16 << 20

    package init(
        _ channel: any ByteChannel, role: WebSocketRole, subprotocol: String? = nil, messageLimit: Int = messageLimit
    ) {
        (self.channel, self.role, self.subprotocol) = (channel, role, subprotocol)
        receiving = Mutex(Receiving(
            decoder: WebSocketFrameDecoder(role: role, limit: messageLimit),
            assembler: WebSocketAssembler(limit: messageLimit)))
    }

    deinit { channel.close() }

    /// The next message; nil once the peer has closed.
    /// - Throws: ``WebSocketError`` where the peer broke the protocol (it has been told, and the connection is closed),
    ///   ``TransportError`` where the connection ended without a close.
    public func receive() async throws -> WebSocketMessage? {
        do {
            while let event = try await nextEvent() {
                switch event {
                case .message(let message): return message
                case .ping(let payload): try await write(WebSocketFrame(.pong, payload))
                case .pong: break
                case .close(let code, _):
                    receiving.withLock { $0.hasEnded = true }
                    try? await close(code == .none ? .normal : code)
                    await channel.finish()
                    return nil
                }
            }
            return nil
        } catch let error as WebSocketError {
            receiving.withLock { $0.hasEnded = true }
            try? await close(error.code, reason: error.message)
            channel.close()
            throw error
        }
    }

    private func nextEvent() async throws -> WebSocketAssembler.Event? {
        while true {
            let (event, hasEnded) = try receiving.withLock { receiving in
                receiving.hasEnded ? (nil, true) : (try receiving.next(), false)
            }
            if hasEnded { return nil }
            if let event { return event }
            guard let bytes = try await channel.read() else {
                throw TransportError(code: .disconnected, message: "The peer left without closing the WebSocket.")
            }
            receiving.withLock { receiving in
                receiving.decoder.append(bytes)
                receiving.isAlive = true
            }
        }
    }

    public func send(_ message: WebSocketMessage) async throws {
        switch message {
        case .text(let text): try await write(WebSocketFrame(.text, Array(text.utf8)))
        case .binary(let bytes): try await write(WebSocketFrame(.binary, bytes))
        }
    }

    public func ping(_ payload: [UInt8] = []) async throws {
        try await write(WebSocketFrame(.ping, Array(payload.prefix(WebSocketFrame.controlLimit))))
    }

    /// Whether anything has come since this was last asked: pings against half-open connections rely on it.
    package func wasAlive() -> Bool {
        receiving.withLock { receiving in
            defer { receiving.isAlive = false }
            return receiving.isAlive
        }
    }

    /// Says that nothing more will be sent; ``receive()`` returns nil once the peer has agreed.
    public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") async throws {
        let isFirst = closing.withLock { isClosing in
            defer { isClosing = true }
            return !isClosing
        }
        guard isFirst else { return }
        let number = code.maySend ? code.rawValue : WebSocketCloseCode.normal.rawValue
        var text = reason
        while text.utf8.count > WebSocketFrame.controlLimit - 2 { text.removeLast() }
        let payload = [UInt8(number >> 8), UInt8(number & 0xFF)] + Array(text.utf8)
        let bytes = encode(WebSocketFrame(.close, payload))
        try await turns.take { try await self.channel.write(bytes) }
    }

    /// Ends the connection without a word.
    public func abort() { channel.close() }

    private func write(_ frame: WebSocketFrame) async throws {
        let bytes = encode(frame)
        try await turns.take {
            if self.closing.withLock({ $0 }) { throw TransportError.channelClosed }
            try await self.channel.write(bytes)
        }
    }

    private func encode(_ frame: WebSocketFrame) -> [UInt8] {
        frame.encoded(mask: role == .client ? UInt32.random(in: .min ... .max) : nil)
    }
}

/// One whole message.
public enum WebSocketMessage: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
}

/// From frames to messages and control events. Pure.
package struct WebSocketAssembler: Sendable {
    package enum Event: Sendable, Hashable {
        case message(WebSocketMessage)
        case ping([UInt8])
        case pong([UInt8])
        case close(WebSocketCloseCode, reason: String)
    }

    private let limit: Int
    /// The message under way: its kind and what has come of it.
    private var partial: (opcode: WebSocketFrame.Opcode, bytes: [UInt8])?

    /// - Parameter limit: the largest message, all fragments together, in bytes.
    package init(limit: Int) { self.limit = limit }

    /// nil for a fragment that does not end its message.
    package mutating func add(_ frame: WebSocketFrame) throws(WebSocketError) -> Event? {
        switch frame.opcode {
        case .ping: return .ping(frame.payload)
        case .pong: return .pong(frame.payload)
        case .close: return try close(frame.payload)
        case .text, .binary:
            guard partial == nil else {
                throw WebSocketError(.protocolError, "A message begins before the one under way has ended.")
            }
            if frame.isFinal { return .message(try message(frame.opcode, frame.payload)) }
            partial = (frame.opcode, frame.payload)
            return nil
        case .continuation:
            guard case (let opcode, var bytes)? = partial else {
                throw WebSocketError(.protocolError, "A continuation has no message to continue.")
            }
            partial = nil
            guard bytes.count + frame.payload.count <= limit else {
                throw WebSocketError(.tooLarge, "A message is larger than \(limit) bytes.")
            }
            bytes += frame.payload
            if frame.isFinal { return .message(try message(opcode, bytes)) }
            partial = (opcode, bytes)
            return nil
        }
    }

    private func message(
        _ opcode: WebSocketFrame.Opcode, _ bytes: [UInt8]
    ) throws(WebSocketError) -> WebSocketMessage {
        guard opcode == .text else { return .binary(bytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw WebSocketError(.invalidPayload, "A text message is not UTF-8.")
        }
        return .text(text)
    }

    private func close(_ payload: [UInt8]) throws(WebSocketError) -> Event {
        guard !payload.isEmpty else { return .close(.none, reason: "") }
        guard payload.count >= 2 else { throw WebSocketError(.protocolError, "A close frame has half a code.") }
        let code = WebSocketCloseCode(rawValue: Int(payload[0]) << 8 | Int(payload[1]))
        guard code.maySend else { throw WebSocketError(.protocolError, "\(code.rawValue) is no code for a close frame.") }
        guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else {
            throw WebSocketError(.invalidPayload, "The reason of a close frame is not UTF-8.")
        }
        return .close(code, reason: reason)
    }
}

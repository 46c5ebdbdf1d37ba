/// One frame of the WebSocket protocol (RFC 6455, section 5.2), unmasked.
package struct WebSocketFrame: Sendable, Hashable {
    package enum Opcode: UInt8, Sendable {
        case continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10

        package var isControl: Bool { rawValue >= 8 }
    }

    package var isFinal: Bool
    package var opcode: Opcode
    package var payload: [UInt8]

    package init(_ opcode: Opcode, _ payload: [UInt8], isFinal: Bool = true) {
        (self.isFinal, self.opcode, self.payload) = (isFinal, opcode, payload)
    }

    /// The largest payload of a control frame in bytes.
    package static let controlLimit = 125

    /// - Parameter mask: the key by which a client masks its payload; nil for a server, which does not.
    package func encoded(mask: UInt32?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + 14)
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        let masked: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ...125: bytes.append(masked | UInt8(payload.count))
        case ...0xFFFF:
            bytes.append(masked | 126)
            bytes += [UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(masked | 127)
            let count = UInt64(payload.count)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(shift))) }
        }
        guard let mask else { return bytes + payload }
        let key = Self.keyBytes(mask)
        bytes += key
        let start = bytes.count
        bytes += payload
        Self.mask(&bytes, from: start, by: key)
        return bytes
    }

    static func keyBytes(_ mask: UInt32) -> [UInt8] {
        [UInt8(mask >> 24), UInt8(mask >> 16 & 0xFF), UInt8(mask >> 8 & 0xFF), UInt8(mask & 0xFF)]
    }

    /// Masks and unmasks alike (section 5.3).
    static func mask(_ bytes: inout [UInt8], from start: Int, by key: [UInt8]) {
        bytes.withUnsafeMutableBufferPointer { buffer in
            for index in start..<buffer.count { buffer[index] ^= key[(index - start) & 3] }
        }
    }
}

/// Which end of a connection: clients mask what they send, servers must not.
package enum WebSocketRole: Sendable { case client, server }

/// Why a WebSocket ended against the protocol, or against our limits.
public struct WebSocketError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the peer is told.
    public let code: WebSocketCloseCode
    public let message: String
    public var description: String { message }

    package init(_ code: WebSocketCloseCode, _ message: String) { (self.code, self.message) = (code, message) }
}

/// The status codes of a close frame (RFC 6455, section 7.4).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let normal = WebSocketCloseCode(rawValue: 1000)
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// Never sent: the peer's close frame carried no code.
    public static let none = WebSocketCloseCode(rawValue: 1005)
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    public static let tooLarge = WebSocketCloseCode(rawValue: 1009)
    public static let internalError = WebSocketCloseCode(rawValue: 1011)

    /// Whether a close frame may carry it.
    var maySend: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

import ClawBase
import ClawDocuments

/// How exec and attach put several streams on one WebSocket: each binary message is one byte that names the stream,
/// and then its bytes. Both ends use it.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/> and kubernetes/remotecommand's constants
package enum RemoteCommandProtocol {
    /// With a message that ends one stream; Kubernetes 1.30 and later.
    package static let v5 = "v5.channel.k8s.io"
    package static let v4 = "v4.channel.k8s.io"

    package enum Stream: UInt8, Sendable {
        case standardInput = 0, standardOutput, standardError
        /// The outcome, a `Status`, from the server, once, at the end.
        case error
        /// `{"Width":80,"Height":24}`
        case resize
        /// v5: the second byte names the stream that ends.
        case close = 255
    }

    /// The largest message either end takes, in bytes.
    package static let messageLimit = 4 << 20

    package static func message(_ stream: Stream, _ bytes: [UInt8]) -> WebSocketMessage {
        .binary([stream.rawValue] + bytes)
    }

    package static func end(of stream: Stream) -> WebSocketMessage { .binary([Stream.close.rawValue, stream.rawValue]) }

    /// nil for a stream this protocol does not know, and for an empty message.
    package static func parse(_ message: WebSocketMessage) -> (stream: Stream, bytes: [UInt8])? {
        let bytes =
            switch message {
            case .binary(let bytes): bytes
            case .text(let text): Array(text.utf8)
            }
        guard let first = bytes.first, let stream = Stream(rawValue: first) else { return nil }
        return (stream, Array(bytes.dropFirst()))
    }
}

/// The size of a terminal in characters.
public struct TerminalSize: Sendable, Hashable {
    public var columns: Int
    public var rows: Int

    public init(columns: Int, rows: Int) { (self.columns, self.rows) = (columns, rows) }

    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let columns = json["Width"]?.integer,
            let rows = json["Height"]?.integer, (0...65535).contains(columns), (0...65535).contains(rows)
        else { return nil }
        self.init(columns: Int(columns), rows: Int(rows))
    }

    package var bytes: [UInt8] { Array(#"{"Width":\#(columns),"Height":\#(rows)}"#.utf8) }
}

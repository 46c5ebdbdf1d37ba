import ClawBase
import Synchronization

/// A running exec or attach: what goes in, what comes out, and how it ends.
///
/// One task reads ``next()``; writing may go on beside it. Keep reading even where no output matters: the end comes
/// the same way.
public final class ContainerSession: Sendable {
    public enum Output: Sendable, Hashable {
        case standardOutput([UInt8])
        /// Never with a terminal, which has but one output.
        case standardError([UInt8])
    }

    private let socket: WebSocket
    private let outcome = Mutex<CommandOutcome?>(nil)

    init(_ socket: WebSocket) { self.socket = socket }

    /// The next piece of output; nil at the end.
    /// - Throws: ``KubernetesError`` where the command could not be run, `TransportError` where the connection broke.
    public func next() async throws -> Output? {
        while let message = try await socket.receive() {
            guard let (stream, bytes) = RemoteCommandProtocol.parse(message), !bytes.isEmpty else { continue }
            switch stream {
            case .standardOutput: return .standardOutput(bytes)
            case .standardError: return .standardError(bytes)
            case .error:
                let result = try CommandOutcome(status: bytes)
                outcome.withLock { $0 = result }
            case .standardInput, .resize, .close: break
            }
        }
        return nil
    }

    /// Reads what output is left, and tells how the command ended.
    /// - Throws: as ``next()``; `TransportError` where the connection ended without an outcome.
    public func end() async throws -> CommandOutcome {
        while try await next() != nil {}
        guard let outcome = outcome.withLock({ $0 }) else {
            throw TransportError(code: .disconnected, message: "The stream ended without telling how the command did.")
        }
        return outcome
    }

    /// Writes to the command's standard input; returns when there is room for more.
    public func write(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        // Servers bound messages.
        while !rest.isEmpty {
            try await socket.send(RemoteCommandProtocol.message(.standardInput, Array(rest.prefix(Self.pieceSize))))
            rest = rest.dropFirst(Self.pieceSize)
        }
    }

    public func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    private static let pieceSize = 32 << 10

    /// Ends the command's standard input.
    /// - Throws: ``Finding`` where the server is older than Kubernetes 1.30, whose protocol has no such message.
    public func finishInput() async throws {
        guard socket.subprotocol == RemoteCommandProtocol.v5 else {
            throw Finding(
                .badRequest,
                "The server speaks \(socket.subprotocol ?? "no subprotocol"), in which input cannot be ended; let the command "
                    + "know in another way where its input ends.")
        }
        try await socket.send(RemoteCommandProtocol.end(of: .standardInput))
    }

    /// Tells the terminal's size.
    public func resize(_ size: TerminalSize) async throws {
        try await socket.send(RemoteCommandProtocol.message(.resize, size.bytes))
    }

    func ping() async throws { try await socket.ping() }
    func wasAlive() -> Bool { socket.wasAlive() }
    func abort() { socket.abort() }
    func close() async { try? await socket.close() }
}

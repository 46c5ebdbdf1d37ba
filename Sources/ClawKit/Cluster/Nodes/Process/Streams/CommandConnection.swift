import ClawBase
import ClawKubernetes

/// The server's end of an exec or attach.
final class CommandConnection: Sendable {
    private let socket: WebSocket
    private let asked: StreamRequest

    init(_ socket: WebSocket, _ asked: StreamRequest) { (self.socket, self.asked) = (socket, asked) }

    /// Says that the streams are there, as the kubelet does: an empty message on each.
    func greet() async throws {
        if asked.output { try await socket.send(RemoteCommandProtocol.message(.standardOutput, [])) }
        if asked.error { try await socket.send(RemoteCommandProtocol.message(.standardError, [])) }
        try await socket.send(RemoteCommandProtocol.message(.error, []))
    }

    /// Sends output that was asked for; drops what nobody can take any more.
    func send(_ bytes: [UInt8], _ stream: OutputStream) async {
        guard stream == .stdout ? asked.output : asked.error else { return }
        let target: RemoteCommandProtocol.Stream = stream == .stdout ? .standardOutput : .standardError
        try? await socket.send(RemoteCommandProtocol.message(target, bytes))
    }

    /// Tells the outcome: a `Status`.
    func end(_ status: [UInt8]) async throws {
        try await socket.send(RemoteCommandProtocol.message(.error, status))
    }

    /// Hands on what the client sends; returns when it has left.
    func receive(into input: InteractiveProcess.Input) async {
        while let message = try? await socket.receive() {
            guard let (stream, bytes) = RemoteCommandProtocol.parse(message) else { continue }
            switch stream {
            case .standardInput where asked.input && !bytes.isEmpty: await input.write(bytes)
            case .close where bytes == [RemoteCommandProtocol.Stream.standardInput.rawValue]: await input.finish()
            case .resize: if let size = TerminalSize(bytes) { input.resize(size) }
            default: break
            }
        }
    }
}

import ClawBase
import Synchronization

/// The live output and input of one run of a container, for any number of clients that attach.
///
/// The container never waits for them: one that falls far behind loses its stream.
final class ContainerStreams: Sendable {
    private struct Piece: Sendable {
        let bytes: [UInt8]
        let stream: OutputStream
    }
    private struct State {
        var nextID = 0
        var listeners: [Int: AsyncStream<Piece>.Continuation] = [:]
        var input: InteractiveProcess.Input?
        var hasEnded = false
    }

    /// How many pieces of output wait for one client.
    private static let backlog = 1024
    private let endsInputOnce: Bool
    private let state = Mutex(State())

    /// - Parameter endsInputOnce: whether the first client's leaving ends the input (`stdinOnce`).
    init(endsInputOnce: Bool) { self.endsInputOnce = endsInputOnce }

    func begin(_ input: InteractiveProcess.Input) { state.withLock { $0.input = input } }

    func publish(_ bytes: [UInt8], from stream: OutputStream) {
        state.withLock { state in
            for (id, listener) in state.listeners {
                if case .dropped = listener.yield(Piece(bytes: bytes, stream: stream)) {
                    listener.finish()
                    state.listeners[id] = nil
                }
            }
        }
    }

    /// The container's process has ended.
    func end() {
        let listeners = state.withLock { state in
            state.hasEnded = true
            defer { state.listeners = [:] }
            return state.listeners.values
        }
        for listener in listeners { listener.finish() }
    }

    /// Returns when the container's process has ended or the client has left.
    func serve(_ connection: CommandConnection, takesInput: Bool) async {
        let (pieces, listener) = AsyncStream<Piece>.makeStream(bufferingPolicy: .bufferingOldest(Self.backlog))
        let (id, input, isOver) = state.withLock { state in
            state.nextID += 1
            if !state.hasEnded { state.listeners[state.nextID] = listener }
            return (state.nextID, state.input, state.hasEnded)
        }
        if isOver { listener.finish() }
        defer { _ = state.withLock { $0.listeners.removeValue(forKey: id) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await piece in pieces { await connection.send(piece.bytes, piece.stream) }
            }
            group.addTask {
                let none = InteractiveProcess.Input(channel: nil, terminal: input?.terminal)
                await connection.receive(into: takesInput ? input ?? none : none)
                if takesInput, self.endsInputOnce { await input?.finish() }
            }
            await group.next()
            group.cancelAll()
        }
    }
}

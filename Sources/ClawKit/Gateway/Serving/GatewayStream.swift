import ClawBase
import ClawDialects
import HTTPTypes
import Logging
import Synchronization

/// An answer as the bytes of a stream in the client's dialect. It ends with the dialect's terminator after success and
/// only then; a failure becomes the dialect's own error.
final class GatewayStream: Sendable {
    private struct State: Sendable {
        var encoder: ClientStreamEncoder
        var isOver = false
        /// Whether what came was in the client's dialect already.
        var passes = false
    }

    private let routed: RoutedStream
    private let dialect: ClientDialect
    private let exchange: Exchange
    /// Held to the end: a stream is under way until then.
    private let turn: FairTurn
    private let state: Mutex<State>

    init(
        _ routed: RoutedStream, _ dialect: ClientDialect, _ context: ReplyContext, _ exchange: Exchange,
        _ turn: FairTurn
    ) {
        (self.routed, self.dialect, self.exchange, self.turn) = (routed, dialect, exchange, turn)
        state = Mutex(State(encoder: dialect.streamEncoder(context)))
    }

    func next() async throws -> [UInt8]? {
        while !state.withLock({ $0.isOver }) {
            do {
                guard let step = try await routed.next() else { return end() }
                exchange.note(step)
                let bytes = encode(step)
                if !bytes.isEmpty { return bytes }
            } catch let error as ModelError {
                return end(error)
            }
        }
        return nil
    }

    private func encode(_ step: AnswerStep) -> [UInt8] {
        switch step.content {
        case .bytes(let bytes):
            state.withLock { $0.passes = true }
            return bytes
        case .events(let events): return state.withLock { $0.encoder.encode(events) }
        }
    }

    /// The answer is whole.
    private func end() -> [UInt8]? {
        let last = state.withLock { state in
            state.isOver = true
            return state.passes ? [] : state.encoder.encodeEnd()
        }
        exchange.end(.answered)
        return last.isEmpty ? nil : last
    }

    private func end(_ error: ModelError) -> [UInt8] {
        exchange.end(error)
        return state.withLock { state in
            state.isOver = true
            return state.passes ? dialect.streamError(error) : state.encoder.encode(.error(error))
        }
    }
}

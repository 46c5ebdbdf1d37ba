import ClawBase
import ClawDialects
import HTTPTypes
import Logging
import Synchronization

/// An answer as the bytes of a stream in the client's dialect. It ends with the dialect's terminator after success and
/// only then; a failure becomes the dialect's own error.
///
/// When its key ends, it ends with an error, at once.
final class GatewayStream: Sendable {
    private struct State: Sendable {
        var encoder: ClientStreamEncoder
        var isOver = false
        /// Whether what came was in the client's dialect already.
        var passes = false
        /// Whether pieces come so quickly that a task for each would cost more than the piece. Where the key ends just then
        /// and the upstream falls silent, the server's own task is broken off: its connection may end before the error.
        var flows = false
        var lastPiece: Timestamp
    }

    /// Pieces that come quicker than this flow.
    private static let pace = Duration.milliseconds(2)

    private let source: any AnswerSource
    private let dialect: ClientDialect
    private let exchange: Exchange
    /// Held to the end: a stream is under way until then.
    private let turn: FairTurn
    private let call: OpenCall
    private let time: any TimeSource
    private let state: Mutex<State>

    init(
        _ source: any AnswerSource, _ dialect: ClientDialect, _ context: ReplyContext, _ exchange: Exchange,
        _ turn: FairTurn, _ call: OpenCall, _ time: any TimeSource
    ) {
        (self.source, self.dialect, self.exchange, self.turn) = (source, dialect, exchange, turn)
        (self.call, self.time) = (call, time)
        state = Mutex(State(encoder: dialect.streamEncoder(context), lastPiece: time.now))
    }

    func next() async throws -> [UInt8]? {
        while !state.withLock({ $0.isOver }) {
            do {
                guard let step = try await piece() else { return end() }
                exchange.note(step)
                let bytes = encode(step)
                if !bytes.isEmpty { return bytes }
            } catch let error as ModelError {
                return end(error)
            } catch is CancellationError where call.hasEnded {
                return end(Self.revoked)
            }
        }
        return nil
    }

    private func piece() async throws -> AnswerStep? {
        if call.hasEnded {
            source.abandon()
            throw CancellationError()
        }
        let flows = state.withLock { $0.flows }
        let step =
            if flows {
                try await call.breakable { try await source.next() }
            } else {
                try await call.breakableApart { [source] in try await source.next() }
            }
        let now = time.now
        state.withLock { state in
            state.flows = now - state.lastPiece < Self.pace
            state.lastPiece = now
        }
        return step
    }

    private static let revoked = ModelError(
        .authentication, "The key is not valid any more; the answer ends here.", code: "key_revoked")

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

import ClawBase
import HTTPTypes
import Logging
import Synchronization

/// A chat stream as the bytes of an event stream. Ends with `[DONE]` after success and only then; a failure becomes
/// an error event, which OpenAI's SDKs raise.
final class ChatRelay: Sendable {
    private enum State {
        case first(ChatChunk?)
        case streaming
        case ended
    }

    private let state: Mutex<State>
    private let rest: ChatStream
    private let account: ExchangeAccount
    private let logger: Logger

    init(first: ChatChunk?, rest: ChatStream, account: ExchangeAccount, logger: Logger) {
        state = Mutex(.first(first))
        (self.rest, self.account, self.logger) = (rest, account, logger)
    }

    func next() async throws -> [UInt8]? {
        let state = state.withLock { state in
            defer { if case .first = state { state = .streaming } }
            return state
        }
        do {
            let chunk: ChatChunk?
            switch state {
            case .ended: return nil
            case .first(let first): chunk = first
            case .streaming: chunk = try await rest.next()
            }
            guard let chunk else { return end(.ok, ServerSentEvent(data: "[DONE]").encoded) }
            account.note(chunk.usage)
            return chunk.bytes
        } catch let failure as UpstreamFailure {
            logger.debug(
                "a stream broke off",
                metadata: ["code": "\(failure.code)", "upstream": "\(failure.upstream)"])
            return end(failure.status, failure.error.event)
        }
    }

    private func end(_ status: HTTPResponse.Status, _ last: [UInt8]) -> [UInt8] {
        state.withLock { $0 = .ended }
        account.end(status)
        return last
    }
}

import ClawBase
import Synchronization

/// Passes an upstream's event stream on as it comes, and watches that it ends as it should.
final class OpenAIStreamRelay: Sendable {
    private let reader: BodyReader
    private let state: Mutex<OpenAIStreamState>
    private let failure: @Sendable (any Error) -> any Error

    init(
        upstream: String, body: Body, redacting key: String?, failure: @escaping @Sendable (any Error) -> any Error
    ) {
        reader = BodyReader(body)
        state = Mutex(OpenAIStreamState(upstream: upstream, key: key))
        self.failure = failure
    }

    func next() async throws -> ChatChunk? {
        while true {
            switch state.withLock({ $0.takeAction() }) {
            case .pass(let chunk): return chunk
            case .finish: return nil
            case .fail(let error): throw error
            case .read: break
            }
            let bytes: [UInt8]?
            do { bytes = try await reader.next() } catch { throw failure(error) }
            state.withLock { state in
                if let bytes { state.receive(bytes) } else { state.receiveEnd() }
            }
        }
    }
}

import ClawBase
import ClawDocuments
import HTTPTypes

/// One question to the model and its streamed answer, as what a browser gets:
/// `{"delta":"…"}` …, then `{"done":true}`, or `{"error":{"code","message"}}` and nothing after it.
///
/// Works while it is read: who stops reading stops the model, and then nothing is kept.
struct ChatExchange: AsyncSequence, Sendable {
    typealias Element = JSON

    /// How many kept messages go along with a question.
    static let memory = 50

    let settings: RuntimeSettings
    let transport: any Transport
    let store: ConversationStore
    let work: AgentWork
    let time: any TimeSource
    let question: String

    struct AsyncIterator: AsyncIteratorProtocol {
        private enum State {
            case unsent
            case streaming(ServerSentEvents.AsyncIterator)
            case ended
        }

        fileprivate let exchange: ChatExchange
        private var state = State.unsent
        private var answer = ""
        private var hasFinished = false
        private var asked: Timestamp
        private let piece: AgentWork.Piece

        fileprivate init(_ exchange: ChatExchange) {
            self.exchange = exchange
            asked = exchange.time.now
            piece = exchange.work.begin()
        }

        mutating func next() async throws -> JSON? {
            do {
                if case .unsent = state {
                    asked = exchange.time.now
                    state = .streaming(try await exchange.send().serverSentEvents().makeAsyncIterator())
                }
                guard case .streaming(var events) = state else { return nil }
                while let received = try await events.next() {
                    if received.data == "[DONE]" { return try end() }
                    guard let delta = try delta(of: received) else { continue }
                    state = .streaming(events)
                    return ["delta": .string(delta)]
                }
                // Some servers leave out [DONE]; then the choice's finish_reason is the mark of a whole answer.
                if hasFinished { return try end() }
                throw Finding(.upstream, "The model's answer broke off; ask again.")
            } catch let error as CancellationError {
                throw error
            } catch {
                state = .ended
                let finding = exchange.finding(for: error)
                return ["error": ["code": .string(finding.code.rawValue), "message": .string(finding.message)]]
            }
        }

        /// The text a chunk adds; nil where it adds none.
        private mutating func delta(of event: ServerSentEvent) throws -> String? {
            guard let chunk = try? JSONParser.parse(Array(event.data.utf8)) else {
                throw Finding(.upstream, "The model's answer is not in OpenAI's form; check OPENAI_BASE_URL.")
            }
            if let error = chunk["error"], !error.isNull { throw exchange.failure(error, "broke off") }
            let choice = chunk["choices"]?[0]
            if choice?["finish_reason"]?.string != nil { hasFinished = true }
            guard let text = choice?["delta"]?["content"]?.string, !text.isEmpty else { return nil }
            answer += text
            return text
        }

        private mutating func end() throws -> JSON {
            try exchange.store.append(
                Message(.user, exchange.question, at: asked), Message(.assistant, answer, at: exchange.time.now))
            state = .ended
            return ["done": true]
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    // MARK: the request

    private func send() async throws -> Body {
        let history = store.messages.suffix(Self.memory) + [Message(.user, question, at: time.now)]
        let messages = history.map { JSON.object(["role": .string($0.role.rawValue), "content": .string($0.content)]) }
        let body: JSON = ["model": .string(settings.model), "stream": true, "messages": .array(messages)]
        let response = try await transport.send(
            Request(
                .post, "\(settings.baseURL)/chat/completions",
                headers: [
                    .contentType: "application/json", .accept: "text/event-stream",
                    .authorization: "Bearer \(settings.apiKey.reveal())",
                ], body: .bytes(body.bytes()), headTimeout: .seconds(120), idleTimeout: .seconds(120)))
        if response.status == .ok { return response.body }
        let bytes = (try? await response.body.collect(limit: 64 << 10)) ?? []
        let error = (try? JSONParser.parse(bytes))?["error"]
        throw failure(error, "answered with status \(response.status.code)")
    }

    fileprivate func failure(_ error: JSON?, _ otherwise: String) -> Finding {
        let said = error?["message"]?.string ?? error?.string ?? "The model gateway \(otherwise); try again later."
        return Finding(.upstream, said.replacing(settings.apiKey.reveal(), with: "[redacted]"))
    }

    fileprivate func finding(for error: any Error) -> Finding {
        switch error {
        case let finding as Finding: finding
        case let error as TransportError where error.code == .timeout:
            Finding(.upstream, "The model gateway stayed silent for too long; try again.")
        case let error as TransportError where error.code == .disconnected:
            Finding(.upstream, "The model's answer broke off; ask again.")
        default:
            Finding(
                .upstream, "The model gateway cannot be reached; check that it runs and that OPENAI_BASE_URL is right.")
        }
    }
}

extension FindingCode {
    /// The model gave no whole answer.
    static let upstream = FindingCode(rawValue: "E_UPSTREAM")
    /// The request carries no valid token.
    static let token = FindingCode(rawValue: "E_TOKEN")
    /// The runtime is starting or ending.
    static let notReady = FindingCode(rawValue: "E_NOT_READY")
}

import ClawBase
import ClawDocuments
import HTTPTypes

/// What is known of a `chat.completion.chunk` stream: bytes in, actions out; no input or output of its own.
///
/// The stream succeeds with `[DONE]`, or where it ends after every choice has said its `finish_reason` (some servers
/// send no `[DONE]`). Anything else is a torn answer, also a `[DONE]` before the choices have finished.
struct OpenAIStreamState {
    enum Action {
        case read
        case pass(ChatChunk)
        case finish
        case fail(UpstreamFailure)
    }

    private enum Ending {
        case none
        case success
        case failure(UpstreamFailure)
    }

    private let upstream: String
    private let key: String?
    private var framer = ServerSentEventFramer()
    /// Whole blocks that may be passed on.
    private var ready = ChatChunk(bytes: [])
    private var ending = Ending.none
    /// The choices that began and have not said how they ended.
    private var openChoices: Set<Int64> = []
    private var hasFinishedChoice = false

    init(upstream: String, key: String?) { (self.upstream, self.key) = (upstream, key) }

    /// What is to be done next; bytes go before the ending.
    mutating func takeAction() -> Action {
        if !ready.bytes.isEmpty {
            defer { ready = ChatChunk(bytes: []) }
            return .pass(ready)
        }
        return switch ending {
        case .none: .read
        case .success: .finish
        case .failure(let failure): .fail(failure)
        }
    }

    mutating func receive(_ bytes: [UInt8]) {
        do {
            for block in try framer.feed(bytes) {
                guard case .none = ending else { return }
                receive(block: block)
            }
        } catch {
            fail(.upstreamInvalid, "sent an event that is too large")
        }
    }

    mutating func receiveEnd() {
        guard case .none = ending else { return }
        if isComplete {
            ending = .success
        } else {
            fail(.upstreamTruncated, "ended its stream before the answer was whole")
        }
    }

    private var isComplete: Bool { hasFinishedChoice && openChoices.isEmpty }

    private mutating func receive(block: [UInt8]) {
        guard let event = ServerSentEvent(block: block) else {
            ready.bytes += block  // a comment keeps the client's connection alive too
            return
        }
        if event.data == "[DONE]" {
            receiveEnd()
            return
        }
        guard let json = try? JSONParser.parse(Array(event.data.utf8)), let object = json.object else {
            return fail(.upstreamInvalid, "sent an event that is no JSON object")
        }
        if let error = object["error"], !error.isNull {
            let shown =
                OpenAIError(from: json) ?? OpenAIError("The upstream \(upstream) failed.", type: "upstream_error")
            ending = .failure(
                UpstreamFailure(
                    .upstreamRefused, upstream: upstream, status: .badGateway,
                    error: key.map(shown.redacting) ?? shown))
            return
        }
        for choice in object["choices"]?.array ?? [] { note(choice) }
        ready.bytes += block
        if let usage = TokenUsage(openAI: object["usage"]) { ready.usage = usage }
    }

    private mutating func note(_ choice: JSON) {
        let index = choice["index"]?.integer ?? 0
        if choice["finish_reason"]?.string != nil {
            hasFinishedChoice = true
            openChoices.remove(index)
        } else {
            openChoices.insert(index)
        }
    }

    private mutating func fail(_ code: FindingCode, _ what: String) {
        ending = .failure(UpstreamFailure(code, upstream: upstream, "The upstream \(upstream) \(what); try again."))
    }
}

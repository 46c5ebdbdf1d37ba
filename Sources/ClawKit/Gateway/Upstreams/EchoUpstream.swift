public import ClawBase
import ClawDocuments
import Synchronization

/// The built-in model: answers `echo: ` and the last user message. Deterministic, needs no network.
///
/// Streams one chunk per word. Usage counts words divided by white space.
public struct EchoUpstream: ModelUpstream {
    public let name = "echo"
    private let time: any TimeSource

    public init(time: any TimeSource = .system) { self.time = time }

    public func answer(_ request: ChatRequest) async throws -> ChatAnswer {
        try Task.checkCancellation()
        let messages = request.document["messages"]?.array ?? []
        let said = messages.last { $0["role"]?.string == "user" }.map(Self.text) ?? ""
        let text = "echo: \(said)"
        let usage = TokenUsage(
            prompt: messages.reduce(0) { $0 + Self.words(Self.text(of: $1)).count }, completion: Self.words(text).count)
        let head = Head(
            id: "chatcmpl-\(Token.hash(request.document.description).prefix(24))",
            created: time.now.seconds, model: request.model)
        guard request.isStreaming else {
            return .complete(ChatCompletion(bytes: head.completion(text, usage).bytes(), usage: usage))
        }
        let chunks = Mutex(head.chunks(Self.pieces(of: text), usage, wantsUsage: request.wantsUsage)[...])
        return .stream(ChatStream { chunks.withLock { $0.popFirst() } })
    }

    /// A message's text: its content, or the text parts of it.
    private static func text(of message: JSON) -> String {
        guard let parts = message["content"]?.array else { return message["content"]?.string ?? "" }
        return parts.compactMap { $0["text"]?.string }.joined(separator: " ")
    }

    private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

    /// Pieces that together are the text, each with one word and the white space before it.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        for word in words(text) {
            pieces.append(String(rest[..<word.endIndex]))
            rest = rest[word.endIndex...]
        }
        if !rest.isEmpty { pieces[pieces.count - 1] += rest }
        return pieces
    }
}

/// The members that are the same in every object of one answer.
private struct Head {
    let id: String
    let created: Int64
    let model: String

    private func object(_ kind: String, choices: [JSON]) -> JSONObject {
        [
            "id": .string(id), "object": .string(kind), "created": .integer(created), "model": .string(model),
            "choices": .array(choices),
        ]
    }

    private func json(_ usage: TokenUsage) -> JSON {
        [
            "prompt_tokens": .integer(Int64(usage.prompt)), "completion_tokens": .integer(Int64(usage.completion)),
            "total_tokens": .integer(Int64(usage.prompt + usage.completion)),
        ]
    }

    func completion(_ text: String, _ usage: TokenUsage) -> JSON {
        let choice: JSON = [
            "index": 0, "message": ["role": "assistant", "content": .string(text), "refusal": nil], "logprobs": nil,
            "finish_reason": "stop",
        ]
        var object = object("chat.completion", choices: [choice])
        object["usage"] = json(usage)
        return .object(object)
    }

    func chunks(_ pieces: [String], _ usage: TokenUsage, wantsUsage: Bool) -> [ChatChunk] {
        func chunk(_ choices: [JSON], usage: TokenUsage? = nil) -> ChatChunk {
            var object = object("chat.completion.chunk", choices: choices)
            // Asked for, usage is null on all chunks but the last, which has no choices.
            if wantsUsage { object["usage"] = usage.map(json) ?? .null }
            return ChatChunk(bytes: ServerSentEvent(data: JSON.object(object).description).encoded, usage: usage)
        }
        func choice(_ delta: JSONObject, finish: JSON = .null) -> JSON {
            ["index": 0, "delta": .object(delta), "logprobs": nil, "finish_reason": finish]
        }
        var chunks = pieces.enumerated().map { index, piece in
            chunk([choice(index == 0 ? ["role": "assistant", "content": .string(piece)] : ["content": .string(piece)])])
        }
        chunks.append(chunk([choice([:], finish: "stop")]))
        if wantsUsage { chunks.append(chunk([], usage: usage)) } else { chunks[chunks.count - 1].usage = usage }
        return chunks
    }
}

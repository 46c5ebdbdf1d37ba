package import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes
import Synchronization

/// A provider of models, scripted, that speaks all upstream dialects at their own paths. What it answers depends on words
/// in the request, whatever its dialect:
///
/// | the request has | the answer is |
/// |---|---|
/// | a tool's result | "It is 21 degrees." |
/// | a tool, and `both cities` | two calls of `get_weather` |
/// | a tool | one call of `get_weather` |
/// | `FAIL-` and a status | that error |
/// | `ENDLESS`, streamed | words until somebody leaves |
/// | anything else | "Good day to you." |
package final class DialectProvider: Handler {
    private let left = Mutex(0)
    private let time: any TimeSource

    package init(time: some TimeSource = .system) { self.time = time }

    /// How many endless answers somebody has left.
    package var abandoned: Int { left.withLock { $0 } }

    package func respond(to request: Request) async -> Response {
        let path = String(request.path)
        guard let body = try? await request.body.collect(limit: 1 << 20), let dialect = Self.dialect(path) else {
            return Response(status: .notFound)
        }
        let text = String(decoding: body, as: UTF8.self)
        if path.hasSuffix("/embeddings") || path.hasSuffix("/embed") || path.contains("batchEmbed") {
            return Self.embeddings(dialect, text)
        }
        if let mark = text.firstRange(of: "FAIL-"), let status = Int(text[mark.upperBound...].prefix(3)) {
            return Self.failure(dialect, status)
        }
        let answer = Self.answer(text)
        let older: ClientDialect? =
            path.hasSuffix("/generate") ? .ollamaGenerate
            : path.hasSuffix("/completions") && !path.hasSuffix("/chat/completions") ? .openAICompletions : nil
        guard Self.isStreaming(dialect, path, text) else { return Self.whole(dialect, answer, older) }
        if text.contains("ENDLESS") { return endless(dialect) }
        var bytes = upstreamBytes(dialect, answer, Self.events(of: answer))
        if let older {
            var encoder = older.streamEncoder(ReplyContext(id: "up1", model: "scripted", created: 7, includesUsage: true))
            bytes = encoder.encode(Self.events(of: answer))
        }
        return Response(status: .ok, headers: [.contentType: Self.streamType(dialect)], body: .bytes(bytes))
    }

    // MARK: what was asked

    private static func dialect(_ path: String) -> UpstreamDialect? {
        switch path {
        case "/v1/chat/completions", "/v1/completions", "/v1/embeddings": .openAI
        case "/v1/messages": .anthropic
        case "/api/chat", "/api/generate", "/api/embed": .ollama
        case _ where path.hasPrefix("/openai/"): .azureOpenAI
        case _ where path.hasPrefix("/v1beta/"): .gemini
        case _ where path.hasPrefix("/model/"): .bedrock
        default: nil
        }
    }

    private static func isStreaming(_ dialect: UpstreamDialect, _ path: String, _ text: String) -> Bool {
        let wish = (try? JSONParser.parse(Array(text.utf8)))?["stream"]?.bool
        return switch dialect {
        case .openAI, .azureOpenAI, .anthropic: wish ?? false
        case .ollama: wish ?? true
        case .gemini: path.contains(":stream")
        case .bedrock: path.hasSuffix("converse-stream")
        }
    }

    private static func answer(_ text: String) -> ModelAnswer {
        func call(_ number: Int, _ city: String) -> ContentPart {
            .toolCall(ToolCall(id: "call_\(number)", name: "get_weather", arguments: "{\"city\":\"\(city)\"}"))
        }
        let results = ["\"tool_result\"", "\"role\":\"tool\"", "functionResponse", "toolResult", "\"tool_call_id\""]
        var parts: [ContentPart] = [.text("Good day to you.")]
        if results.contains(where: text.contains) {
            parts = [.text("It is 21 degrees.")]
        } else if text.contains("get_weather") {
            parts = [call(1, "Berlin")] + (text.contains("both cities") ? [call(2, "Rome")] : [])
        }
        var answer = ModelAnswer(
            id: "up1", model: "scripted", parts: parts, usage: TokenUsage(input: 11, output: 5))
        answer.finish = text.contains("get_weather") && parts.count > 0 && parts[0].text == nil ? .toolCalls : .stop
        return answer
    }

    // MARK: answers

    private static func events(of answer: ModelAnswer) -> [StreamEvent] {
        var events: [StreamEvent] = [.start(StreamStart(id: answer.id, model: answer.model, created: 7))]
        for (index, part) in answer.parts.enumerated() {
            switch part.content {
            case .text(let text):
                events.append(.partStart(index, .text))
                // By words, so that there is a stream.
                for word in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
                    events.append(.partDelta(index, .text(word.offset == 0 ? String(word.element) : " \(word.element)")))
                }
            case .toolCall(let call):
                events.append(.partStart(index, .toolCall(id: call.id, name: call.name)))
                events.append(.partDelta(index, .arguments(call.arguments)))
            default: continue
            }
            events.append(.partStop(index))
        }
        return events + [.usage(answer.usage), .finish(answer.finish)]
    }

    private static func streamType(_ dialect: UpstreamDialect) -> String {
        switch dialect {
        case .openAI, .azureOpenAI, .anthropic, .gemini: "text/event-stream"
        case .ollama: "application/x-ndjson"
        case .bedrock: "application/vnd.amazon.eventstream"
        }
    }

    private static func whole(_ dialect: UpstreamDialect, _ answer: ModelAnswer, _ older: ClientDialect?) -> Response {
        let context = ReplyContext(id: "up1", model: "scripted", created: 7)
        let client: ClientDialect
        switch dialect {
        case .openAI, .azureOpenAI: client = .openAIChat
        case .anthropic: client = .anthropicMessages
        case .ollama: client = .ollamaChat
        case .gemini: return json(gemini(answer))
        case .bedrock: return json(bedrock(answer))
        }
        let reply = (older ?? client).encode(answer, context)
        return Response(status: reply.status, headers: reply.headers, body: .bytes(reply.body))
    }

    private static func gemini(_ answer: ModelAnswer) -> JSON {
        let parts = answer.parts.map { part -> JSON in
            guard case .toolCall(let call) = part.content else { return ["text": .string(part.text ?? "")] }
            let arguments = (try? JSONParser.parse(Array(call.arguments.utf8))) ?? [:]
            return ["functionCall": ["name": .string(call.name), "args": arguments]]
        }
        return [
            "candidates": [["index": 0, "content": ["role": "model", "parts": .array(parts)], "finishReason": "STOP"]],
            "usageMetadata": ["promptTokenCount": 11, "candidatesTokenCount": 5, "totalTokenCount": 16],
        ]
    }

    private static func bedrock(_ answer: ModelAnswer) -> JSON {
        let parts = answer.parts.map { part -> JSON in
            guard case .toolCall(let call) = part.content else { return ["text": .string(part.text ?? "")] }
            let arguments = (try? JSONParser.parse(Array(call.arguments.utf8))) ?? [:]
            return ["toolUse": ["toolUseId": .string(call.id), "name": .string(call.name), "input": arguments]]
        }
        return [
            "output": ["message": ["role": "assistant", "content": .array(parts)]],
            "stopReason": answer.finish == .toolCalls ? "tool_use" : "end_turn",
            "usage": ["inputTokens": 11, "outputTokens": 5, "totalTokens": 16],
        ]
    }

    private static func failure(_ dialect: UpstreamDialect, _ status: Int) -> Response {
        let error = ModelError(ModelError.Kind(status: status), "As it was told to.", status: status)
        switch dialect {
        case .gemini: return json(["error": ["code": .integer(Int64(status)), "message": "As it was told to."]], status)
        case .bedrock: return json(["message": "As it was told to."], status)
        case .openAI, .azureOpenAI, .anthropic, .ollama:
            let client: ClientDialect =
                dialect == .anthropic ? .anthropicMessages : dialect == .ollama ? .ollamaChat : .openAIChat
            let reply = client.encode(error)
            return Response(status: .init(code: status), headers: reply.headers, body: .bytes(reply.body))
        }
    }

    private static func embeddings(_ dialect: UpstreamDialect, _ text: String) -> Response {
        let json = (try? JSONParser.parse(Array(text.utf8))) ?? [:]
        let count = json["input"]?.array?.count ?? json["requests"]?.array?.count ?? 1
        let vectors = (0..<count).map { JSON.array([.integer(Int64($0)), 0.5, 0.25]) }
        switch dialect {
        case .ollama: return Self.json(["embeddings": .array(vectors), "prompt_eval_count": 3])
        case .gemini: return Self.json(["embeddings": .array(vectors.map { ["values": $0] })])
        default:
            let data = vectors.enumerated().map { index, vector -> JSON in
                ["object": "embedding", "index": .integer(Int64(index)), "embedding": vector]
            }
            return Self.json([
                "object": "list", "data": .array(data), "model": "scripted",
                "usage": ["prompt_tokens": 3, "total_tokens": 3],
            ])
        }
    }

    /// Words until somebody leaves.
    private func endless(_ dialect: UpstreamDialect) -> Response {
        let words = Mutex(EndlessWords(dialect))
        let time = time
        let departure = Departure { [self] in left.withLock { $0 += 1 } }
        return Response(
            status: .ok, headers: [.contentType: Self.streamType(dialect)],
            body: .stream(
                ByteStream {
                    _ = departure
                    try await time.sleep(for: .milliseconds(10))
                    return words.withLock { $0.next() }
                }))
    }

    private static func json(_ json: JSON, _ status: Int = 200) -> Response {
        Response(status: .init(code: status), headers: [.contentType: "application/json"], body: .bytes(json.bytes()))
    }
}

/// Does something when nobody holds it any more.
private final class Departure: Sendable {
    private let action: @Sendable () -> Void
    init(_ action: @escaping @Sendable () -> Void) { self.action = action }
    deinit { action() }
}

/// A stream that says the same word again and again.
private struct EndlessWords: Sendable {
    private let dialect: UpstreamDialect
    private var encoder: ClientStreamEncoder?
    private var isFirst = true

    init(_ dialect: UpstreamDialect) {
        self.dialect = dialect
        let context = ReplyContext(id: "up1", model: "scripted", created: 7)
        switch dialect {
        case .openAI, .azureOpenAI: encoder = ClientDialect.openAIChat.streamEncoder(context)
        case .anthropic: encoder = ClientDialect.anthropicMessages.streamEncoder(context)
        case .ollama: encoder = ClientDialect.ollamaChat.streamEncoder(context)
        case .gemini, .bedrock: encoder = nil
        }
    }

    mutating func next() -> [UInt8] {
        defer { isFirst = false }
        if encoder != nil {
            let start: [StreamEvent] = [.start(StreamStart(id: "up1", model: "scripted", created: 7)), .partStart(0, .text)]
            return encoder?.encode((isFirst ? start : []) + [.partDelta(0, .text("on and "))]) ?? []
        }
        if dialect == .gemini {
            let json: JSON = ["candidates": [["index": 0, "content": ["role": "model", "parts": [["text": "on and "]]]]]]
            return Array("data: \(json)\r\n\r\n".utf8)
        }
        let word = bedrockEvent("contentBlockDelta", ["contentBlockIndex": 0, "delta": ["text": "on and "]])
        return (isFirst ? bedrockEvent("messageStart", ["role": "assistant"]) : []) + word
    }
}

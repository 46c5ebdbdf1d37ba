import ClawBase
public import ClawDocuments
import HTTPTypes

/// Answers, usage and errors in Ollama's form.
enum OllamaAnswers {
    // MARK: writing

    /// What distinguishes the lines of the two paths: a message, or a bare text.
    enum Form: Sendable { case chat, generate }

    static func encode(_ answer: ModelAnswer, _ context: ReplyContext, _ form: Form) -> [UInt8] {
        var text = begin(context)
        let words = answer.parts.compactMap { part -> String? in
            switch part.content {
            case .text(let words), .refusal(let words): words
            default: nil
            }
        }.joined()
        write(
            words, thoughts: answer.parts.compactMap(\.reasoning).map(\.text).joined(), answer.parts.toolCalls, form,
            to: &text)
        writeEnding(answer.finish, answer.usage, to: &text)
        text.endObject()
        return text.bytes
    }

    static func begin(_ context: ReplyContext) -> JSONText {
        var text = JSONText()
        text.beginObject()
        text.put("model", context.model)
        text.put("created_at", Timestamp(seconds: Int64(context.created)).rfc3339(fractionDigits: 6))
        return text
    }

    static func write(
        _ words: String, thoughts: String, _ calls: [ToolCall], _ form: Form, to text: inout JSONText
    ) {
        switch form {
        case .chat:
            text.beginObject("message")
            text.put("role", "assistant")
            text.put("content", words)
        case .generate: text.put("response", words)
        }
        if !thoughts.isEmpty { text.put("thinking", thoughts) }
        if !calls.isEmpty {
            text.beginArray("tool_calls")
            for (ordinal, call) in calls.enumerated() { write(call, ordinal, to: &text) }
            text.endArray()
        }
        if form == .chat { text.endObject() }
    }

    static func write(_ call: ToolCall, _ ordinal: Int, to text: inout JSONText) {
        text.beginObject()
        text.put("id", call.id)
        text.beginObject("function")
        text.put("index", ordinal)
        text.put("name", call.name)
        text.put("arguments", raw: ToolArguments.objectText(call.arguments))
        text.endObject()
        text.endObject()
    }

    static func writeEnding(_ finish: FinishReason, _ usage: TokenUsage, to text: inout JSONText) {
        text.put("done", true)
        text.put("done_reason", finish.ollama)
        text.put("prompt_eval_count", usage.totalInput)
        text.put("eval_count", usage.output)
    }

    static func encode(_ error: ModelError) -> [UInt8] {
        var text = JSONText()
        text.beginObject()
        text.put("error", error.message)
        text.endObject()
        return text.bytes
    }

    // MARK: reading

    /// An answer of either path.
    static func decode(_ document: JSON) throws(ModelError) -> ModelAnswer {
        let generated: JSON? = document["response"].map { words in
            ["content": words, "thinking": document["thinking"] ?? .null]
        }
        guard let message = document["message"] ?? generated, message.object != nil else {
            throw ModelError(
                .malformed, "The upstream's answer has no 'message'; check that it speaks Ollama's dialect.")
        }
        guard document["done"]?.bool == true else {
            throw ModelError(.truncated, "The upstream's answer is not done.")
        }
        var answer = ModelAnswer(model: document["model"]?.string ?? "", usage: TokenUsage(ollama: document))
        if let thoughts = message["thinking"]?.string, !thoughts.isEmpty {
            answer.parts.append(.reasoning(Reasoning(thoughts)))
        }
        if let words = message["content"]?.string, !words.isEmpty { answer.parts.append(.text(words)) }
        for call in message["tool_calls"]?.array ?? [] {
            guard
                let made = self.call(call, ordinal: answer.parts.toolCalls.count, stamp: document["created_at"]?.string)
            else { throw ModelError(.malformed, "The upstream's answer has a tool call without a name.") }
            answer.parts.append(.toolCall(made))
        }
        answer.finish = FinishReason(ollama: document["done_reason"]?.string).given(
            toolCalls: !answer.parts.toolCalls.isEmpty)
        return answer
    }

    /// A call; nil for one without a name. Older servers give no id: the moment of the answer tells calls of several
    /// turns apart.
    static func call(_ json: JSON, ordinal: Int, stamp: String?) -> ToolCall? {
        guard let function = json["function"], let name = function["name"]?.string else { return nil }
        return ToolCall(
            id: OpenAIAnswers.callID(json["id"]?.string, ordinal: ordinal, answer: stamp ?? ""), name: name,
            arguments: function["arguments"]?.string ?? ToolArguments.text(function["arguments"]))
    }

    /// `{"error":"…"}`; nil where there is none.
    static func decode(error json: JSON?, status: Int?, headers: HTTPFields = [:]) -> ModelError? {
        OpenAIErrors.decode(json, status: status, headers: headers)
    }
}

extension FinishReason {
    /// Ollama's `done_reason`, which older servers leave out.
    init(ollama word: String?) {
        self =
            switch word {
            case nil, "stop"?, "": .stop
            case "length"?: .length
            case let word?: .other(word)
            }
    }

    var ollama: String {
        switch self {
        case .length, .contextWindow: "length"
        default: "stop"
        }
    }
}

extension TokenUsage {
    /// The counts in Ollama's last line.
    public init(ollama json: JSON?) {
        self.init(
            input: Self.count(json?["prompt_eval_count"]) ?? 0, output: Self.count(json?["eval_count"]) ?? 0)
    }
}

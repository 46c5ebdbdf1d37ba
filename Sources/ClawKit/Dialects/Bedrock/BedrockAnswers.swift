public import ClawDocuments
import HTTPTypes

/// Whole answers, usage and errors of Bedrock's Converse.
enum BedrockAnswers {
    static func decode(_ document: JSON) throws(ModelError) -> ModelAnswer {
        guard let blocks = document["output"]?["message"]?["content"]?.array else {
            throw ModelError(
                .malformed, "The upstream's answer has no 'output'; check that it speaks Bedrock's Converse.")
        }
        guard let word = document["stopReason"]?.string else {
            throw ModelError(.truncated, "The upstream's answer does not say how it ended.")
        }
        if let error = failure(word) { throw error }
        var answer = ModelAnswer(finish: FinishReason(bedrock: word), usage: TokenUsage(bedrock: document["usage"]))
        for block in blocks {
            guard let part = part(block) else {
                throw ModelError(.malformed, "The upstream's answer has a block that is broken.")
            }
            answer.parts.append(part)
        }
        answer.finish = answer.finish.given(toolCalls: !answer.parts.toolCalls.isEmpty)
        return answer
    }

    private static func part(_ block: JSON) -> ContentPart? {
        if let words = block["text"]?.string { return .text(words) }
        if let call = block["toolUse"] {
            guard let id = call["toolUseId"]?.string, let name = call["name"]?.string else { return nil }
            return .toolCall(ToolCall(id: id, name: name, arguments: ToolArguments.text(call["input"])))
        }
        if let reasoning = block["reasoningContent"] {
            if let data = reasoning["redactedContent"]?.string { return .reasoning(Reasoning("", redacted: data)) }
            let told = reasoning["reasoningText"]
            return .reasoning(Reasoning(told?["text"]?.string ?? "", signature: told?["signature"]?.string))
        }
        return block.object == nil ? nil : ContentPart(.other(DialectValue(.bedrock, block)))
    }

    /// A stop that is none: what the model wrote could not be read.
    static func failure(_ word: String) -> ModelError? {
        guard word == "malformed_model_output" || word == "malformed_tool_use" else { return nil }
        return ModelError(.malformed, "The model's output could not be read (\(word)); try again.", code: word)
    }

    /// `{"message":"…"}`, with the class in a header or in `__type`; nil where there is none.
    static func decode(error json: JSON?, status: Int?, headers: HTTPFields = [:]) -> ModelError? {
        guard let message = json?["message"]?.string ?? json?["Message"]?.string else { return nil }
        let named = HTTPField.Name("x-amzn-errortype").flatMap { headers[$0] } ?? json?["__type"]?.string
        // `com.amazon.coral#ThrottlingException:http://…`
        let code = named?.split(separator: ":").first?.split(separator: "#").last.map(String.init)
        guard code != nil || status != nil else { return nil }
        var error = ModelError(
            ErrorWords.kind(code: code, type: nil, message: message, status: status), message, code: code,
            status: status)
        error.takeHeaders(headers)
        return error
    }
}

extension FinishReason {
    /// Bedrock's `stopReason`.
    init(bedrock word: String) {
        self =
            switch word {
            case "guardrail_intervened", "content_filtered": .contentFilter
            default: FinishReason(anthropic: word, sequence: nil)
            }
    }
}

extension TokenUsage {
    /// Bedrock's `usage`, whose `inputTokens` leave out what caches gave and took.
    public init(bedrock json: JSON?) {
        self.init(
            input: Self.count(json?["inputTokens"]) ?? 0, cacheRead: Self.count(json?["cacheReadInputTokens"]) ?? 0,
            cacheWrite: Self.count(json?["cacheWriteInputTokens"]) ?? 0, output: Self.count(json?["outputTokens"]) ?? 0)
    }
}

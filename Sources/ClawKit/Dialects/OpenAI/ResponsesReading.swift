import ClawDocuments

extension ResponsesAnswers {
    /// Reads a whole response of an upstream that serves `/responses` itself: what was said and used, to account for it.
    /// - Throws: ``ModelError`` where the response says that it failed; one that says why is an error already.
    static func decode(_ document: JSON) throws(ModelError) -> ModelAnswer {
        if document["status"]?.string == "failed" {
            throw ModelError(.server, "The upstream's response failed, and it does not say why; try again.")
        }
        var answer = ModelAnswer(
            id: document["id"]?.string ?? "", model: document["model"]?.string ?? "",
            usage: TokenUsage(openAIResponses: document["usage"]) ?? TokenUsage(),
            created: document["created_at"]?.integer.map(Int.init))
        for item in document["output"]?.array ?? [] {
            switch item["type"]?.string {
            case "message":
                for part in item["content"]?.array ?? [] {
                    if let words = part["text"]?.string { answer.parts.append(.text(words)) }
                    if let words = part["refusal"]?.string { answer.parts.append(.refusal(words)) }
                }
            case "function_call":
                let call = ToolCall(
                    id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "",
                    arguments: item["arguments"]?.string ?? "")
                answer.parts.append(.toolCall(call))
            default: break
            }
        }
        let reason = document["incomplete_details"]?["reason"]?.string
        let finish: FinishReason = reason == nil ? .stop : reason == "content_filter" ? .contentFilter : .length
        answer.finish = finish.given(toolCalls: !answer.parts.toolCalls.isEmpty)
        return answer
    }
}

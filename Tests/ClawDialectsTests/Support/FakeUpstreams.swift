import ClawDialects
import ClawDocuments
import DialectTesting
import Testing

/// What a client of this dialect makes of a stream.
func clientAnswer(_ dialect: ClientDialect, _ bytes: [UInt8]) throws -> ModelAnswer? {
    switch dialect {
    case .openAIChat, .openAICompletions: answer(events(.openAI, bytes: bytes))
    case .anthropicMessages: answer(events(.anthropic, bytes: bytes))
    case .ollamaChat, .ollamaGenerate: answer(events(.ollama, bytes: bytes))
    case .openAIResponses: try responsesAnswer(bytes)
    }
}

/// The answer in a Responses stream: from its last event, which must agree with what the deltas said.
private func responsesAnswer(_ bytes: [UInt8]) throws -> ModelAnswer? {
    var text: [String: String] = [:]
    var answer: ModelAnswer?
    for event in try payloads(bytes) {
        if event["type"]?.string?.hasSuffix(".delta") == true, let id = event["item_id"]?.string {
            text[id, default: ""] += event["delta"]?.string ?? ""
        }
        guard event["type"]?.string == "response.completed" || event["type"]?.string == "response.incomplete" else {
            continue
        }
        let response = try #require(event["response"])
        var made = ModelAnswer(
            model: response["model"]?.string ?? "",
            usage: TokenUsage(openAIResponses: response["usage"]) ?? TokenUsage())
        made.finish = response["incomplete_details"]?["reason"] == nil ? .stop : .length
        for item in response["output"]?.array ?? [] {
            let said = text[item["id"]?.string ?? ""] ?? ""
            switch item["type"]?.string {
            case "message":
                made.parts.append(.text(item["content"]?[0]?["text"]?.string ?? ""))
                #expect(made.parts.last?.text == said)
            case "function_call":
                let arguments = item["arguments"]?.string ?? ""
                #expect(arguments == said)
                made.parts.append(
                    .toolCall(
                        ToolCall(
                            id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", arguments: arguments)))
                made.finish = .toolCalls
            case "reasoning":
                let signature = item["encrypted_content"]?.string.map { String($0.dropFirst("signature:".count)) }
                made.parts.append(
                    .reasoning(Reasoning(item["content"]?[0]?["text"]?.string ?? "", signature: signature)))
            default: break
            }
        }
        answer = made
    }
    return answer
}

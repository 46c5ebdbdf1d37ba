package import ClawDialects
package import ClawDocuments

/// A stream as an upstream of this dialect would send the events of an answer.
package func upstreamBytes(_ dialect: UpstreamDialect, _ answer: ModelAnswer, _ events: [StreamEvent]) -> [UInt8] {
    func encoded(_ client: ClientDialect) -> [UInt8] {
        var encoder = client.streamEncoder(ReplyContext(id: "up1", model: "m", created: 7, includesUsage: true))
        return encoder.encode(events)
    }
    return switch dialect {
    case .openAI, .azureOpenAI: encoded(.openAIChat)
    case .anthropic: encoded(.anthropicMessages)
    case .ollama: encoded(.ollamaChat)
    case .gemini: gemini(answer)
    case .bedrock: bedrock(answer)
    }
}

private func gemini(_ answer: ModelAnswer) -> [UInt8] {
    var out = ""
    func say(_ object: JSONObject) {
        var object = object
        object["responseId"] = "up1"
        object["modelVersion"] = "m"
        out += "data: \(object)\r\n\r\n"
    }
    for part in answer.parts {
        let json: JSON
        switch part.content {
        case .text(let words): json = ["text": .string(words)]
        case .reasoning(let reasoning): json = ["text": .string(reasoning.text), "thought": true]
        case .toolCall(let call):
            json = [
                "functionCall": [
                    "id": .string(call.id), "name": .string(call.name),
                    "args": (try? JSONParser.parse(Array(call.arguments.utf8))) ?? [:],
                ]
            ]
        default: continue
        }
        say(["candidates": [["index": 0, "content": ["role": "model", "parts": [json]]]]])
    }
    let usage = answer.usage
    say([
        "candidates": [["index": 0, "finishReason": answer.finish == .length ? "MAX_TOKENS" : "STOP"]],
        "usageMetadata": [
            "promptTokenCount": .integer(Int64(usage.totalInput)),
            "cachedContentTokenCount": .integer(Int64(usage.cacheRead)),
            "candidatesTokenCount": .integer(Int64(usage.output)),
        ],
    ])
    return Array(out.utf8)
}

package func bedrockEvent(_ type: String, _ json: JSON) -> [UInt8] {
    EventStreamMessage(
        headers: [":message-type": "event", ":event-type": type, ":content-type": "application/json"],
        payload: json.bytes()
    ).encoded
}

private func bedrock(_ answer: ModelAnswer) -> [UInt8] {
    var out = bedrockEvent("messageStart", ["role": "assistant"])
    for (index, part) in answer.parts.enumerated() {
        let place = JSON.integer(Int64(index))
        func delta(_ json: JSON) {
            out += bedrockEvent("contentBlockDelta", ["contentBlockIndex": place, "delta": json])
        }
        switch part.content {
        case .text(let words): delta(["text": .string(words)])
        case .reasoning(let reasoning):
            delta(["reasoningContent": ["text": .string(reasoning.text)]])
            if let signature = reasoning.signature { delta(["reasoningContent": ["signature": .string(signature)]]) }
        case .toolCall(let call):
            let start: JSON = ["toolUse": ["toolUseId": .string(call.id), "name": .string(call.name)]]
            out += bedrockEvent("contentBlockStart", ["contentBlockIndex": place, "start": start])
            for piece in call.arguments.unicodeScalars { delta(["toolUse": ["input": .string(String(piece))]]) }
        default: continue
        }
        out += bedrockEvent("contentBlockStop", ["contentBlockIndex": place])
    }
    let reasons: [FinishReason: String] = [.stop: "end_turn", .length: "max_tokens", .toolCalls: "tool_use"]
    out += bedrockEvent("messageStop", ["stopReason": .string(reasons[answer.finish] ?? "end_turn")])
    let usage = answer.usage
    out += bedrockEvent(
        "metadata",
        [
            "usage": [
                "inputTokens": .integer(Int64(usage.input)), "outputTokens": .integer(Int64(usage.output)),
                "cacheReadInputTokens": .integer(Int64(usage.cacheRead)),
                "cacheWriteInputTokens": .integer(Int64(usage.cacheWrite)),
                "totalTokens": .integer(Int64(usage.total)),
            ]
        ])
    return out
}
